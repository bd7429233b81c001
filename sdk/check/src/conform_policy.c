/* signet.policy/1: an answer that can be used, or a refusal. */
#include "conform.h"

#include <signet/ext/draft/policy.h>
#include <signet/sdk/encode.h>

static signet_policy_request_t plain(const signet_issue_request_t *asked)
{
    static const signet_text_t names[] = {SIGNET_TEXT_INIT("dns:a.example")};
    static const uint8_t octets[] = {0x30, 0x00};
    return (signet_policy_request_t){.size = sizeof(signet_policy_request_t),
                                     .request = asked,
                                     .profile = SIGNET_TEXT("web"),
                                     .profile_version = 1,
                                     .authority = SIGNET_TEXT("tls"),
                                     .subject = SIGNET_TEXT("CN=a.example"),
                                     .names = names,
                                     .name_count = 1,
                                     .key_type = SIGNET_TEXT(SIGNET_KEY_P256),
                                     .spki = {octets, sizeof octets},
                                     .not_before = signet_now(),
                                     .not_after = signet_now() + 86400000};
}

static int32_t decide(conform_t *conform, signet_call_t *call, void *context)
{
    const signet_policy_interface_t *policy = conform->interface;
    const signet_policy_answer_t *answer = NULL;
    return policy->decide(conform->self, call, context, &answer);
}

static const char *judge(const signet_policy_answer_t *answer)
{
    if (!answer) {
        return "it answered OK without an answer";
    }
    if (answer->decision < SIGNET_POLICY_PERMIT || answer->decision > SIGNET_POLICY_HOLD) {
        return "its decision is none of permit, refuse and hold";
    }
    return answer->decision == SIGNET_POLICY_REFUSE &&
                   (answer->reason.length == 0 || answer->message.length == 0)
               ? "it refuses without a reason or a message"
               : NULL;
}

void conform_policy(conform_t *conform)
{
    const signet_policy_interface_t *policy = conform->interface;
    static const uint8_t octets[] = {0x30, 0x00};
    const signet_issue_request_t asked = {
        .size = sizeof asked, .profile = SIGNET_TEXT("web"), .csr = {octets, sizeof octets}};
    signet_policy_request_t request = plain(&asked);
    const signet_policy_answer_t *answer = NULL;
    signet_call_t *call = signet_check_call(conform->check, "tester", "requester");
    int32_t status = policy->decide(conform->self, call, &request, &answer);
    const char *fault = conform->flags & SIGNET_CHECK_REACHABLE
                            ? conform_status(conform, call, status, SIGNET_OK)
                            : conform_error(conform, call, status);
    conform_case(conform, "decides about a request",
                 fault || status != SIGNET_OK ? fault : judge(answer));
    signet_check_call_end(call);
    request.names = NULL;
    request.name_count = 0;
    request.approved = 1;
    answer = NULL;
    call = signet_check_call(conform->check, "tester", "requester");
    status = policy->decide(conform->self, call, &request, &answer);
    fault = conform_error(conform, call, status);
    conform_case(conform, "decides about one without names that was approved",
                 fault || status != SIGNET_OK ? fault : judge(answer));
    signet_check_call_end(call);
    conform_impatience(conform, decide, &request);
    conform_threads(conform, decide, &request);
    conform_allocations(conform, decide, &request);
}
