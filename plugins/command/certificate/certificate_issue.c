/* signet issue */
#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

#include "certificate.h"

/* More than any request that the host takes. */
#define MAXIMUM_CSR (UINT64_C(256) * 1024)

int32_t certificate_read_csr(signet_call_t *call, const signet_command_input_t *input,
                             signet_text_t *csr)
{
    signet_bytes_t content;
    int32_t status =
        signet_file_read(call, signet_setting_text(input->options, "csr"), MAXIMUM_CSR, &content);
    if (status != SIGNET_OK)
        return status;
    if (memmem(content.data, content.length, "-----BEGIN ", 11) != NULL)
        *csr = signet_bytes_text(content);
    else
        *csr = signet_base64(call, content);
    return csr->data != NULL ? SIGNET_OK : signet_status(call);
}

static int32_t write_names(signet_call_t *call, const signet_command_input_t *input,
                           signet_json_writer_t *writer)
{
    const signet_setting_t *names = signet_setting(input->options, "name");
    uint64_t count = signet_setting_count(input->options, "name");
    if (count == 0)
        return SIGNET_OK;
    signet_json_begin_array(writer, "names");
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t text = signet_setting_at(names, i)->text;
        signet_text_t value;
        signet_text_t type = signet_text_split(text, ':', &value);
        if (value.length == 0)
            return signet_fail_field(call, SIGNET_INVALID, "certificate.name-invalid", "name",
                                     "\"%.*s\" is not TYPE:VALUE, as in dns:www.example.",
                                     SIGNET_FORMAT(text));
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "type", type);
        signet_json_text(writer, "value", value);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
    return SIGNET_OK;
}

static int32_t make_body(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t *body)
{
    signet_text_t csr;
    int32_t status = certificate_read_csr(call, input, &csr);
    if (status != SIGNET_OK)
        return status;
    signet_text_t authority = signet_setting_text(input->options, "authority");
    int64_t validity = signet_setting_integer(input->options, "validity", 0);
    signet_json_writer_t writer = signet_json_writer(call, csr.length + 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "profile", signet_setting_text(input->options, "profile"));
    signet_json_text(&writer, "csr", csr);
    if (authority.length > 0)
        signet_json_text(&writer, "authority", authority);
    if (validity != 0)
        signet_json_text(&writer, "validity", signet_format(call, "%" PRId64 "ms", validity));
    status = write_names(call, input, &writer);
    if (status != SIGNET_OK)
        return status;
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

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
    signet_text_t body;
    const signet_client_response_t *response = NULL;
    const signet_json_t *answer = NULL;
    int32_t status = make_body(call, input, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_keyed(call, input, "POST", SIGNET_TEXT("/v1/certificates"), NULL, body,
                                signet_setting_text(input->options, "idempotency_key"), &response);
    if (status == SIGNET_OK)
        status = signet_json_parse(call, response->body, response->body.length, &answer);
    return status == SIGNET_OK ? certificate_show_issued(call, input, answer) : status;
}
