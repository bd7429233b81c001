/* The connection and the request of a transfer. */
#include "transfer.h"

#include "../outbound/header.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>
#include <sys/stat.h>

#define CONNECT_MS 10000L
#define TRANSFER_MS 120000L
#define ANSWER_MAX (UINT64_C(64) * 1024 * 1024)
#define TOKEN_MAX 16384U

static size_t receive(char *data, size_t size, size_t count, void *argument)
{
    signet_transfer_t *transfer = argument;
    size_t length = size * count;
    if (transfer->answer.length + length > ANSWER_MAX) {
        transfer->too_large = 1;
        return 0;
    }
    signet_buffer_add(&transfer->answer, data, length);
    return transfer->answer.failed ? 0 : length;
}

/* Called by libcurl at least once a second: ends the transfer when the caller went away. */
static int progress(void *argument, curl_off_t download_total, curl_off_t download,
                    curl_off_t upload_total, curl_off_t upload)
{
    const signet_transfer_t *transfer = argument;
    (void)download_total;
    (void)download;
    (void)upload_total;
    (void)upload;
    return transfer->call->services->check(transfer->call) != SIGNET_OK;
}

/* DENIED where a file that holds a secret is open to others. */
static int32_t check_closed(signet_call_t *call, const char *name, const char *what,
                            const char *reason)
{
    struct stat about;
    if (stat(name, &about) == 0 && (about.st_mode & 077) != 0) {
        return signet_fail(call, SIGNET_DENIED, reason,
                           "The %s file %s can be read by others: run chmod 600 %s.", what, name,
                           name);
    }
    return SIGNET_OK;
}

/* The token of the file without its newline. */
static int32_t read_token(signet_call_t *call, signet_text_t path, signet_text_t *token)
{
    const char *name = signet_text_string(call, path);
    int32_t status =
        name ? check_closed(call, name, "token", "client.token-open") : signet_status(call);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_bytes_t content;
    status = signet_file_read(call, path, TOKEN_MAX, &content);
    if (status != SIGNET_OK) {
        return status;
    }
    while (content.length > 0 && strchr("\r\n", content.data[content.length - 1])) {
        content.length--;
    }
    for (uint64_t i = 0; i < content.length; i++) {
        /* Only what may stand in a header without changing its meaning. */
        if (content.data[i] <= ' ' || content.data[i] >= 0x7f) {
            content.length = 0;
        }
    }
    if (content.length == 0) {
        return signet_fail(call, SIGNET_INVALID, "client.token-malformed",
                           "The token file %s holds no token: it is one line of visible ASCII.",
                           name);
    }
    *token = signet_bytes_text(content);
    return SIGNET_OK;
}

static int32_t add_key(signet_call_t *call, struct curl_slist **headers, signet_text_t key)
{
    if (signet_header_add(call, headers, SIGNET_TEXT("Idempotency-Key"), key) == SIGNET_OK) {
        return SIGNET_OK;
    }
    if (call->services->error(call)->status != SIGNET_INVALID) {
        return signet_status(call);
    }
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "client.key-malformed", "idempotency-key",
                             "The idempotency key must be printable ASCII.");
}

static int32_t add_headers(const signet_transfer_t *transfer, struct curl_slist **headers)
{
    signet_call_t *call = transfer->call;
    int32_t status =
        signet_header_add(call, headers, SIGNET_TEXT("Accept"), signet_text(transfer->accept));
    if (status == SIGNET_OK) {
        /* Without it libcurl waits a second for leave to send a larger body. */
        status = signet_header_add_line(call, headers, "Expect:");
    }
    if (status == SIGNET_OK && transfer->body.length > 0) {
        status = signet_header_add_line(call, headers, "Content-Type: application/json");
    }
    if (status == SIGNET_OK && transfer->key.length > 0) {
        status = add_key(call, headers, transfer->key);
    }
    if (status == SIGNET_OK && transfer->input->token_file.length > 0) {
        signet_text_t token = {NULL, 0};
        status = read_token(call, transfer->input->token_file, &token);
        if (status == SIGNET_OK) {
            signet_text_t bearer = signet_format(call, "Bearer %.*s", SIGNET_FORMAT(token));
            status = bearer.data
                         ? signet_header_add(call, headers, SIGNET_TEXT("Authorization"), bearer)
                         : signet_status(call);
        }
    }
    return status;
}

/* Sets where to connect to, from the form of the URL. */
static int32_t set_target(signet_transfer_t *transfer, CURL *curl)
{
    signet_call_t *call = transfer->call;
    signet_text_t url = transfer->input->url;
    if (url.length == 0) {
        return signet_fail(call, SIGNET_INVALID, "client.no-url",
                           "It is not known which host to speak to: set SIGNET_URL or give --url. "
                           "A deployment's env file sets it: . demo/env");
    }
    int is_unix = signet_text_starts(url, "unix:/");
    if (!is_unix && !signet_text_starts(url, "https://")) {
        return signet_fail(call, SIGNET_INVALID, "client.url",
                           "The URL \"%.*s\" is not one to reach a host by: write "
                           "https://HOST:PORT or unix:/PATH in SIGNET_URL or --url.",
                           SIGNET_FORMAT(url));
    }
    CURLcode code = CURLE_OK;
    if (is_unix) {
        const char *path = signet_text_string(call, (signet_text_t){url.data + 5, url.length - 5});
        if (!path) {
            return signet_status(call);
        }
        code = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, path);
        url = SIGNET_TEXT("http://localhost");
    } else if (transfer->input->cacert.length > 0) {
        const char *path = signet_text_string(call, transfer->input->cacert);
        if (!path) {
            return signet_status(call);
        }
        /* Without the second one the system's folder of authorities would count as well. */
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, path);
        code = code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) : code;
    }
    while (signet_text_ends(url, "/")) {
        url.length--;
    }
    const char *whole = signet_text_string(
        call, signet_format(call, "%.*s%.*s", SIGNET_FORMAT(url), SIGNET_FORMAT(transfer->path)));
    if (!whole) {
        return signet_status(call);
    }
    code = code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_URL, whole) : code;
    code = code == CURLE_OK
               ? curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_unix ? "http" : "https")
               : code;
    return code == CURLE_OK ? SIGNET_OK : signet_fail_memory(call);
}

/* Sets the client's own certificate; a Unix socket takes none. */
static int32_t set_certificate(const signet_transfer_t *transfer, CURL *curl)
{
    signet_call_t *call = transfer->call;
    const signet_command_input_t *input = transfer->input;
    int has_certificate = SIGNET_HAS(input, client_certificate.length);
    int has_key = SIGNET_HAS(input, client_key.length);
    if (!has_certificate && !has_key) {
        return SIGNET_OK;
    }
    if (!has_certificate || !has_key) {
        return signet_fail(call, SIGNET_INVALID, "client.certificate",
                           "A client certificate and its key belong together: set both "
                           "SIGNET_CLIENT_CERTIFICATE and SIGNET_CLIENT_KEY, or give "
                           "--client-certificate and --client-key.");
    }
    const char *certificate = signet_text_string(call, input->client_certificate);
    const char *key = certificate ? signet_text_string(call, input->client_key) : NULL;
    if (!key) {
        return signet_status(call);
    }
    int32_t status = check_closed(call, key, "key", "client.key-open");
    if (status != SIGNET_OK) {
        return status;
    }
    CURLcode code = curl_easy_setopt(curl, CURLOPT_SSLCERT, certificate);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_SSLKEY, key);
    /* So that an encrypted key is an error and not a question on the terminal. */
    code = code ? code : curl_easy_setopt(curl, CURLOPT_KEYPASSWD, "");
    return code == CURLE_OK ? SIGNET_OK : signet_fail_memory(call);
}

/* Sets method and body. */
static CURLcode set_request(const signet_transfer_t *transfer, CURL *curl)
{
    CURLcode code = curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, transfer->method);
    int has_body = transfer->body.length > 0 || strcmp(transfer->method, "POST") == 0 ||
                   strcmp(transfer->method, "PUT") == 0 || strcmp(transfer->method, "PATCH") == 0;
    if (code == CURLE_OK && strcmp(transfer->method, "HEAD") == 0) {
        return curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    }
    if (code == CURLE_OK && has_body) {
        code =
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body.length);
        if (code == CURLE_OK) {
            code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                                    transfer->body.length > 0 ? transfer->body.data : "");
        }
    }
    return code;
}

int32_t signet_transfer_prepare(signet_transfer_t *transfer, CURL *curl,
                                struct curl_slist **headers)
{
    int32_t status = set_target(transfer, curl);
    if (status == SIGNET_OK) {
        status = set_certificate(transfer, curl);
    }
    if (status == SIGNET_OK) {
        status = add_headers(transfer, headers);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    int64_t left = transfer->call->services->remaining(transfer->call);
    long limit = left < TRANSFER_MS ? (long)left + 1 : TRANSFER_MS;
    CURLcode code = set_request(transfer, curl);
    /* Each of these fails only for want of memory or in a libcurl without TLS. */
    code = code ? code : curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->reason);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limit);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    return code == CURLE_OK ? SIGNET_OK : signet_transfer_fail(transfer, code);
}
