#include "policy/stage.h"

#include "error.h"
#include "permission.h"
#include "policy/answer.h"
#include "policy/question.h"

#include <signet/sdk/setting.h>

int32_t ca_policies_find(const ca_t *ca, signet_call_t *call)
{
    uint64_t count = ca->policies == NULL ? 0 : ca->policies->member_count;
    for (uint64_t i = 0; i < count; i++) {
        const signet_setting_t *setting = signet_setting_at(ca->policies, i);
        if (call->services->find(call, SIGNET_TEXT(SIGNET_POLICY_INTERFACE), setting->text) != NULL)
            continue;
        call->services->clear(call);
        return signet_setting_fail(call, setting, "policy.not-found",
                                   "no instance \"%.*s\" provides %s; add one or take its name out "
                                   "of policies",
                                   SIGNET_FORMAT(setting->text), SIGNET_POLICY_INTERFACE);
    }
    return SIGNET_OK;
}

/* What was filled into the subject is checked like what was asked for. */
static int32_t renew(signet_call_t *call, ca_draft_t *draft)
{
    int32_t status = ca_draft_names(call, draft);
    if (status == SIGNET_OK)
        status = ca_permission_names(call, draft->profile, draft->authority, &draft->all);
    return status == SIGNET_OK ? ca_draft_content(call, draft) : status;
}

/* Asks one, in a call of its own: its time is limited, and its memory goes with it. */
static int32_t decide(const ca_t *ca, signet_call_t *call, signet_call_t *child, signet_text_t name,
                      const ca_draft_t *draft, int approved, const signet_policy_answer_t **answer)
{
    signet_policy_request_t question;
    child->services->limit(child, ca->policy_timeout_ms);
    const signet_provider_t *provider =
        child->services->find(child, SIGNET_TEXT(SIGNET_POLICY_INTERFACE), name);
    if (provider == NULL)
        return signet_error_pass(call, child);
    const signet_policy_interface_t *policy = provider->interface;
    int32_t status = ca_policy_question(child, draft, approved, &question);
    if (status == SIGNET_OK)
        status = policy->decide(provider->instance, child, &question, answer);
    /* An answer after its time is none; what its lateness did to the child's error does not
     * matter. */
    if (child->services->remaining(child) == 0) {
        child->services->clear(child);
        status = signet_fail(child, SIGNET_TIMEOUT, "policy.timeout",
                             "the policy \"%.*s\" did not answer in time, so the request is "
                             "refused; ask again later",
                             SIGNET_FORMAT(name));
    }
    return status == SIGNET_OK ? SIGNET_OK : signet_error_pass(call, child);
}

static int32_t ask(const ca_t *ca, signet_call_t *call, signet_text_t name, ca_draft_t *draft,
                   int approved, ca_policy_outcome_t *outcome, signet_json_writer_t *writer)
{
    const signet_policy_answer_t *answer = NULL;
    int subject = 0;
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = decide(ca, call, child, name, draft, approved, &answer);
    if (status == SIGNET_OK)
        status = ca_policy_answer(call, name, answer, draft, &subject, outcome, writer);
    call->services->end(child);
    if (status == SIGNET_OK && subject)
        status = renew(call, draft);
    if (status != SIGNET_OK) {
        outcome->name = name;
        outcome->failed = 1;
    }
    return status;
}

int32_t ca_policies_ask(const ca_t *ca, signet_call_t *call, ca_draft_t *draft, int approved,
                        ca_policy_outcome_t *outcome)
{
    int32_t status = SIGNET_OK;
    if (ca->policies == NULL || ca->policies->member_count == 0)
        return SIGNET_OK;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_array(&writer, NULL);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->policies->member_count; i++)
        status = ask(ca, call, signet_setting_at(ca->policies, i)->text, draft, approved, outcome,
                     &writer);
    signet_json_end_array(&writer);
    return status == SIGNET_OK ? signet_json_finish(&writer, &outcome->document) : status;
}
