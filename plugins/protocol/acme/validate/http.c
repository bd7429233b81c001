/* http-01 (RFC 8555, 8.3). Redirects are followed to the ports of HTTP alone; where they lead, the
 * dialer judges each address. */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdio.h>
#include <string.h>

#include "validate.h"

#define HOPS_MAX 10U
#define TIMEOUT_MS 10000
#define ANSWER_MAX 4096U
#define HEADERS_MAX 16384U

static signet_text_t first_url(signet_call_t *call, const acme_proof_t *proof)
{
    int v6 = signet_text_is(proof->identifier_type, "ip") && proof->identifier.length > 0 &&
             memchr(proof->identifier.data, ':', proof->identifier.length) != NULL;
    return signet_format(call, "http://%s%.*s%s:%u/.well-known/acme-challenge/%.*s", v6 ? "[" : "",
                         SIGNET_FORMAT(proof->identifier), v6 ? "]" : "",
                         (unsigned)proof->directory->http_port, SIGNET_FORMAT(proof->token));
}

/* Whether a redirect may be followed: to 80 and 443, and where the first request went. */
static int is_followed(signet_call_t *call, const acme_proof_t *proof, signet_text_t url)
{
    char own[16];
    signet_text_t origin = signet_outbound_origin(call, url);
    (void)snprintf(own, sizeof own, ":%u", (unsigned)proof->directory->http_port);
    if (signet_text_starts(origin, "http://")) {
        return signet_text_ends(origin, ":80") || signet_text_ends(origin, own);
    }
    return signet_text_starts(origin, "https://") && signet_text_ends(origin, ":443");
}

/* What the dialer could not do, as an outcome. What is wrong here stays an error. */
static int32_t explain(signet_call_t *call, acme_outcome_t *outcome, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    if (status == SIGNET_NO_MEMORY || status == SIGNET_CANCELLED || error == NULL) {
        return status;
    }
    signet_text_t message = error->message;
    int answered = signet_text_is(error->reason, "outbound.too-large");
    call->services->clear(call);
    /* The first address that answers decides; of those that do not, the last. */
    acme_outcome_fail(call, outcome, answered ? "incorrectResponse" : "connection", "%.*s",
                      SIGNET_FORMAT(message));
    return SIGNET_OK;
}

static void judge(signet_call_t *call, const acme_proof_t *proof,
                  const signet_outbound_response_t *response, acme_outcome_t *outcome)
{
    signet_text_t answer = signet_bytes_text(response->body);
    while (answer.length > 0 && strchr(" \t\r\n", answer.data[answer.length - 1]) != NULL) {
        answer.length--;
    }
    if (response->status != 200) {
        acme_outcome_fail(call, outcome, "unauthorized", "%.*s answered with the status %u.",
                          SIGNET_FORMAT(response->url), response->status);
    } else if (!signet_text_equal(answer, proof->key_authorization)) {
        acme_outcome_fail(call, outcome, "unauthorized",
                          "%.*s did not answer with the key authorization of this challenge.",
                          SIGNET_FORMAT(response->url));
    } else {
        *outcome = (acme_outcome_t){.valid = 1};
    }
}

/* The host of a redirect's URL, without the brackets of an IPv6 address. */
static signet_text_t host_of(signet_call_t *call, signet_text_t url)
{
    signet_text_t host = signet_outbound_origin(call, url);
    uint64_t skip = signet_text_starts(host, "https://") ? 8 : 7;
    if (host.length <= skip) {
        return (signet_text_t){NULL, 0};
    }
    host.data += skip;
    host.length -= skip;
    while (host.length > 0 && host.data[host.length - 1] != ':') {
        host.length--;
    }
    host.length -= host.length > 0;
    if (host.length >= 2 && host.data[0] == '[') {
        host.data++;
        host.length -= 2;
    }
    return host;
}

/* One hop, by one address after the other until one can be connected to. */
static int32_t ask(signet_call_t *call, const acme_proof_t *proof,
                   signet_outbound_request_t *request, signet_text_t host, int64_t ends,
                   const signet_outbound_response_t **response, acme_outcome_t *outcome)
{
    acme_addresses_t addresses;
    int32_t status = acme_validate_addresses_of(call, proof, host, ends, &addresses, outcome);
    *response = NULL;
    for (uint64_t i = 0; status == SIGNET_OK && *response == NULL && i < addresses.count; i++) {
        int64_t left = ends - signet_monotonic();
        request->address = addresses.texts[i];
        request->timeout_ms = left > 1 ? left : 1;
        status = signet_outbound_send(call, proof->acme->outbound, request, response);
        if (status != SIGNET_OK) {
            status = explain(call, outcome, status);
        }
    }
    return status;
}

int32_t acme_validate_http(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome)
{
    signet_outbound_request_t request = {.url = first_url(call, proof),
                                         .flags = SIGNET_OUTBOUND_PLAIN |
                                                  SIGNET_OUTBOUND_ANY_CERTIFICATE,
                                         .header_limit = HEADERS_MAX,
                                         .body_limit = ANSWER_MAX};
    signet_text_t host = proof->identifier;
    int64_t ends = signet_monotonic() + TIMEOUT_MS;
    for (unsigned hops = 0; request.url.data != NULL; hops++) {
        const signet_outbound_response_t *response = NULL;
        int32_t status = ask(call, proof, &request, host, ends, &response, outcome);
        if (status != SIGNET_OK || response == NULL) {
            return status;
        }
        if (response->next.length == 0) {
            judge(call, proof, response, outcome);
            return SIGNET_OK;
        }
        if (hops == HOPS_MAX || !is_followed(call, proof, response->next)) {
            acme_outcome_fail(call, outcome, "connection",
                              "%.*s redirects where it is not followed: %s.",
                              SIGNET_FORMAT(response->url),
                              hops == HOPS_MAX ? "too often" : "to another port or scheme");
            return SIGNET_OK;
        }
        request.url = response->next;
        host = host_of(call, request.url);
    }
    return signet_status(call);
}
