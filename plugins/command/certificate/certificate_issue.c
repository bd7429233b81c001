/* signet issue */
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "certificate.h"
#include "certificate_body.h"

#define ACCEPTED 202U
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

/* Where the key goes: the file of --p12 or of --key-out, and of none where a request is sent. */
static int32_t check_files(signet_call_t *call, const signet_command_input_t *input,
                           signet_text_t *file)
{
    int generate = signet_setting_text(input->options, "generate").length > 0;
    int csr = signet_setting_text(input->options, "csr").length > 0;
    signet_text_t p12 = signet_setting_text(input->options, "p12");
    signet_text_t key = signet_setting_text(input->options, "key_out");
    *file = p12.length > 0 ? p12 : key;
    if (generate == csr)
        return signet_fail_field(call, SIGNET_INVALID, "certificate.request", "csr",
                                 "Give either --csr with a certificate request or --generate with "
                                 "a type of key.");
    if (generate != (p12.length > 0) + (key.length > 0) ||
        (!generate && signet_setting_text(input->options, "subject").length > 0))
        return signet_fail_field(call, SIGNET_INVALID, "certificate.key-file", "key_out",
                                 "--generate takes either --key-out or --p12, a file for the key; "
                                 "these and --subject are of no use beside --csr.");
    return SIGNET_OK;
}

/* The key is in the answer to the first request alone. */
static int32_t keep_key(signet_call_t *call, const signet_command_input_t *input,
                        const signet_client_response_t *response, signet_text_t file)
{
    const signet_json_t *answer = NULL;
    if (signet_text_is(response->content_type, "application/x-pkcs12"))
        return signet_secret_write(call, file, response->body);
    if (response->status == ACCEPTED) {
        signet_secret_drop(call, file);
        return certificate_answered(call, input, response);
    }
    int32_t status = signet_json_parse(call, response->body, response->body.length, &answer);
    if (status != SIGNET_OK)
        return status;
    signet_text_t key = signet_show_text(call, signet_json_get(answer, "private_key"));
    if (key.length == 0) {
        signet_secret_drop(call, file);
        status = input->output->services->note(
            input->output, call,
            SIGNET_TEXT("The key was handed out before, with the first answer to this request; "
                        "if it is lost, ask for a new one."));
    } else {
        status = signet_secret_write(call, file, signet_text_bytes(key));
    }
    return status == SIGNET_OK ? certificate_show_issued(call, input, answer) : status;
}

static int32_t issue_with_key(signet_call_t *call, const signet_command_input_t *input,
                              signet_text_t body, signet_text_t file)
{
    const signet_client_response_t *response = NULL;
    int p12 = signet_setting_text(input->options, "p12").length > 0;
    int32_t status = signet_secret_reserve(call, file);
    if (status != SIGNET_OK)
        return status;
    status = signet_client_keyed(call, input, "POST", SIGNET_TEXT("/v1/certificates"),
                                 p12 ? "application/x-pkcs12" : NULL, body,
                                 signet_setting_text(input->options, "idempotency_key"), &response);
    if (status == SIGNET_OK)
        return keep_key(call, input, response, file);
    signet_secret_drop(call, file);
    return status;
}

int32_t certificate_issue(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t body = {NULL, 0};
    signet_text_t file = {NULL, 0};
    const signet_client_response_t *response = NULL;
    int32_t status = check_files(call, input, &file);
    if (status == SIGNET_OK)
        status = certificate_body(call, input, 1, &body);
    if (status == SIGNET_OK && file.length > 0)
        return issue_with_key(call, input, body, file);
    if (status == SIGNET_OK)
        status =
            signet_client_keyed(call, input, "POST", SIGNET_TEXT("/v1/certificates"), NULL, body,
                                signet_setting_text(input->options, "idempotency_key"), &response);
    return status == SIGNET_OK ? certificate_answered(call, input, response) : status;
}
