/* Putting a matter down, asking how it stands, and closing it. */
#include "approval/approval.h"
#include "permission.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define LIFETIME_MS (7 * DAY_MS)
#define ROLES_MAX 16U
#define REQUIRED_MAX 16U
#define TRIES 3

static int32_t pending(signet_call_t *call, const signet_approval_t *approval)
{
    const char *id = signet_text_string(call, approval->id);
    if (id == NULL)
        return SIGNET_NO_MEMORY;
    return signet_fail_field(call, SIGNET_PENDING, "approval.pending", id,
                             "the request waits for approval under the id %s; ask again once it "
                             "is approved",
                             id);
}

int32_t ca_approval_standing(signet_call_t *call, const ca_matter_t *matter)
{
    const signet_approval_t *approval = &matter->approval;
    signet_text_t id = approval->id;
    if (!signet_text_equal(approval->requester, call->services->actor(call)->id))
        return signet_fail(call, SIGNET_CONFLICT, "approval.of-another",
                           "the request was put down by somebody else");
    if (ca_matter_is(matter, SIGNET_APPROVAL_APPROVED))
        return SIGNET_OK;
    if (ca_matter_is(matter, SIGNET_APPROVAL_PENDING))
        return pending(call, approval);
    if (ca_matter_is(matter, SIGNET_APPROVAL_DENIED))
        return signet_fail(call, SIGNET_DENIED, "approval.denied",
                           "the request %.*s was denied; its comments say why", SIGNET_FORMAT(id));
    if (ca_matter_is(matter, SIGNET_APPROVAL_WITHDRAWN))
        return signet_fail(call, SIGNET_DENIED, "approval.withdrawn",
                           "the request %.*s was withdrawn; ask anew under another id",
                           SIGNET_FORMAT(id));
    if (ca_matter_is(matter, SIGNET_APPROVAL_EXPIRED))
        return signet_fail(call, SIGNET_DENIED, "approval.expired",
                           "the request %.*s expired; ask anew under another id",
                           SIGNET_FORMAT(id));
    return signet_fail(call, SIGNET_CONFLICT, "approval.done",
                       "the request %.*s was acted on already; an approval is good for once",
                       SIGNET_FORMAT(id));
}

static int32_t check(signet_call_t *call, const signet_approval_matter_t *matter)
{
    if (matter->required >= 1 && matter->required <= REQUIRED_MAX && matter->kind.length > 0 &&
        matter->key.length > 0 && matter->digest.length > 0 && matter->role_count > 0 &&
        matter->role_count <= ROLES_MAX && matter->expires_ms >= 0 && matter->escalate_ms >= 0)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "approval.matter",
                       "a matter needs a kind, a key, a digest, 1 to %u roles and 1 to %u persons",
                       ROLES_MAX, REQUIRED_MAX);
}

/* What the caller says now, in a matter that is new or has changed. */
static void describe(const signet_approval_matter_t *asked, ca_matter_t *matter, int64_t now)
{
    signet_approval_t *approval = &matter->approval;
    approval->state = SIGNET_TEXT(SIGNET_APPROVAL_PENDING);
    approval->required = asked->required;
    approval->object = asked->object;
    approval->digest = asked->digest;
    approval->document = asked->document;
    approval->authority = asked->authority;
    approval->profile = asked->profile;
    approval->roles = asked->roles;
    approval->role_count = asked->role_count;
    approval->methods = SIGNET_HAS(asked, method_count) ? asked->methods : NULL;
    approval->method_count = SIGNET_HAS(asked, method_count) ? asked->method_count : 0;
    approval->decisions = NULL;
    approval->decision_count = 0;
    matter->lifetime_ms = asked->expires_ms > 0 ? asked->expires_ms : LIFETIME_MS;
    approval->expires = now + matter->lifetime_ms;
    matter->escalates = asked->escalate_ms > 0 ? now + asked->escalate_ms : 0;
}

static int32_t put_down(ca_t *ca, signet_call_t *call, const signet_approval_matter_t *asked,
                        signet_text_t id, ca_matter_t **matter)
{
    const signet_actor_t *actor = call->services->actor(call);
    ca_matter_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    int64_t now = signet_now();
    describe(asked, made, now);
    made->approval.size = sizeof made->approval;
    made->approval.id = id;
    made->approval.kind = asked->kind;
    made->approval.key = asked->key;
    made->approval.requester = actor->id;
    made->approval.person = ca_permission_person(actor);
    made->approval.created = now;
    int32_t status =
        ca_matter_commit(ca, call, made, SIGNET_EVENT_APPROVAL_REQUESTED, SIGNET_TEXT(""));
    *matter = made;
    return status;
}

/* What others agreed to is not what would be done now: everyone must look again. */
static int32_t put_back(ca_t *ca, signet_call_t *call, const signet_approval_matter_t *asked,
                        ca_matter_t *matter)
{
    if (ca_matter_is(matter, SIGNET_APPROVAL_PENDING))
        return signet_fail(call, SIGNET_CONFLICT, "approval.changed",
                           "another request waits under the same id");
    describe(asked, matter, signet_now());
    return ca_matter_commit(ca, call, matter, SIGNET_EVENT_APPROVAL_RETURNED, SIGNET_TEXT(""));
}

static int32_t require(ca_t *ca, signet_call_t *call, const signet_approval_matter_t *asked,
                       signet_text_t id, ca_matter_t **matter)
{
    int32_t status = ca_matter_get(ca, call, id, matter);
    if (status == SIGNET_NOT_FOUND) {
        status = put_down(ca, call, asked, id, matter);
        return status == SIGNET_OK ? pending(call, &(*matter)->approval) : status;
    }
    if (status != SIGNET_OK)
        return status;
    status = ca_approval_standing(call, *matter);
    if ((status != SIGNET_OK && status != SIGNET_PENDING) ||
        signet_bytes_equal((*matter)->approval.digest, asked->digest))
        return status;
    call->services->clear(call);
    status = put_back(ca, call, asked, *matter);
    return status == SIGNET_OK ? pending(call, &(*matter)->approval) : status;
}

static int is_changed(signet_call_t *call)
{
    return signet_text_is(call->services->error(call)->reason, "approval.changed") ||
           signet_text_is(call->services->error(call)->reason, "approval.of-another") ||
           signet_text_is(call->services->error(call)->reason, "approval.done");
}

int32_t ca_approval_require(void *instance, signet_call_t *call,
                            const signet_approval_matter_t *matter,
                            const signet_approval_t **approval)
{
    ca_t *ca = instance;
    signet_text_t id;
    ca_matter_t *found = NULL;
    int32_t status = check(call, matter);
    if (status == SIGNET_OK)
        status = ca_matter_id(call, matter->kind, matter->key, &id);
    if (status != SIGNET_OK)
        return status;
    for (int try = 0; try < TRIES; try++) {
        status = require(ca, call, matter, id, &found);
        /* Somebody put it down or decided about it in the same moment: look again. */
        if (status != SIGNET_CONFLICT || is_changed(call))
            break;
        if (try + 1 < TRIES)
            call->services->clear(call);
    }
    if (status == SIGNET_OK || status == SIGNET_PENDING)
        *approval = &found->approval;
    return status;
}

/* The matter in another state, as a change. */
static int32_t change_state(signet_call_t *call, const signet_approval_t *approval,
                            const char *state, signet_text_t result, const signet_change_t **change)
{
    signet_change_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    ca_matter_t matter = *(const ca_matter_t *)approval;
    matter.approval.state = signet_text(state);
    matter.approval.result = result;
    int32_t status = ca_matter_put(call, &matter, made);
    *change = made;
    return status;
}

int32_t ca_approval_finish(void *instance, signet_call_t *call, const signet_approval_t *approval,
                           signet_text_t result, const signet_change_t **change)
{
    (void)instance;
    return change_state(call, approval, SIGNET_APPROVAL_DONE, result, change);
}

int32_t ca_approval_reopen(signet_call_t *call, const signet_approval_t *approval,
                           const signet_change_t **change)
{
    ca_matter_t matter = *(const ca_matter_t *)approval;
    matter.approval.version++;
    return change_state(call, &matter.approval, SIGNET_APPROVAL_APPROVED, SIGNET_TEXT(""), change);
}
