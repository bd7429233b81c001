/* Who may see and decide what waits for approval. */
#include "permission.h"
#include "permission_grant.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

signet_text_t ca_permission_person(const signet_actor_t *actor)
{
    return SIGNET_HAS(actor, person.length) && actor->person.length > 0 ? actor->person : actor->id;
}

int ca_permission_own_matter(signet_call_t *call, const signet_approval_t *approval)
{
    const signet_actor_t *actor = call->services->actor(call);
    return actor->id.length > 0 &&
           (signet_text_equal(actor->id, approval->requester) ||
            signet_text_equal(ca_permission_person(actor), approval->person));
}

/* The names that a certificate would have, as its document says; NULL: it says none. */
static const signet_json_t *names_of(signet_call_t *call, const signet_approval_t *approval)
{
    const signet_json_t *document = NULL;
    if (signet_json_parse(call, signet_text_bytes(approval->document), SIGNET_STORE_MAX_BODY,
                          &document) != SIGNET_OK) {
        call->services->clear(call);
        return NULL;
    }
    return signet_json_get(signet_json_get(document, "certificate"), "names");
}

/* Whether a grant reaches a matter. One that is limited to names reaches those alone that say which
 * names they are about. */
static int covers(signet_call_t *call, const signet_grant_t *grant,
                  const signet_approval_t *approval)
{
    if (!ca_grant_covers_object(grant, approval->authority, approval->profile))
        return 0;
    if (grant->names.length == 0)
        return 1;
    const signet_json_t *names = names_of(call, approval);
    uint64_t count = names == NULL ? 0 : names->count;
    for (uint64_t i = 0; i < count; i++) {
        if (!ca_grant_covers_name(grant, names->items[i].text))
            return 0;
    }
    return count > 0;
}

static int has_role(const signet_grant_t *grant, const signet_approval_t *approval)
{
    for (uint64_t i = 0; i < approval->role_count; i++) {
        if (signet_text_equal(grant->role, approval->roles[i]))
            return 1;
    }
    return 0;
}

int ca_permission_decides(signet_call_t *call, const signet_approval_t *approval)
{
    const signet_actor_t *actor = call->services->actor(call);
    if (ca_grants_watch(actor))
        return 0;
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        if (has_role(grant, approval) && covers(call, grant, approval))
            return 1;
    }
    return 0;
}

int ca_permission_sees(signet_call_t *call, const signet_approval_t *approval)
{
    const signet_actor_t *actor = call->services->actor(call);
    if (ca_permission_own_matter(call, approval) || ca_permission_decides(call, approval))
        return 1;
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        if ((signet_text_is(grant->role, SIGNET_ROLE_AUDITOR) ||
             signet_text_is(grant->role, SIGNET_ROLE_ADMINISTRATOR)) &&
            covers(call, grant, approval))
            return 1;
    }
    return 0;
}

/* Whether the actor proved itself in one of the ways that the matter demands. */
static int has_method(const signet_actor_t *actor, const signet_approval_t *approval)
{
    for (uint64_t i = 0; i < approval->method_count; i++) {
        if (signet_text_equal(actor->method, approval->methods[i]))
            return 1;
    }
    return approval->method_count == 0;
}

int32_t ca_permission_decide(signet_call_t *call, const signet_approval_t *approval)
{
    const signet_actor_t *actor = call->services->actor(call);
    signet_text_t person = ca_permission_person(actor);
    if (ca_permission_own_matter(call, approval))
        return signet_fail(call, SIGNET_DENIED, "approval.own",
                           "nobody decides about a request of their own; ask somebody else");
    if (!ca_permission_decides(call, approval))
        return signet_fail(call, SIGNET_DENIED, "approval.role",
                           "you may see this request but not decide about it; it takes another "
                           "role");
    if (!has_method(actor, approval))
        return signet_fail(call, SIGNET_DENIED, "approval.method",
                           "whoever decides about this request must authenticate in another way; "
                           "the profile's approver_methods say how");
    for (uint64_t i = 0; i < approval->decision_count; i++) {
        const signet_approval_decision_t *decision = approval->decisions[i];
        if (decision->decision != 0 && signet_text_equal(decision->person, person))
            return signet_fail(call, SIGNET_DENIED, "approval.decided-already",
                               "you have decided about this request already, with this credential "
                               "or another of yours; it takes somebody else");
    }
    return SIGNET_OK;
}
