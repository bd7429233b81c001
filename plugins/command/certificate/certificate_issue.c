/* signet issue */
#include <signet/sdk/setting.h>

#include "certificate.h"
#include "certificate_body.h"
#include "certificate_pending.h"

static int32_t make_pem(signet_call_t *call, const signet_command_input_t *input,
                        const signet_json_t *answer, signet_bytes_t *pem)
{
    signet_buffer_t buffer = signet_buffer(call, 4096);
    signet_buffer_add_text(&buffer, signet_show_text(call, signet_json_get(answer, "certificate")));
    const signet_json_t *chain = signet_json_get(answer, "chain");
    if (signet_setting_integer(input->options, "chain", 0) && chain != NULL)
        for (uint64_t i = 0; i < chain->count; i++)
            signet_buffer_add_text(&buffer, chain->items[i].text);
    return signet_buffer_bytes(&buffer, pem);
}

int32_t certificate_show_issued(signet_call_t *call, const signet_command_input_t *input,
                                const signet_json_t *answer)
{
    signet_bytes_t pem;
    signet_text_t out = signet_setting_text(input->options, "out");
    int32_t status = make_pem(call, input, answer, &pem);
    if (status == SIGNET_OK && out.length > 0)
        status = signet_file_write(call, out, pem, 0644);
    if (status != SIGNET_OK)
        return status;
    if (out.length == 0 && !input->output->json)
        return input->output->services->raw(input->output, call, pem);
    return signet_show_object(call, input->output, answer, certificate_columns,
                              certificate_column_count, certificate_cell);
}

int32_t certificate_issue(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t body = {NULL, 0};
    const signet_client_response_t *response = NULL;
    int32_t status = certificate_body(call, input, 1, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_keyed(call, input, "POST", SIGNET_TEXT("/v1/certificates"), NULL, body,
                                signet_setting_text(input->options, "idempotency_key"), &response);
    return status == SIGNET_OK ? certificate_answered(call, input, response) : status;
}
