/* signet revoke many */
#include <signet/sdk/setting.h>

#include "certificate_revocations.h"

static const signet_column_t columns[] = {
    SIGNET_COLUMN("id", "Order", 0),           SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("count", "Certificates", 0), SIGNET_COLUMN("done", "Revoked", 0),
    SIGNET_COLUMN("failed", "Failed", 0),      SIGNET_COLUMN("reason", "Reason", 0),
    SIGNET_COLUMN("digest", "Digest", 0),
};

#define COLUMNS (sizeof columns / sizeof columns[0])

int32_t certificate_revoke_many(void *instance, signet_call_t *call,
                                const signet_command_input_t *input)
{
    static const char *const members[] = {"reason", "invalid_since", "comment", "expected"};
    const signet_json_t *answer = NULL;
    (void)instance;
    int32_t status = certificate_revocations_ask(
        call, input, members, sizeof members / sizeof members[0], columns, COLUMNS, &answer);
    if (status == SIGNET_OK && signet_setting_text(input->options, "expected").length == 0)
        status = input->output->services->note(
            input->output, call,
            SIGNET_TEXT("Nothing was revoked. Look at them with signet list, then run this again "
                        "with --expected DIGEST."));
    return status;
}

int32_t certificate_many_state(void *instance, signet_call_t *call,
                               const signet_command_input_t *input)
{
    (void)instance;
    return certificate_revocations_state(call, input, columns, COLUMNS);
}
