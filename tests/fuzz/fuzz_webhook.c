/* Answers of policy-webhook's receivers: whatever is taken is one of the three decisions, with what
 * belongs to it. */
#include "arena.h"

#include "webhook_answer.h"

#include <signet/sdk/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const signet_host_t host = {.size = sizeof host, .name = SIGNET_TEXT_INIT("hook")};
    signet_call_t *call = fuzz_call();
    const webhook_t webhook = {.host = &host, .may_fill = (int)(size % 2)};
    const signet_outbound_response_t response = {
        .status = 200, .content_type = SIGNET_TEXT("application/json"), .body = {data, size}};
    const signet_policy_answer_t *answer = NULL;
    if (webhook_answer(call, &webhook, &response, &answer) != SIGNET_OK) {
        fuzz_require(answer == NULL && call->services->error(call) != NULL,
                     "an error for a refusal");
        return 0;
    }
    fuzz_require(answer->decision >= SIGNET_POLICY_PERMIT && answer->decision <= SIGNET_POLICY_HOLD,
                 "a decision");
    fuzz_require(signet_text_starts(answer->reason, "policy."), "a reason of policies");
    fuzz_require(answer->message.length > 0 && signet_text_valid(answer->message), "a message");
    fuzz_require(answer->field_count == 0 || webhook.may_fill, "fields where they may be");
    for (uint64_t i = 0; i < answer->message.length; i++) {
        fuzz_require((uint8_t)answer->message.data[i] >= ' ', "no control characters");
    }
    return 0;
}
