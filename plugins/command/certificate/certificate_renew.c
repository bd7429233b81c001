/* signet renew and signet renewal */
#include <inttypes.h>
#include <signet/sdk/setting.h>

#include "certificate.h"
#include "certificate_pending.h"

static int32_t make_body(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t *body)
{
    signet_text_t csr = {NULL, 0};
    signet_text_t path = signet_setting_text(input->options, "csr");
    int64_t validity = signet_setting_integer(input->options, "validity", 0);
    int32_t status = path.length > 0 ? certificate_read_csr(call, input, &csr) : SIGNET_OK;
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, csr.length + 256);
    signet_json_begin_object(&writer, NULL);
    if (csr.length > 0)
        signet_json_text(&writer, "csr", csr);
    if (validity != 0)
        signet_json_text(&writer, "validity", signet_format(call, "%" PRId64 "ms", validity));
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

int32_t certificate_renew(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    signet_text_t path;
    signet_text_t body;
    const signet_client_response_t *response = NULL;
    (void)instance;
    int32_t status = certificate_find(call, input, &path);
    if (status == SIGNET_OK)
        status = make_body(call, input, &body);
    if (status == SIGNET_OK)
        status = signet_client_keyed(
            call, input, "POST", signet_format(call, "%.*s/renew", SIGNET_FORMAT(path)), NULL, body,
            signet_setting_text(input->options, "idempotency_key"), &response);
    return status == SIGNET_OK ? certificate_answered(call, input, response) : status;
}

int32_t certificate_renewal(void *instance, signet_call_t *call,
                            const signet_command_input_t *input)
{
    static const char *const members[] = {"from", "before"};
    signet_text_t path;
    signet_text_t body;
    const signet_json_t *answer = NULL;
    (void)instance;
    int32_t status = certificate_find(call, input, &path);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_begin_object(&writer, NULL);
    for (uint64_t i = 0; i < 2; i++)
        signet_json_text(&writer, members[i], signet_setting_text(input->options, members[i]));
    signet_json_end_object(&writer);
    status = signet_json_finish(&writer, &body);
    if (status == SIGNET_OK)
        status = signet_client_json(call, input, "POST",
                                    signet_format(call, "%.*s/renewal", SIGNET_FORMAT(path)), body,
                                    &answer);
    if (status != SIGNET_OK)
        return status;
    return signet_show_object(call, input->output, answer, certificate_columns,
                              certificate_column_count, certificate_cell);
}
