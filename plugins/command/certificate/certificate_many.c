/* signet revoke many */
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "certificate.h"

static const signet_column_t columns[] = {
    SIGNET_COLUMN("id", "Order", 0),           SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("count", "Certificates", 0), SIGNET_COLUMN("done", "Revoked", 0),
    SIGNET_COLUMN("failed", "Failed", 0),      SIGNET_COLUMN("reason", "Reason", 0),
    SIGNET_COLUMN("digest", "Digest", 0),
};

static int32_t write_body(signet_call_t *call, const signet_command_input_t *input,
                          signet_text_t expected, signet_text_t *body)
{
    static const char *const select[] = {"authority", "profile", "name", "requester"};
    static const char *const others[] = {"reason", "invalid_since", "comment"};
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
    if (expected.length > 0)
        signet_json_text(&writer, "expected", expected);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

int32_t certificate_revoke_many(void *instance, signet_call_t *call,
                                const signet_command_input_t *input)
{
    signet_text_t body;
    signet_text_t expected = signet_setting_text(input->options, "expected");
    const signet_json_t *answer = NULL;
    (void)instance;
    int32_t status = write_body(call, input, expected, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_json(call, input, "POST", SIGNET_TEXT("/v1/revocations"), body, &answer);
    if (status != SIGNET_OK)
        return status;
    /* A request that waits says of which kind it is; an order does not. */
    if (signet_json_get(answer, "kind") != NULL)
        return signet_fail(call, SIGNET_PENDING, "request.pending",
                           "So many take another person's approval: signet request approve %.*s. "
                           "Then run this again",
                           SIGNET_FORMAT(signet_show_text(call, signet_json_get(answer, "id"))));
    status = signet_show_object(call, input->output, answer, columns,
                                sizeof columns / sizeof columns[0], NULL);
    if (status == SIGNET_OK && expected.length == 0)
        status = input->output->services->note(
            input->output, call,
            SIGNET_TEXT("Nothing was revoked. Look at them with signet list, then run this again "
                        "with --expected DIGEST."));
    return status;
}

int32_t certificate_many_state(void *instance, signet_call_t *call,
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
