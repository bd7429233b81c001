/* signet revoke by-key: whoever has the key needs no other credential. */
#include <signet/sdk/client.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/revocation.h>
#include <signet/sdk/setting.h>

#include "certificate.h"

#define FILE_MAX 262144U

static int32_t read_certificate(signet_call_t *call, signet_text_t path,
                                const signet_x509_t **certificate)
{
    signet_bytes_t content;
    signet_bytes_t der;
    int32_t status = signet_file_read(call, path, FILE_MAX, &content);
    if (status == SIGNET_OK)
        status =
            signet_pem_decode(call, (signet_text_t){(const char *)content.data, content.length},
                              "CERTIFICATE", &der, NULL);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, der, certificate);
    return status;
}

static int32_t get_nonce(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t *nonce)
{
    const signet_json_t *answer = NULL;
    int32_t status = signet_client_json(call, input, "GET", SIGNET_TEXT("/v1/revocations/nonce"),
                                        (signet_text_t){NULL, 0}, &answer);
    return status == SIGNET_OK ? signet_json_get_text(call, answer, "nonce", nonce) : status;
}

/* The body: the certificate, what is asked, and the signature over it. */
static int32_t write_body(signet_call_t *call, const signet_command_input_t *input,
                          signet_text_t *body)
{
    signet_text_t reason = signet_setting_text(input->options, "reason");
    signet_text_t comment = signet_setting_text(input->options, "comment");
    const signet_x509_t *certificate = NULL;
    signet_bytes_t fingerprint;
    signet_bytes_t statement;
    signet_bytes_t signature;
    signet_text_t nonce;
    signet_text_t algorithm;
    int32_t status =
        read_certificate(call, signet_setting_text(input->options, "certificate"), &certificate);
    if (status == SIGNET_OK)
        status = signet_sha256(call, certificate->der, &fingerprint);
    if (status == SIGNET_OK)
        status = get_nonce(call, input, &nonce);
    if (status == SIGNET_OK)
        status = signet_revocation_statement(call, certificate->serial, fingerprint, reason, nonce,
                                             &statement);
    if (status == SIGNET_OK)
        status = signet_sign_with_file(call, signet_setting_text(input->options, "key"), statement,
                                       &algorithm, &signature);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "certificate", signet_pem(call, "CERTIFICATE", certificate->der));
    signet_json_text(&writer, "reason", reason);
    if (comment.length > 0)
        signet_json_text(&writer, "comment", comment);
    signet_json_text(&writer, "nonce", nonce);
    signet_json_text(&writer, "algorithm", algorithm);
    signet_json_text(&writer, "signature", signet_base64(call, signature));
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

int32_t certificate_revoke_by_key(void *instance, signet_call_t *call,
                                  const signet_command_input_t *input)
{
    signet_text_t body;
    const signet_json_t *answer = NULL;
    (void)instance;
    int32_t status = write_body(call, input, &body);
    if (status == SIGNET_OK)
        status = signet_client_json(call, input, "POST", SIGNET_TEXT("/v1/revocations/by-key"),
                                    body, &answer);
    if (status != SIGNET_OK)
        return status;
    return signet_show_object(call, input->output, answer, certificate_columns,
                              certificate_column_count, certificate_cell);
}
