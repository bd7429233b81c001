#include "token_entry.h"

#include <signet/ext/draft/tenant.h>
#include <signet/sdk/encode.h>

#include "token_grant.h"
#include "token_journal.h"
#include "token_second.h"
#include "token_secret.h"

#define REASON_MAX 1024U

int token_is_entry(const token_t *token)
{
    return token->entry.length > 0;
}

/* One that the call sees: a tenant's own administrators see no others. */
static int32_t find_tenant(signet_call_t *call, signet_text_t name, const signet_tenant_t **tenant)
{
    uint64_t count = 0;
    const signet_provider_t *const *providers =
        call->services->providers(call, SIGNET_TEXT(SIGNET_TENANT_INTERFACE), &count);
    *tenant = NULL;
    for (uint64_t i = 0; i < count; i++) {
        const signet_tenant_interface_t *directory = providers[i]->interface;
        const signet_tenant_t *const *list = NULL;
        uint64_t found = 0;
        int32_t status = directory->tenants(providers[i]->instance, call, &list, &found);
        if (status != SIGNET_OK)
            return status;
        for (uint64_t j = 0; j < found; j++) {
            if (signet_text_equal(list[j]->name, name))
                *tenant = list[j];
        }
    }
    if (*tenant != NULL)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_NOT_FOUND, "token.tenant-not-found", "tenant",
                             "There is no tenant \"%.*s\".", SIGNET_FORMAT(name));
}

static int is_reason(signet_text_t reason)
{
    if (reason.length == 0 || reason.length > REASON_MAX || !signet_text_valid(reason))
        return 0;
    for (uint64_t i = 0; i < reason.length; i++) {
        if ((unsigned char)reason.data[i] < ' ')
            return 0;
    }
    return 1;
}

int32_t token_entry_read(const token_auth_t *auth, signet_call_t *call, const signet_json_t *body,
                         token_t *token)
{
    const signet_json_t *glass = signet_json_get(body, "break_glass");
    const signet_actor_t *actor = call->services->actor(call);
    const signet_tenant_t *tenant = NULL;
    signet_text_t name;
    int32_t status = signet_json_get_text(call, body, "tenant", &name);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "reason", &token->reason);
    if (status == SIGNET_OK && glass != NULL && glass->kind != SIGNET_JSON_BOOLEAN)
        status = signet_fail_field(call, SIGNET_INVALID, "token.break-glass", "break_glass",
                                   "break_glass must be true or false.");
    if (status != SIGNET_OK)
        return status;
    token->tenant = call->services->tenant(call);
    if (name.length == 0 || signet_text_equal(name, token->tenant)) {
        if (glass == NULL && token->reason.length == 0)
            return SIGNET_OK;
        return signet_fail_field(call, SIGNET_INVALID, "token.tenant", "tenant",
                                 "reason and break_glass are for a token in another tenant.");
    }
    status = find_tenant(call, name, &tenant);
    if (status != SIGNET_OK)
        return status;
    if (!is_reason(token->reason))
        return signet_fail_field(call, SIGNET_INVALID, "token.reason", "reason",
                                 "A token in another tenant takes a reason: one line of at most "
                                 "%u octets, which the tenant's journal keeps.",
                                 REASON_MAX);
    token->tenant = tenant->name;
    token->entry = glass != NULL && glass->integer != 0 ? SIGNET_TEXT(TOKEN_ENTRY_GLASS)
                                                        : SIGNET_TEXT(TOKEN_ENTRY_AGREED);
    /* A person stays one and the same on both sides, so that nobody agrees to their own request. */
    if (token->person.length == 0)
        token->person = SIGNET_HAS(actor, person.length) ? actor->person : actor->id;
    if (token->expires - token->created > auth->tenant_ttl_ms)
        token->expires = token->created + auth->tenant_ttl_ms;
    return SIGNET_OK;
}

static int is_glass(const token_t *token)
{
    return signet_text_is(token->entry, TOKEN_ENTRY_GLASS);
}

static int32_t make_secret(signet_call_t *call, token_t *token, signet_text_t *text)
{
    token_secret_t secret;
    int32_t status = token_secret_make(call, text, &secret);
    token->id = secret.id;
    token->digest = secret.digest;
    return status;
}

static int32_t pass(signet_call_t *call, signet_call_t *child, int32_t status)
{
    const signet_error_t *error = child->services->error(child);
    return status == SIGNET_OK || error == NULL ? status : call->services->fail(call, error);
}

/* The provider's journal tells first, so that no token is made that it does not know of. */
static int32_t with_consent(const token_auth_t *auth, signet_call_t *call, signet_call_t *within,
                            token_t *token, signet_text_t approval, signet_text_t *text)
{
    const signet_tenant_t *tenant = NULL;
    token_second_t second = {NULL, NULL};
    int32_t status = find_tenant(call, token->tenant, &tenant);
    if (status == SIGNET_OK && tenant != NULL)
        status = pass(call, within, token_second_consent(within, token, tenant, approval, &second));
    if (status == SIGNET_OK)
        status = make_secret(call, token, text);
    if (status == SIGNET_OK)
        status = token_journal(auth, call, SIGNET_EVENT_TENANT_ENTERED, token, NULL, 0);
    if (status == SIGNET_OK)
        status =
            pass(call, within,
                 token_second_store(auth, within, SIGNET_EVENT_TENANT_ENTERED, &second, token));
    return status;
}

/* The tenant's journal tells first: nobody there had a say. */
static int32_t through_glass(const token_auth_t *auth, signet_call_t *call, signet_call_t *within,
                             token_t *token, signet_text_t approval, signet_text_t *text)
{
    token_second_t second = {NULL, NULL};
    int32_t status = token_second_require(auth, call, token, approval, &second);
    if (status == SIGNET_OK)
        status = make_secret(call, token, text);
    if (status == SIGNET_OK)
        status = pass(call, within,
                      token_journal(auth, within, SIGNET_EVENT_GLASS_BROKEN, token, NULL, 0));
    if (status == SIGNET_OK)
        status = token_second_store(auth, call, SIGNET_EVENT_GLASS_BROKEN, &second, token);
    return status;
}

int32_t token_entry_create(const token_auth_t *auth, signet_call_t *call, token_t *token,
                           signet_text_t approval, signet_text_t *text)
{
    signet_call_t *within = call->services->child(call);
    if (within == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = pass(call, within, within->services->set_tenant(within, token->tenant));
    if (status == SIGNET_OK)
        status = is_glass(token) ? through_glass(auth, call, within, token, approval, text)
                                 : with_consent(auth, call, within, token, approval, text);
    call->services->end(within);
    return status;
}
