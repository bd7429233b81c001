#include "token_grant.h"

#include <signet/sdk/error.h>

static const char *const roles[] = {SIGNET_ROLE_ADMINISTRATOR,    SIGNET_ROLE_CA_ADMINISTRATOR,
                                    SIGNET_ROLE_OFFICER,          SIGNET_ROLE_REVOCATION_OFFICER,
                                    SIGNET_ROLE_RECOVERY_OFFICER, SIGNET_ROLE_REQUESTER,
                                    SIGNET_ROLE_AUDITOR};

static int32_t need_known(signet_call_t *call, signet_text_t role)
{
    for (uint64_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (signet_text_is(role, roles[i]))
            return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "token.role-unknown", "grants",
                             "There is no role \"%.*s\"; roles are administrator, "
                             "ca-administrator, officer, revocation-officer, recovery-officer, "
                             "requester and auditor.",
                             SIGNET_FORMAT(role));
}

static int32_t read_grant(signet_call_t *call, const signet_json_t *object, signet_grant_t *grant)
{
    static const char *const members[] = {"role", "authority", "profile", "names"};
    if (object->kind != SIGNET_JSON_OBJECT)
        return signet_fail_field(call, SIGNET_INVALID, "token.grants-invalid", "grants",
                                 "Each grant must be an object with a role.");
    grant->size = sizeof *grant;
    int32_t status = signet_json_only(call, object, members, 4);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "role", &grant->role);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "authority", &grant->authority);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "profile", &grant->profile);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "names", &grant->names);
    return status == SIGNET_OK ? need_known(call, grant->role) : status;
}

int32_t token_grants_need_separate(signet_call_t *call, const signet_grant_t *grants,
                                   uint64_t count)
{
    uint64_t watching = 0;
    for (uint64_t i = 0; i < count; i++)
        watching += signet_text_is(grants[i].role, SIGNET_ROLE_AUDITOR) ? 1 : 0;
    if (watching == 0 || watching == count)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "token.roles-not-separate", "grants",
                             "An auditor's token carries no other role; make two tokens, for two "
                             "persons.");
}

int token_grants_decide(const signet_grant_t *grants, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (!signet_text_is(grants[i].role, SIGNET_ROLE_REQUESTER) &&
            !signet_text_is(grants[i].role, SIGNET_ROLE_AUDITOR))
            return 1;
    return 0;
}

int32_t token_grants_read(signet_call_t *call, const signet_json_t *array,
                          const signet_grant_t **grants, uint64_t *count)
{
    if (array == NULL || array->kind != SIGNET_JSON_ARRAY || array->count == 0 ||
        array->count > TOKEN_MAXIMUM_GRANTS)
        return signet_fail_field(call, SIGNET_INVALID, "token.grants-invalid", "grants",
                                 "grants must be an array of 1 to %d objects with a role.",
                                 TOKEN_MAXIMUM_GRANTS);
    signet_grant_t *read = signet_alloc(call, array->count, sizeof *read);
    if (read == NULL)
        return signet_status(call);
    for (uint64_t i = 0; i < array->count; i++) {
        int32_t status = read_grant(call, &array->items[i], &read[i]);
        if (status != SIGNET_OK)
            return status;
    }
    *grants = read;
    *count = array->count;
    return SIGNET_OK;
}

static void write_optional(signet_json_writer_t *writer, const char *name, signet_text_t text)
{
    if (text.length > 0)
        signet_json_text(writer, name, text);
}

void token_grants_write(signet_json_writer_t *writer, const char *name,
                        const signet_grant_t *grants, uint64_t count)
{
    signet_json_begin_array(writer, name);
    for (uint64_t i = 0; i < count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, grants, i);
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "role", grant->role);
        write_optional(writer, "authority", grant->authority);
        write_optional(writer, "profile", grant->profile);
        write_optional(writer, "names", grant->names);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
}

int32_t token_need_role(signet_call_t *call, const char *const *names, uint64_t count)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        /* A token can carry any role everywhere, so that a limited role must not reach them. */
        if (grant->authority.length > 0 || grant->profile.length > 0 || grant->names.length > 0)
            continue;
        for (uint64_t j = 0; j < count; j++)
            if (signet_text_is(grant->role, names[j]))
                return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "token.denied",
                       "This needs the role %s%s%s, without limits.", names[0],
                       count > 1 ? " or " : "", count > 1 ? names[1] : "");
}
