/* Downloads: the certificate and a chain up to, but without, the root (RFC 8555, 7.4.2). */
#include <signet/ca.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>

#include "order.h"
#include "protocol/problem.h"

#define MEDIA_TYPE "application/pem-certificate-chain"
#define ALTERNATES_MAX 8U

/* Chains of the certificate: the first is the one that it has without asking. */
typedef struct chains {
    const signet_bytes_t *certificates[ALTERNATES_MAX];
    uint64_t counts[ALTERNATES_MAX];
    uint64_t count;
} chains_t;

static int32_t find_chains(signet_call_t *call, const acme_request_t *request,
                           const signet_certificate_t *certificate, chains_t *chains)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_CA_INTERFACE), request->acme->ca);
    if (provider == NULL) {
        return signet_status(call);
    }
    const signet_ca_interface_t *ca = provider->interface;
    const signet_chain_t *const *others = NULL;
    uint64_t other_count = 0;
    int32_t status =
        ca->chain_of(provider->instance, call, certificate->authority, certificate->generation,
                     &chains->certificates[0], &chains->counts[0]);
    chains->count = 1;
    if (status == SIGNET_OK) {
        status =
            ca->chains(provider->instance, call, certificate->authority, &others, &other_count);
    }
    /* Those of cross-certificates end in another root. */
    for (uint64_t i = 1; status == SIGNET_OK && i < other_count && chains->count < ALTERNATES_MAX;
         i++) {
        chains->certificates[chains->count] = others[i]->certificates;
        chains->counts[chains->count++] = others[i]->certificate_count;
    }
    return status;
}

static int32_t write_chain(signet_call_t *call, const signet_certificate_t *certificate,
                           const chains_t *chains, uint64_t number, signet_bytes_t *text)
{
    signet_buffer_t buffer = signet_buffer(call, 4096);
    signet_buffer_add_text(&buffer, signet_pem(call, "CERTIFICATE", certificate->der));
    for (uint64_t i = 0; i + 1 < chains->counts[number]; i++) {
        signet_buffer_add_text(&buffer,
                               signet_pem(call, "CERTIFICATE", chains->certificates[number][i]));
    }
    return signet_buffer_bytes(&buffer, text);
}

/* The number of the chain in the path; the count of chains where it is none. */
static uint64_t chain_number(const signet_request_t *http, uint64_t count)
{
    signet_text_t text = signet_http_parameter(http, 2);
    if (text.length == 0) {
        return 0;
    }
    uint64_t number = text.length == 1 ? (uint64_t)(text.data[0] - '0') : count;
    return number > 0 && number < count ? number : count;
}

static int32_t answer_chain(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order, const signet_certificate_t *certificate)
{
    chains_t chains = {0};
    signet_text_t links[ALTERNATES_MAX];
    uint64_t link_count = 0;
    signet_bytes_t text = {NULL, 0};
    int32_t status = find_chains(call, request, certificate, &chains);
    if (status != SIGNET_OK) {
        return status;
    }
    uint64_t number = chain_number(request->http, chains.count);
    if (number == chains.count) {
        return acme_fail_missing(call, "chain");
    }
    for (uint64_t i = 0; i < chains.count; i++) {
        signet_text_t url =
            i == 0 ? acme_request_url(call, request, "certificate/%.*s", SIGNET_FORMAT(order->id))
                   : acme_request_url(call, request, "certificate/%.*s/%u",
                                      SIGNET_FORMAT(order->id), (unsigned)i);
        if (i != number) {
            links[link_count++] =
                signet_format(call, "<%.*s>;rel=\"alternate\"", SIGNET_FORMAT(url));
        }
    }
    status = write_chain(call, certificate, &chains, number, &text);
    const acme_answer_t answer = {
        .status = 200, .type = SIGNET_TEXT(MEDIA_TYPE), .links = links, .link_count = link_count};
    return status == SIGNET_OK ? acme_request_answer(call, request, &answer, text) : status;
}

int32_t acme_order_certificate(void *instance, signet_call_t *call, const signet_request_t *http,
                               signet_exchange_t *exchange)
{
    acme_request_t request;
    acme_order_t order;
    const signet_certificate_t *certificate = NULL;
    int32_t status = acme_order_open(instance, call, http, exchange, &request, &order);
    if (status == SIGNET_OK) {
        status = acme_request_reads(call, &request);
    }
    if (status == SIGNET_OK && !signet_text_is(order.state, ACME_VALID)) {
        status = acme_fail_missing(call, "certificate");
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_INVENTORY_INTERFACE), request.acme->ca);
    if (provider == NULL) {
        return signet_status(call);
    }
    const signet_inventory_interface_t *inventory = provider->interface;
    status = inventory->get(provider->instance, call, order.authority, order.serial, &certificate);
    return status == SIGNET_OK ? answer_chain(call, &request, &order, certificate) : status;
}
