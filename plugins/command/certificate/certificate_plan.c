/* signet plan replace, signet plan state */
#include <signet/sdk/setting.h>

#include "certificate_revocations.h"

static const signet_column_t columns[] = {
    SIGNET_COLUMN("id", "Plan", 0),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("count", "Certificates", 0),
    SIGNET_COLUMN("unasked", "Never asked", 0),
    SIGNET_COLUMN("replaced", "Replaced", 0),
    SIGNET_COLUMN("done", "Revoked", 0),
    SIGNET_COLUMN("failed", "Failed", 0),
    SIGNET_COLUMN("from", "From", 0),
    SIGNET_COLUMN("deadline", "Deadline", 0),
    SIGNET_COLUMN("reason", "Reason", 0),
    SIGNET_COLUMN("digest", "Digest", 0),
};

#define COLUMNS (sizeof columns / sizeof columns[0])

static int32_t note(signet_call_t *call, const signet_command_input_t *input, signet_text_t line)
{
    return line.data != NULL ? input->output->services->note(input->output, call, line)
                             : SIGNET_NO_MEMORY;
}

/* How renewals will spread, and what to do next. */
static int32_t tell(signet_call_t *call, const signet_command_input_t *input,
                    const signet_json_t *answer)
{
    const signet_json_t *spread = signet_json_get(answer, "spread");
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && spread != NULL && i < spread->count; i++) {
        const signet_json_t *part = &spread->items[i];
        status = note(
            call, input,
            signet_format(call, "from %.*s: %.*s begin to renew",
                          SIGNET_FORMAT(signet_show_text(call, signet_json_get(part, "from"))),
                          SIGNET_FORMAT(signet_show_text(call, signet_json_get(part, "count")))));
    }
    if (status == SIGNET_OK)
        status = note(call, input,
                      SIGNET_TEXT("Those whose clients never asked when to renew must be renewed "
                                  "by hand before the deadline. Nothing was begun: run this again "
                                  "with --expected DIGEST."));
    return status;
}

int32_t certificate_plan_replace(void *instance, signet_call_t *call,
                                 const signet_command_input_t *input)
{
    static const char *const members[] = {"reason", "comment", "expected", "deadline",
                                          "from",   "grace",   "key"};
    const signet_json_t *answer = NULL;
    (void)instance;
    int32_t status = certificate_revocations_ask(
        call, input, members, sizeof members / sizeof members[0], columns, COLUMNS, &answer);
    return status == SIGNET_OK && signet_setting_text(input->options, "expected").length == 0
               ? tell(call, input, answer)
               : status;
}

int32_t certificate_plan_state(void *instance, signet_call_t *call,
                               const signet_command_input_t *input)
{
    (void)instance;
    return certificate_revocations_state(call, input, columns, COLUMNS);
}
