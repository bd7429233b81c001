/* What went wrong with a transfer, as the call's error. */
#include "transfer.h"

#include <signet/sdk/error.h>
#include <string.h>

#define PROBLEM_MAX 65536U

static int32_t fail_tls(const signet_transfer_t *transfer, const char *what)
{
    signet_text_t cacert = transfer->input->cacert;
    if (cacert.length == 0) {
        cacert = SIGNET_TEXT("the system's certificates");
    }
    return signet_fail(transfer->call, SIGNET_UNAVAILABLE, "client.tls",
                       "The host at %.*s cannot be trusted (%s): it was checked against %.*s; set "
                       "SIGNET_CACERT or --cacert to the certificate of its CA.",
                       SIGNET_FORMAT(transfer->input->url), what, SIGNET_FORMAT(cacert));
}

static int32_t fail_certificate(const signet_transfer_t *transfer, const char *what)
{
    const signet_command_input_t *input = transfer->input;
    return signet_fail(
        transfer->call, SIGNET_INVALID, "client.certificate",
        "The client certificate %.*s and its key %.*s cannot be used (%s): they must "
        "be a pair of PEM files, the key not encrypted.",
        SIGNET_FORMAT(input->client_certificate), SIGNET_FORMAT(input->client_key), what);
}

/* Whether it ended by TLS's alert for a client that shows none (RFC 8446, 6.2), which libcurl
 * passes on as text alone. */
static int lacks_certificate(const char *what)
{
    return strstr(what, "alert certificate required") != NULL;
}

int32_t signet_transfer_fail(const signet_transfer_t *transfer, CURLcode code)
{
    signet_call_t *call = transfer->call;
    const char *what = transfer->reason[0] ? transfer->reason : curl_easy_strerror(code);
    if (transfer->answer.failed) {
        return SIGNET_NO_MEMORY;
    }
    if (transfer->too_large) {
        return signet_fail(call, SIGNET_TOO_LARGE, "client.answer-too-large",
                           "The answer of the host at %.*s is over 64 MiB: ask for less.",
                           SIGNET_FORMAT(transfer->input->url));
    }
    if (lacks_certificate(what)) {
        return signet_fail(call, SIGNET_UNAUTHENTICATED, "client.certificate-missing",
                           "The host at %.*s wants a client certificate: set "
                           "SIGNET_CLIENT_CERTIFICATE and SIGNET_CLIENT_KEY, or give "
                           "--client-certificate and --client-key.",
                           SIGNET_FORMAT(transfer->input->url));
    }
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
        return signet_status(call);
    case CURLE_OUT_OF_MEMORY:
        return signet_fail_memory(call);
    case CURLE_OPERATION_TIMEDOUT:
        return signet_fail(call, SIGNET_TIMEOUT, "client.timeout",
                           "The host at %.*s did not answer in time (%s): try again, or see "
                           "whether it is overloaded.",
                           SIGNET_FORMAT(transfer->input->url), what);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return fail_tls(transfer, what);
    case CURLE_SSL_CERTPROBLEM:
        return fail_certificate(transfer, what);
    default:
        return signet_fail(call, SIGNET_UNAVAILABLE, "client.unreachable",
                           "The host at %.*s cannot be reached (%s): see whether signetd runs, and "
                           "set SIGNET_URL or --url to its address.",
                           SIGNET_FORMAT(transfer->input->url), what);
    }
}

static int32_t status_of(long status)
{
    switch (status) {
    case 401:
        return SIGNET_UNAUTHENTICATED;
    case 403:
        return SIGNET_DENIED;
    case 404:
    case 410:
        return SIGNET_NOT_FOUND;
    case 405:
    case 406:
    case 415:
    case 501:
        return SIGNET_UNSUPPORTED;
    case 409:
    case 412:
        return SIGNET_CONFLICT;
    case 413:
    case 414:
    case 431:
        return SIGNET_TOO_LARGE;
    case 429:
        return SIGNET_LIMITED;
    case 502:
    case 503:
        return SIGNET_UNAVAILABLE;
    case 408:
    case 504:
        return SIGNET_TIMEOUT;
    case 507:
        return SIGNET_FULL;
    default:
        return status < 500 ? SIGNET_INVALID : SIGNET_INTERNAL;
    }
}

/* A text of the answer, fit for a terminal: control characters could drive it. */
static signet_text_t printable(signet_call_t *call, signet_text_t text)
{
    signet_buffer_t buffer = signet_buffer(call, text.length + 1);
    for (uint64_t i = 0; i < text.length; i++) {
        uint8_t octet = (uint8_t)text.data[i];
        signet_buffer_add_byte(&buffer, octet < 0x20 || octet == 0x7f ? ' ' : octet);
    }
    signet_text_t result;
    signet_buffer_text(&buffer, &result);
    return result;
}

static signet_text_t member(signet_call_t *call, const signet_json_t *problem, const char *name)
{
    const signet_json_t *value = signet_json_get(problem, name);
    return value && value->kind == SIGNET_JSON_TEXT ? printable(call, value->text)
                                                    : (signet_text_t){NULL, 0};
}

int32_t signet_transfer_problem(const signet_transfer_t *transfer, long status,
                                int64_t retry_after_ms)
{
    static const char urn[] = "urn:signet:error:";
    signet_call_t *call = transfer->call;
    signet_bytes_t body;
    const signet_json_t *problem = NULL;
    if (signet_buffer_bytes(&transfer->answer, &body) == SIGNET_OK && body.length > 0 &&
        signet_json_parse(call, body, PROBLEM_MAX, &problem) != SIGNET_OK) {
        /* Something else than Signet answered, a proxy perhaps: its status says enough. */
        call->services->clear(call);
        problem = NULL;
    }
    signet_error_t error = {.size = sizeof error,
                            .status = status_of(status),
                            .reason = SIGNET_TEXT("client.refused"),
                            .message = member(call, problem, "detail"),
                            .field = member(call, problem, "field"),
                            .retry_after_ms = retry_after_ms};
    signet_text_t type = member(call, problem, "type");
    if (signet_text_starts(type, urn)) {
        error.reason = (signet_text_t){type.data + sizeof urn - 1, type.length - (sizeof urn - 1)};
    }
    if (error.message.length == 0) {
        error.message = signet_format(call, "The host at %.*s answered with status %ld.",
                                      SIGNET_FORMAT(transfer->input->url), status);
    }
    const signet_error_t *already = call->services->error(call);
    return already ? already->status : call->services->fail(call, &error);
}
