/* signet plan replace, signet plan state */
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "certificate.h"

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

static int32_t write_body(signet_call_t *call, const signet_command_input_t *input,
                          signet_text_t *body)
{
    static const char *const select[] = {"authority", "profile", "name", "requester"};
    static const char *const others[] = {"reason", "comment", "expected", "deadline",
                                         "from",   "grace",   "key"};
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_object(&writer, "select");
    for (uint64_t i = 0; i < sizeof select / sizeof select[0]; i++) {
        signet_text_t value = signet_setting_text(input->options, select[i]);
        if (value.length > 0)
            signet_json_text(&writer, select[i], value);
    }
    signet_json_end_object(&writer);
    for (uint64_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        signet_text_t value = signet_setting_text(input->options, others[i]);
        if (value.length > 0)
            signet_json_text(&writer, others[i], value);
    }
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

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
    signet_text_t body;
    const signet_json_t *answer = NULL;
    (void)instance;
    int32_t status = write_body(call, input, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_json(call, input, "POST", SIGNET_TEXT("/v1/revocations"), body, &answer);
    if (status != SIGNET_OK)
        return status;
    if (signet_json_get(answer, "kind") != NULL)
        return signet_fail(call, SIGNET_PENDING, "request.pending",
                           "So many take another person's approval: signet request approve %.*s. "
                           "Then run this again",
                           SIGNET_FORMAT(signet_show_text(call, signet_json_get(answer, "id"))));
    status = signet_show_object(call, input->output, answer, columns,
                                sizeof columns / sizeof columns[0], NULL);
    return status == SIGNET_OK && signet_setting_text(input->options, "expected").length == 0
               ? tell(call, input, answer)
               : status;
}

int32_t certificate_plan_state(void *instance, signet_call_t *call,
                               const signet_command_input_t *input)
{
    const signet_json_t *answer = NULL;
    (void)instance;
    signet_text_t id = signet_url_encode(call, signet_setting_text(input->options, "order"));
    int32_t status = signet_client_json(
        call, input, "GET", signet_format(call, "/v1/revocations/%.*s", SIGNET_FORMAT(id)),
        (signet_text_t){NULL, 0}, &answer);
    return status == SIGNET_OK ? signet_show_object(call, input->output, answer, columns,
                                                    sizeof columns / sizeof columns[0], NULL)
                               : status;
}
