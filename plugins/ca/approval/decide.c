/* Looking at matters, deciding about them, taking them back. */
#include "approval/approval.h"
#include "permission.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define COMMENT_MAX 1024U
#define TRIES 3

/* One answer for what is not there and for what the actor may not see. */
static int32_t find(ca_t *ca, signet_call_t *call, signet_text_t id, ca_matter_t **matter)
{
    int32_t status = id.length == 0 || id.length > SIGNET_STORE_MAX_KEY
                         ? SIGNET_NOT_FOUND
                         : ca_matter_get(ca, call, id, matter);
    if (status == SIGNET_OK && !ca_permission_sees(call, &(*matter)->approval))
        status = SIGNET_NOT_FOUND;
    if (status == SIGNET_NOT_FOUND)
        (void)signet_fail(call, SIGNET_NOT_FOUND, "approval.not-found",
                          "no request with this id is known");
    return status;
}

static int32_t check_comment(signet_call_t *call, signet_text_t comment)
{
    if (comment.length <= COMMENT_MAX && signet_text_valid(comment))
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "approval.comment", "comment",
                             "a comment is at most %u octets of UTF-8", COMMENT_MAX);
}

static int32_t not_pending(signet_call_t *call, const ca_matter_t *matter)
{
    return signet_fail(call, SIGNET_CONFLICT, "approval.not-pending",
                       "the request is %.*s; nothing more is decided about it",
                       SIGNET_FORMAT(matter->approval.state));
}

static int32_t approve(ca_t *ca, signet_call_t *call, ca_matter_t *matter, signet_text_t comment)
{
    int32_t status = ca_matter_add(call, matter, SIGNET_DECISION_APPROVE, comment);
    if (status != SIGNET_OK)
        return status;
    if (ca_matter_count(matter) >= matter->approval.required) {
        matter->approval.state = SIGNET_TEXT(SIGNET_APPROVAL_APPROVED);
        matter->approval.expires = signet_now() + matter->lifetime_ms;
    }
    return ca_matter_commit(ca, call, matter, SIGNET_EVENT_APPROVAL_APPROVED, comment);
}

static int32_t deny(ca_t *ca, signet_call_t *call, ca_matter_t *matter, signet_text_t comment)
{
    int32_t status = ca_matter_add(call, matter, SIGNET_DECISION_DENY, comment);
    if (status != SIGNET_OK)
        return status;
    matter->approval.state = SIGNET_TEXT(SIGNET_APPROVAL_DENIED);
    return ca_matter_commit(ca, call, matter, SIGNET_EVENT_APPROVAL_DENIED, comment);
}

static int32_t decide_found(ca_t *ca, signet_call_t *call, ca_matter_t *matter, int32_t decision,
                            signet_text_t comment)
{
    int32_t status = ca_permission_decide(call, &matter->approval);
    if (status != SIGNET_OK)
        return status;
    if (!ca_matter_is(matter, SIGNET_APPROVAL_PENDING))
        return not_pending(call, matter);
    return decision == SIGNET_DECISION_APPROVE ? approve(ca, call, matter, comment)
                                               : deny(ca, call, matter, comment);
}

static int32_t withdraw_found(ca_t *ca, signet_call_t *call, ca_matter_t *matter, int32_t decision,
                              signet_text_t comment)
{
    (void)decision;
    if (!ca_permission_own_matter(call, &matter->approval))
        return signet_fail(call, SIGNET_DENIED, "approval.not-own",
                           "only who put a request down can take it back; you may deny it");
    if (!ca_matter_open(matter))
        return not_pending(call, matter);
    matter->approval.state = SIGNET_TEXT(SIGNET_APPROVAL_WITHDRAWN);
    int32_t status = comment.length > 0 ? ca_matter_add(call, matter, 0, comment) : SIGNET_OK;
    if (status == SIGNET_OK)
        status = ca_matter_commit(ca, call, matter, SIGNET_EVENT_APPROVAL_WITHDRAWN, comment);
    return status;
}

static int32_t comment_found(ca_t *ca, signet_call_t *call, ca_matter_t *matter, int32_t decision,
                             signet_text_t comment)
{
    if (comment.length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "approval.comment", "comment",
                                 "an empty comment says nothing");
    /* What shows as expired is made so by the sweep, not by a comment. */
    if (!ca_matter_open(matter))
        return not_pending(call, matter);
    int32_t status = ca_matter_add(call, matter, decision, comment);
    if (status == SIGNET_OK)
        status = ca_matter_commit(ca, call, matter, SIGNET_EVENT_APPROVAL_COMMENTED, comment);
    return status;
}

/* A refused decision leaves a trace. */
static void journal_denial(ca_t *ca, signet_call_t *call, signet_text_t id)
{
    const signet_error_t *error = call->services->error(call);
    signet_call_t *child = error == NULL ? NULL : call->services->child(call);
    if (child == NULL)
        return;
    signet_journal_t journal;
    signet_pair_t fields[] = {
        signet_pair("reason", error->reason),
        signet_pair("message", error->message),
    };
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_ACCESS_DENIED),
                            .object = signet_format(child, "approval:%.*s", SIGNET_FORMAT(id)),
                            .fields = fields,
                            .field_count = sizeof fields / sizeof fields[0]};
    if (ca_journal(ca, child, &journal) == SIGNET_OK)
        journal.interface->denied(journal.instance, child, call->services->actor(call)->id, &entry);
    call->services->end(child);
}

typedef int32_t (*act_t)(ca_t *ca, signet_call_t *call, ca_matter_t *matter, int32_t decision,
                         signet_text_t comment);

/* Finds the matter and acts on it; again where somebody else acted in the same moment. */
static int32_t act(ca_t *ca, signet_call_t *call, signet_text_t id, act_t how, int32_t decision,
                   signet_text_t comment, const signet_approval_t **approval)
{
    ca_matter_t *matter = NULL;
    int32_t status = check_comment(call, comment);
    if (status != SIGNET_OK)
        return status;
    for (int try = 0; try < TRIES; try++) {
        status = find(ca, call, id, &matter);
        if (status == SIGNET_OK)
            status = how(ca, call, matter, decision, comment);
        if (status != SIGNET_CONFLICT || try + 1 == TRIES ||
            signet_text_is(call->services->error(call)->reason, "approval.not-pending"))
            break;
        call->services->clear(call);
    }
    if (status == SIGNET_OK)
        *approval = &matter->approval;
    else if (status == SIGNET_DENIED && matter != NULL)
        journal_denial(ca, call, matter->approval.id);
    return status;
}

static int32_t decide(void *instance, signet_call_t *call, signet_text_t id, int32_t decision,
                      signet_text_t comment, const signet_approval_t **approval)
{
    if (decision != SIGNET_DECISION_APPROVE && decision != SIGNET_DECISION_DENY)
        return signet_fail(call, SIGNET_INVALID, "approval.decision",
                           "a decision approves or denies");
    return act(instance, call, id, decide_found, decision, comment, approval);
}

static int32_t withdraw(void *instance, signet_call_t *call, signet_text_t id,
                        signet_text_t comment, const signet_approval_t **approval)
{
    return act(instance, call, id, withdraw_found, 0, comment, approval);
}

static int32_t add_comment(void *instance, signet_call_t *call, signet_text_t id,
                           signet_text_t comment, const signet_approval_t **approval)
{
    return act(instance, call, id, comment_found, 0, comment, approval);
}

int32_t ca_approval_get(void *instance, signet_call_t *call, signet_text_t id,
                        const signet_approval_t **approval)
{
    ca_matter_t *matter = NULL;
    int32_t status = find(instance, call, id, &matter);
    if (status == SIGNET_OK)
        *approval = &matter->approval;
    return status;
}

const signet_approval_interface_t ca_approval_interface = {
    .size = sizeof(signet_approval_interface_t),
    .require = ca_approval_require,
    .finish = ca_approval_finish,
    .get = ca_approval_get,
    .query = ca_approval_query,
    .decide = decide,
    .withdraw = withdraw,
    .comment = add_comment,
};
