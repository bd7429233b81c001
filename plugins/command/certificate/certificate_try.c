/* signet profile try */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "certificate.h"
#include "certificate_body.h"

static int32_t write_der(signet_call_t *call, signet_text_t path, const signet_json_t *answer)
{
    signet_bytes_t der;
    int32_t status =
        signet_base64_decode(call, signet_show_text(call, signet_json_get(answer, "tbs")), &der);
    return status == SIGNET_OK ? signet_file_write(call, path, der, 0644) : status;
}

int32_t certificate_try(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t body = {NULL, 0};
    signet_text_t der = signet_setting_text(input->options, "der");
    const signet_json_t *answer = NULL;
    signet_text_t name = signet_url_encode(call, signet_setting_text(input->options, "profile"));
    int32_t status = certificate_body(call, input, 0, &body);
    if (status == SIGNET_OK)
        status = signet_client_json(
            call, input, "POST", signet_format(call, "/v1/profiles/%.*s/try", SIGNET_FORMAT(name)),
            body, &answer);
    if (status == SIGNET_OK && der.length > 0)
        status = write_der(call, der, answer);
    if (status != SIGNET_OK)
        return status;
    if (input->output->json)
        return signet_show_object(call, input->output, answer, NULL, 0, NULL);
    signet_text_t text = signet_show_text(call, signet_json_get(answer, "text"));
    signet_text_t approvals = signet_show_text(call, signet_json_get(answer, "approvals"));
    int waits = !signet_text_is(approvals, "0");
    text = signet_format(
        call, "%.*sIssued by %.*s under version %.*s of the profile%s%.*s%s.\n",
        SIGNET_FORMAT(text),
        SIGNET_FORMAT(signet_show_text(call, signet_json_get(answer, "authority"))),
        SIGNET_FORMAT(signet_show_text(call, signet_json_get(answer, "profile_version"))),
        waits ? ", once " : "", waits ? (int)approvals.length : 0, approvals.data,
        waits ? " others have approved" : "");
    if (text.data == NULL)
        return signet_status(call);
    return input->output->services->raw(input->output, call, signet_text_bytes(text));
}
