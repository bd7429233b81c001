#include "renewal.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>
#include <signet/sdk/x509.h>
#include <string.h>

#include "protocol/problem.h"

/* Certificates of one serial that are looked at: each authority may have one. */
#define SAME_SERIAL_MAX 100U
/* How often a client may ask within one life of a certificate, at least. */
#define POLLS_OF_A_LIFE 8
#define RETRY_MIN_S 60

/* An identifier taken apart: key identifier of the issuer, '.', serial as DER has it. */
typedef struct named {
    signet_bytes_t issuer;
    signet_bytes_t serial;
} named_t;

static int32_t take_apart(signet_call_t *call, signet_text_t id, named_t *named)
{
    signet_text_t serial = {NULL, 0};
    signet_text_t issuer = signet_text_split(id, '.', &serial);
    int32_t status = signet_base64url_decode(call, issuer, &named->issuer);
    if (status == SIGNET_OK) {
        status = signet_base64url_decode(call, serial, &named->serial);
    }
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    signet_bytes_t *octets = &named->serial;
    int positive = status == SIGNET_OK && octets->length > 0 && octets->data[0] < 0x80;
    if (positive && octets->length > 1 && octets->data[0] == 0) {
        positive = octets->data[1] >= 0x80;
        octets->data++;
        octets->length--;
    }
    if (positive && named->issuer.length > 0) {
        return SIGNET_OK;
    }
    call->services->clear(call);
    return acme_fail(call, "malformed",
                     "A certificate is named by the key identifier of its issuer and its serial "
                     "number, in base64url and with a dot between (RFC 9773, 4.1).");
}

/* The key identifier in AuthorityKeyIdentifier (RFC 5280, 4.2.1.1); empty where there is none. */
static signet_bytes_t issuer_of(const signet_x509_t *x509)
{
    static const uint8_t oid[] = {0x55, 0x1d, 0x23};
    for (uint64_t i = 0; i < x509->extension_count; i++) {
        const signet_extension_t *extension = &x509->extensions[i];
        signet_der_t der = signet_der(extension->value);
        signet_der_t inside;
        signet_der_item_t item;
        if (signet_bytes_equal(extension->oid, (signet_bytes_t){oid, sizeof oid}) &&
            signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) == 0 &&
            signet_der_expect(&inside, SIGNET_DER_CONTEXT(0), &item) == 0) {
            return item.content;
        }
    }
    return (signet_bytes_t){NULL, 0};
}

static int32_t choose(signet_call_t *reading, const signet_certificate_page_t *page,
                      const named_t *named, const signet_certificate_t **certificate)
{
    for (uint64_t i = 0; i < page->count; i++) {
        const signet_x509_t *x509 = NULL;
        if (page->certificates[i]->der.length == 0) {
            continue;
        }
        int32_t status = signet_x509_parse(reading, page->certificates[i]->der, &x509);
        if (status != SIGNET_OK || x509 == NULL) {
            return status;
        }
        if (signet_bytes_equal(issuer_of(x509), named->issuer)) {
            *certificate = page->certificates[i];
            return SIGNET_OK;
        }
    }
    return SIGNET_NOT_FOUND;
}

int32_t acme_renewal_find(signet_call_t *call, signet_call_t *reading,
                          const acme_request_t *request, signet_text_t id,
                          const signet_certificate_t **certificate)
{
    named_t named;
    const signet_certificate_page_t *page = NULL;
    int32_t status = take_apart(call, id, &named);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_provider_t *provider = reading->services->find(
        reading, SIGNET_TEXT(SIGNET_INVENTORY_INTERFACE), request->acme->ca);
    if (provider == NULL) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "acme.inventory",
                           "There is no inventory to look into.");
    }
    const signet_inventory_interface_t *inventory = provider->interface;
    const signet_certificate_query_t query = {
        .size = sizeof query, .serial = named.serial, .limit = SAME_SERIAL_MAX};
    status = inventory->query(provider->instance, reading, &query, &page);
    if (status == SIGNET_OK) {
        status = choose(reading, page, &named, certificate);
    }
    if (status == SIGNET_NOT_FOUND) {
        return acme_fail_missing(call, "certificate");
    }
    return status == SIGNET_OK
               ? status
               : signet_fail(call, status, "acme.inventory", "The inventory cannot be read now.");
}

/* That nobody can be told is no reason not to answer. */
static void note(const acme_request_t *request, signet_call_t *reading,
                 const signet_certificate_t *certificate)
{
    const signet_provider_t *provider = reading->services->find(
        reading, SIGNET_TEXT(SIGNET_INVENTORY_INTERFACE), request->acme->ca);
    const signet_inventory_interface_t *inventory = provider != NULL ? provider->interface : NULL;
    if (inventory == NULL || !SIGNET_HAS(inventory, renewal_asked)) {
        return;
    }
    if (inventory->renewal_asked(provider->instance, reading, certificate->authority,
                                 certificate->serial) != SIGNET_OK) {
        signet_log_error(request->acme->host, reading, SIGNET_LOG_WARNING,
                         "acme.renewal-not-noted");
    }
}

/* Short lives need shorter waits than the directory says. */
static int64_t retry_after(const acme_request_t *request, const signet_certificate_t *certificate)
{
    int64_t life = certificate->not_after - certificate->not_before;
    int64_t wait = request->directory->renewal_retry_ms;
    if (wait > life / POLLS_OF_A_LIFE) {
        wait = life / POLLS_OF_A_LIFE;
    }
    return wait / 1000 > RETRY_MIN_S ? wait / 1000 : RETRY_MIN_S;
}

static int32_t answer_window(signet_call_t *call, const acme_request_t *request,
                             const signet_certificate_t *certificate)
{
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_object(&writer, "suggestedWindow");
    signet_json_time(&writer, "start", certificate->renew_from);
    signet_json_time(&writer, "end", certificate->renew_before);
    signet_json_end_object(&writer);
    signet_json_end_object(&writer);
    const acme_answer_t answer = {.status = 200,
                                  .retry_after_s = retry_after(request, certificate)};
    return acme_request_answer_json(call, request, &answer, &writer);
}

int32_t acme_renewal_read(void *instance, signet_call_t *call, const signet_request_t *http,
                          signet_exchange_t *exchange)
{
    acme_request_t request;
    const signet_certificate_t *certificate = NULL;
    int32_t status = acme_request_begin(instance, call, http, exchange, &request);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_call_t *reading = signet_reading(call, request.acme->host, call->services->tenant(call));
    if (reading == NULL) {
        return signet_status(call);
    }
    status =
        acme_renewal_find(call, reading, &request, signet_http_parameter(http, 1), &certificate);
    if (status == SIGNET_OK && certificate != NULL) {
        note(&request, reading, certificate);
        status = answer_window(call, &request, certificate);
    }
    call->services->end(reading);
    return status;
}
