#include "fake_approval.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>

fake_approval_t fake_approval;

static const signet_approval_decision_t decision = {.size = sizeof decision,
                                                    .decision = SIGNET_DECISION_APPROVE,
                                                    .person = SIGNET_TEXT_INIT("bob"),
                                                    .actor = SIGNET_TEXT_INIT("token:bob"),
                                                    .at = INT64_C(1700000000000),
                                                    .comment = SIGNET_TEXT_INIT("<fine>")};

static const signet_approval_t *made(signet_call_t *call)
{
    static const signet_text_t roles[] = {SIGNET_TEXT_INIT("officer")};
    static const signet_approval_decision_t *const decisions[] = {&decision};
    signet_approval_t *approval = signet_alloc(call, 1, sizeof *approval);
    if (approval == NULL)
        return NULL;
    *approval = (signet_approval_t){
        .size = sizeof *approval,
        .required = 2,
        .id = SIGNET_TEXT("0a0b"),
        .state = signet_text(fake_approval.state ? fake_approval.state : SIGNET_APPROVAL_PENDING),
        .kind = SIGNET_TEXT("certificate.issue"),
        .key = SIGNET_TEXT("rest/x/y"),
        .object = SIGNET_TEXT("profile:p"),
        .document = SIGNET_TEXT("{\"certificate\":{\"subject\":\"CN=a\"}}"),
        .authority = SIGNET_TEXT("device"),
        .profile = SIGNET_TEXT("p"),
        .roles = roles,
        .role_count = 1,
        .requester = SIGNET_TEXT("token:alice"),
        .person = SIGNET_TEXT("alice"),
        .decisions = decisions,
        .decision_count = 1,
        .created = INT64_C(1700000000000),
        .expires = INT64_C(1700600000000),
        .version = 1};
    return approval;
}

static int32_t answer(signet_call_t *call, signet_text_t id, const signet_approval_t **approval)
{
    if (!signet_text_is(id, "0a0b"))
        return signet_fail(call, SIGNET_NOT_FOUND, "approval.not-found", "There is none.");
    *approval = made(call);
    return *approval != NULL ? SIGNET_OK : signet_status(call);
}

static int32_t act(signet_call_t *call, const char *what, signet_text_t id, signet_text_t comment,
                   const signet_approval_t **approval)
{
    (void)snprintf(fake_approval.act, sizeof fake_approval.act, "%s", what);
    (void)snprintf(fake_approval.comment, sizeof fake_approval.comment, "%.*s",
                   SIGNET_FORMAT(comment));
    return answer(call, id, approval);
}

static int32_t require(void *instance, signet_call_t *call, const signet_approval_matter_t *matter,
                       const signet_approval_t **approval)
{
    (void)instance;
    (void)matter;
    return answer(call, SIGNET_TEXT("0a0b"), approval);
}

static int32_t finish(void *instance, signet_call_t *call, const signet_approval_t *approval,
                      signet_text_t result, const signet_change_t **change)
{
    (void)instance;
    (void)approval;
    (void)result;
    *change = NULL;
    return signet_fail(call, SIGNET_UNSUPPORTED, "fake.unsupported", "The fake finishes nothing.");
}

static int32_t get(void *instance, signet_call_t *call, signet_text_t id,
                   const signet_approval_t **approval)
{
    (void)instance;
    return answer(call, id, approval);
}

static int32_t query(void *instance, signet_call_t *call, const signet_approval_query_t *asked,
                     const signet_approval_page_t **page)
{
    (void)instance;
    signet_approval_page_t *found = signet_alloc(call, 1, sizeof *found);
    const signet_approval_t **approvals = signet_alloc(call, 1, sizeof *approvals);
    if (found == NULL || approvals == NULL)
        return signet_status(call);
    fake_approval.query = *asked;
    (void)snprintf(fake_approval.query_state, sizeof fake_approval.query_state, "%.*s",
                   SIGNET_FORMAT(asked->state));
    if (signet_text_is(asked->state, "odd"))
        return signet_fail_field(call, SIGNET_INVALID, "approval.state", "state", "No state.");
    approvals[0] = made(call);
    *found = (signet_approval_page_t){.size = sizeof *found,
                                      .approvals = approvals,
                                      .count = 1,
                                      .cursor = asked->limit == 1 ? SIGNET_TEXT("more")
                                                                  : SIGNET_TEXT("")};
    *page = found;
    return approvals[0] != NULL ? SIGNET_OK : signet_status(call);
}

static int32_t decide(void *instance, signet_call_t *call, signet_text_t id, int32_t what,
                      signet_text_t comment, const signet_approval_t **approval)
{
    (void)instance;
    return act(call, what == SIGNET_DECISION_APPROVE ? "approve" : "deny", id, comment, approval);
}

static int32_t withdraw(void *instance, signet_call_t *call, signet_text_t id,
                        signet_text_t comment, const signet_approval_t **approval)
{
    (void)instance;
    return act(call, "withdraw", id, comment, approval);
}

static int32_t add_comment(void *instance, signet_call_t *call, signet_text_t id,
                           signet_text_t comment, const signet_approval_t **approval)
{
    (void)instance;
    return act(call, "comment", id, comment, approval);
}

const signet_approval_interface_t fake_approvals = {
    .size = sizeof fake_approvals,
    .require = require,
    .finish = finish,
    .get = get,
    .query = query,
    .decide = decide,
    .withdraw = withdraw,
    .comment = add_comment,
};
