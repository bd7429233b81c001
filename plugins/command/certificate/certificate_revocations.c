#include "certificate_revocations.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static void write_given(signet_json_writer_t *writer, const signet_command_input_t *input,
                        const char *const *names, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t value = signet_setting_text(input->options, names[i]);
        if (value.length > 0)
            signet_json_text(writer, names[i], value);
    }
}

int32_t certificate_revocations_ask(signet_call_t *call, const signet_command_input_t *input,
                                    const char *const *members, uint64_t count,
                                    const signet_column_t *columns, uint64_t column_count,
                                    const signet_json_t **answer)
{
    static const char *const select[] = {"authority", "profile", "name", "requester"};
    signet_text_t body;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_object(&writer, "select");
    write_given(&writer, input, select, sizeof select / sizeof select[0]);
    signet_json_end_object(&writer);
    write_given(&writer, input, members, count);
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_json(call, input, "POST", SIGNET_TEXT("/v1/revocations"), body, answer);
    if (status != SIGNET_OK)
        return status;
    /* A request that waits says of which kind it is; an order does not. */
    if (signet_json_get(*answer, "kind") != NULL)
        return signet_fail(call, SIGNET_PENDING, "request.pending",
                           "So many take another person's approval: signet request approve %.*s. "
                           "Then run this again",
                           SIGNET_FORMAT(signet_show_text(call, signet_json_get(*answer, "id"))));
    return signet_show_object(call, input->output, *answer, columns, column_count, NULL);
}

int32_t certificate_revocations_state(signet_call_t *call, const signet_command_input_t *input,
                                      const signet_column_t *columns, uint64_t column_count)
{
    const signet_json_t *answer = NULL;
    signet_text_t id = signet_url_encode(call, signet_setting_text(input->options, "order"));
    int32_t status = signet_client_json(
        call, input, "GET", signet_format(call, "/v1/revocations/%.*s", SIGNET_FORMAT(id)),
        (signet_text_t){NULL, 0}, &answer);
    return status == SIGNET_OK
               ? signet_show_object(call, input->output, answer, columns, column_count, NULL)
               : status;
}
