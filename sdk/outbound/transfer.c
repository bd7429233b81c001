/* One hop: how a handle is set up. */
#include "transfer.h"

#include <netdb.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Makes the socket for one address that libcurl is about to connect to, or refuses to. This is the
 * one place that every connection goes through, whatever led to its address, and what is judged is
 * the very address that connect gets. */
static curl_socket_t open_socket(void *argument, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    signet_outbound_transfer_t *transfer = argument;
    if (purpose != CURLSOCKTYPE_IPCXN ||
        !signet_outbound_permits(transfer->outbound, &address->addr, address->addrlen)) {
        transfer->refused = 1;
        if (getnameinfo(&address->addr, address->addrlen, transfer->address,
                        sizeof transfer->address, NULL, 0, NI_NUMERICHOST) != 0) {
            transfer->address[0] = 0;
        }
        return CURL_SOCKET_BAD;
    }
    transfer->tried = 1;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Called by libcurl at least once a second: ends the transfer when nobody waits for it. */
static int progress(void *argument, curl_off_t download_total, curl_off_t download,
                    curl_off_t upload_total, curl_off_t upload)
{
    const signet_outbound_transfer_t *transfer = argument;
    (void)download_total;
    (void)download;
    (void)upload_total;
    (void)upload;
    return transfer->call->services->check(transfer->call) != SIGNET_OK;
}

static CURLcode set_method(const signet_outbound_transfer_t *transfer, CURL *curl)
{
    signet_bytes_t body = transfer->request->body;
    if (strcmp(transfer->method, "HEAD") == 0) {
        return curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    }
    CURLcode code = CURLE_OK;
    if (body.length > 0 || strcmp(transfer->method, "POST") == 0) {
        code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.length);
        code = code ? code
                    : curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                                       body.length ? body.data : (const void *)"");
    }
    return code ? code : curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, transfer->method);
}

/* What the peer must show, and what it is shown. */
static int32_t set_tls(const signet_outbound_transfer_t *transfer, CURL *curl, CURLcode *code)
{
    const signet_outbound_t *outbound = transfer->outbound;
    signet_call_t *call = transfer->call;
    *code = curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (outbound->roots != NULL) {
        /* Without the second one the system's folder of roots would count as well. */
        *code = *code ? *code : curl_easy_setopt(curl, CURLOPT_CAINFO, outbound->roots);
        *code = *code ? *code : curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (outbound->pins != NULL) {
        *code = *code ? *code : curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, outbound->pins);
    }
    if (transfer->request->flags & SIGNET_OUTBOUND_ANY_CERTIFICATE) {
        *code = *code ? *code : curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        *code = *code ? *code : curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (outbound->certificate == NULL) {
        return SIGNET_OK;
    }
    signet_bytes_t key;
    int32_t status = outbound->host->services->secret(outbound->host, call, outbound->key, &key);
    if (status != SIGNET_OK) {
        return status;
    }
    /* libcurl reads it from the arena, where it is wiped when the call ends. */
    struct curl_blob blob = {.len = key.length, .flags = CURL_BLOB_NOCOPY};
    memcpy(&blob.data, &key.data, sizeof blob.data);
    *code = *code ? *code : curl_easy_setopt(curl, CURLOPT_SSLCERT, outbound->certificate);
    *code = *code ? *code : curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &blob);
    return SIGNET_OK;
}

static CURLcode set_connection(signet_outbound_transfer_t *transfer, CURL *curl, int64_t left)
{
    const char *schemes = transfer->request->flags & SIGNET_OUTBOUND_PLAIN ? "https,http" : "https";
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, transfer->url);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, schemes);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_CONNECT_TO, transfer->connect);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    /* Set even where it is empty: otherwise the environment would choose. */
    code = code ? code : curl_easy_setopt(curl, CURLOPT_PROXY, transfer->outbound->proxy);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
    code = code ? code : curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_USERAGENT, "signet");
    code = code ? code : curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->reason);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    return code;
}

int32_t signet_outbound_hop(signet_outbound_transfer_t *transfer, CURL *curl)
{
    int32_t status = transfer->call->services->check(transfer->call);
    if (status != SIGNET_OK) {
        return status;
    }
    int64_t left = transfer->ends - signet_monotonic();
    if (left <= 0) {
        return signet_outbound_failed(transfer, CURLE_OPERATION_TIMEDOUT);
    }
    transfer->tried = 0;
    transfer->refused = 0;
    transfer->reason[0] = 0;
    CURLcode code = CURLE_OK;
    status = set_tls(transfer, curl, &code);
    if (status != SIGNET_OK) {
        return status;
    }
    /* Each of these fails only for want of memory. */
    code = code ? code : set_connection(transfer, curl, left);
    code = code ? code : set_method(transfer, curl);
    code = code ? code : signet_outbound_receive(transfer, curl);
    code = code ? code : curl_easy_perform(curl);
    return code == CURLE_OK ? SIGNET_OK : signet_outbound_failed(transfer, code);
}
