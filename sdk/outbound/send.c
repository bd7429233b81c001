/* A request with all its hops. */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

#include "header.h"
#include "transfer.h"
#include "url.h"

#define HEADER_LIMIT 65536U
#define BODY_LIMIT 1048576U
#define TOO_LONG_MS (INT64_C(24) * 60 * 60 * 1000)

/* The headers of the next hop. Those of the request go to the origin they were written for alone:
 * one of them may be a credential. */
static int32_t set_headers(signet_outbound_transfer_t *transfer, int is_first_origin)
{
    const signet_outbound_request_t *request = transfer->request;
    signet_header_free(transfer->headers);
    transfer->headers = NULL;
    /* Without it libcurl waits a second for leave to send a larger body. */
    int32_t status = signet_header_add_line(transfer->call, &transfer->headers, "Expect:");
    int says_type = 0;
    for (uint64_t i = 0; status == SIGNET_OK && is_first_origin && i < request->header_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, request->headers, i);
        says_type |= signet_text_equal_nocase(pair->name, SIGNET_TEXT("content-type"));
        status = signet_header_add(transfer->call, &transfer->headers, pair->name, pair->value);
    }
    if (status == SIGNET_OK && !says_type) {
        /* libcurl would call any body a form. */
        status = signet_header_add_line(transfer->call, &transfer->headers, "Content-Type:");
    }
    return status;
}

static int32_t take(const signet_outbound_transfer_t *transfer, CURL *curl,
                    const signet_outbound_response_t **response)
{
    signet_call_t *call = transfer->call;
    long status = 0;
    const char *address = NULL;
    const char *next = NULL;
    curl_off_t retry_after = 0;
    CURLcode code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    code = code ? code : curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &address);
    code = code ? code : curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    code = code ? code : curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &next);
    if (code != CURLE_OK) {
        return signet_outbound_failed(transfer, code);
    }
    signet_outbound_response_t *made = signet_alloc(call, 1, sizeof *made);
    signet_pair_t *pairs = signet_alloc(call, transfer->pair_count + 1, sizeof *pairs);
    if (made == NULL || pairs == NULL) {
        return signet_status(call);
    }
    memcpy(pairs, transfer->pairs, transfer->pair_count * sizeof *pairs);
    made->status = (uint32_t)status;
    made->headers = pairs;
    made->header_count = transfer->pair_count;
    made->content_type = signet_outbound_header(made, "content-type");
    made->retry_after_ms = (int64_t)retry_after * 1000;
    made->url = signet_text(transfer->url);
    made->address = signet_text_copy(call, signet_text(address));
    made->next = signet_text_copy(call, signet_text(next ? next : ""));
    if (made->address.data == NULL || made->next.data == NULL) {
        return signet_status(call);
    }
    *response = made;
    return signet_buffer_bytes(&transfer->body, &made->body);
}

/* Where an answer leads that is a redirect to be followed; NULL where it is the last one. */
static int32_t next_url(const signet_outbound_transfer_t *transfer, CURL *curl, uint32_t hops,
                        const char **url)
{
    char *next = NULL;
    *url = NULL;
    if (transfer->request->redirects == 0 ||
        (strcmp(transfer->method, "GET") != 0 && strcmp(transfer->method, "HEAD") != 0) ||
        curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &next) != CURLE_OK || next == NULL) {
        return SIGNET_OK;
    }
    if (hops >= transfer->request->redirects) {
        return signet_fail(transfer->call, SIGNET_UNAVAILABLE, "outbound.redirects",
                           "%.*s redirects for the %u. time, which is not followed.",
                           SIGNET_FORMAT(transfer->origin), hops + 1);
    }
    *url = signet_text_string(transfer->call, signet_text(next));
    return *url ? SIGNET_OK : signet_status(transfer->call);
}

static int32_t follow(signet_outbound_transfer_t *transfer, CURL *curl,
                      const signet_outbound_response_t **response)
{
    int plain = (transfer->request->flags & SIGNET_OUTBOUND_PLAIN) != 0;
    signet_text_t first = {NULL, 0};
    const char *next = transfer->url;
    int32_t status = SIGNET_OK;
    for (uint32_t hops = 0; status == SIGNET_OK && next != NULL; hops++) {
        transfer->url = next;
        status = signet_url_check(transfer->call, transfer->url, plain, &transfer->origin);
        if (hops == 0) {
            first = transfer->origin;
        }
        if (status == SIGNET_OK) {
            status = set_headers(transfer, signet_text_equal(transfer->origin, first));
        }
        if (status == SIGNET_OK) {
            status = signet_outbound_hop(transfer, curl);
        }
        if (status == SIGNET_OK) {
            status = next_url(transfer, curl, hops, &next);
        }
    }
    return status == SIGNET_OK ? take(transfer, curl, response) : status;
}

/* "::ADDRESS:" stands for every host and port of the request, at its own port. */
static int32_t set_address(signet_outbound_transfer_t *transfer)
{
    signet_text_t address = transfer->request->address;
    if (address.length == 0) {
        return SIGNET_OK;
    }
    int v6 = memchr(address.data, ':', address.length) != NULL;
    signet_text_t line = signet_format(transfer->call, "::%s%.*s%s:", v6 ? "[" : "",
                                       SIGNET_FORMAT(address), v6 ? "]" : "");
    const char *string = line.data ? signet_text_string(transfer->call, line) : NULL;
    return string ? signet_header_add_line(transfer->call, &transfer->connect, string)
                  : signet_status(transfer->call);
}

int32_t signet_outbound_send(signet_call_t *call, signet_outbound_t *outbound,
                             const signet_outbound_request_t *request,
                             const signet_outbound_response_t **response)
{
    signet_outbound_transfer_t *transfer = signet_alloc(call, 1, sizeof *transfer);
    if (transfer == NULL) {
        return signet_status(call);
    }
    int64_t timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : outbound->timeout_ms;
    int64_t remaining = call->services->remaining(call);
    timeout_ms = timeout_ms < TOO_LONG_MS ? timeout_ms : TOO_LONG_MS;
    /* The call's own deadline is seen by check, which words the error; hence the margin. */
    timeout_ms = remaining < timeout_ms ? remaining + 1 : timeout_ms;
    *transfer = (signet_outbound_transfer_t){
        .call = call,
        .outbound = outbound,
        .request = request,
        .method = request->method            ? request->method
                  : request->body.length > 0 ? "POST"
                                             : "GET",
        .header_limit = request->header_limit ? request->header_limit : HEADER_LIMIT,
        .body_limit = request->body_limit ? request->body_limit : BODY_LIMIT,
        .ends = signet_monotonic() + timeout_ms,
        .url = signet_text_string(call, request->url),
    };
    if (transfer->url == NULL) {
        return signet_status(call);
    }
    int32_t status = set_address(transfer);
    if (status != SIGNET_OK) {
        return status;
    }
    CURL *curl = signet_outbound_take(outbound);
    status = curl != NULL ? follow(transfer, curl, response) : signet_fail_memory(call);
    if (curl != NULL) {
        signet_outbound_give(outbound, curl);
    }
    signet_header_free(transfer->headers);
    signet_header_free(transfer->connect);
    return status;
}

signet_text_t signet_outbound_header(const signet_outbound_response_t *response, const char *name)
{
    for (uint64_t i = 0; i < response->header_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, response->headers, i);
        if (signet_text_is(pair->name, name)) {
            return pair->value;
        }
    }
    return (signet_text_t){NULL, 0};
}
