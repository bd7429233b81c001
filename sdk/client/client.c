/* The REST client of remote commands. */
#include "transfer.h"

#include "../outbound/header.h"

#include <signet/sdk/error.h>

#define JSON_MAX (UINT64_C(16) * 1024 * 1024)

static int32_t take_answer(const signet_transfer_t *transfer, CURL *curl,
                           const signet_client_response_t **response)
{
    signet_call_t *call = transfer->call;
    long status = 0;
    const char *type = NULL;
    curl_off_t retry_after = 0;
    CURLcode code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    code = code ? code : curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    code = code ? code : curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    if (code != CURLE_OK) {
        return signet_transfer_fail(transfer, code);
    }
    if (status >= 400) {
        return signet_transfer_problem(transfer, status, (int64_t)retry_after * 1000);
    }
    signet_client_response_t *answer = signet_alloc(call, 1, sizeof *answer);
    if (!answer) {
        return SIGNET_NO_MEMORY;
    }
    answer->status = (uint32_t)status;
    answer->content_type = signet_text_copy(call, signet_text(type));
    *response = answer;
    return answer->content_type.data ? signet_buffer_bytes(&transfer->answer, &answer->body)
                                     : SIGNET_NO_MEMORY;
}

int32_t signet_client(signet_call_t *call, const signet_command_input_t *input, const char *method,
                      signet_text_t path, const char *accept, signet_text_t body,
                      const signet_client_response_t **response)
{
    return signet_client_keyed(call, input, method, path, accept, body, (signet_text_t){NULL, 0},
                               response);
}

int32_t signet_client_keyed(signet_call_t *call, const signet_command_input_t *input,
                            const char *method, signet_text_t path, const char *accept,
                            signet_text_t body, signet_text_t key,
                            const signet_client_response_t **response)
{
    signet_transfer_t transfer = {.call = call,
                                  .input = input,
                                  .method = method,
                                  .accept = accept ? accept : "application/json",
                                  .path = path,
                                  .body = body,
                                  .key = key,
                                  .answer = signet_buffer(call, 0)};
    CURL *curl = curl_easy_init();
    if (!curl) {
        return signet_fail_memory(call);
    }
    struct curl_slist *headers = NULL;
    int32_t status = signet_transfer_prepare(&transfer, curl, &headers);
    if (status == SIGNET_OK) {
        CURLcode code = curl_easy_perform(curl);
        status = code == CURLE_OK ? take_answer(&transfer, curl, response)
                                  : signet_transfer_fail(&transfer, code);
    }
    curl_easy_cleanup(curl);
    signet_header_free(headers);
    return status;
}

int32_t signet_client_json(signet_call_t *call, const signet_command_input_t *input,
                           const char *method, signet_text_t path, signet_text_t body,
                           const signet_json_t **answer)
{
    static const signet_json_t nothing = {.kind = SIGNET_JSON_NULL};
    static const signet_client_response_t none = {.status = 0};
    const signet_client_response_t *response = &none;
    int32_t status = signet_client(call, input, method, path, NULL, body, &response);
    if (status != SIGNET_OK) {
        return status;
    }
    if (response->body.length == 0) {
        *answer = &nothing;
        return SIGNET_OK;
    }
    return signet_json_parse(call, response->body, JSON_MAX, answer);
}

signet_text_t signet_url_encode(signet_call_t *call, signet_text_t text)
{
    static const char digits[] = "0123456789ABCDEF";
    signet_buffer_t buffer = signet_buffer(call, text.length + 1);
    for (uint64_t i = 0; i < text.length; i++) {
        uint8_t octet = (uint8_t)text.data[i];
        int unreserved = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
                         (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' ||
                         octet == '_' || octet == '~';
        if (unreserved) {
            signet_buffer_add_byte(&buffer, octet);
        } else {
            char escape[] = {'%', digits[octet >> 4], digits[octet & 15]};
            signet_buffer_add(&buffer, escape, sizeof escape);
        }
    }
    signet_text_t encoded;
    signet_buffer_text(&buffer, &encoded);
    return encoded;
}
