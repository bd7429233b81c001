/* Whether a request for a certificate is for the order: the same names, either way. */
#include <signet/sdk/name.h>

#include "attest/identity.h"
#include "order.h"
#include "protocol/problem.h"

#define COMMON_NAME "CN"

static int32_t mismatch(signet_call_t *call, const char *what, signet_text_t name)
{
    return acme_fail(call, "badCSR", "The request %s %.*s.", what, SIGNET_FORMAT(name));
}

/* The place of a name among the order's; its count where it is none of them. */
static uint64_t place_of(const acme_order_t *order, signet_text_t type, signet_text_t value)
{
    uint64_t i = 0;
    while (i < order->count && !(signet_text_equal(order->identifiers[i].type, type) &&
                                 signet_text_equal(order->identifiers[i].value, value))) {
        i++;
    }
    return i;
}

static int32_t take(signet_call_t *call, const acme_order_t *order, const char *type,
                    const signet_canonical_t *name, uint8_t *seen)
{
    uint64_t place = place_of(order, signet_text(type), name->value);
    if (place == order->count) {
        return mismatch(call, "names what the order does not:", name->value);
    }
    seen[place] = 1;
    return SIGNET_OK;
}

static int32_t take_device(signet_call_t *call, const acme_order_t *order,
                           const signet_general_name_t *name, uint8_t *seen)
{
    acme_identity_t identity = {.type = NULL};
    int32_t status = acme_identity_from_name(call, name, &identity);
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    if (status != SIGNET_OK) {
        call->services->clear(call);
        return acme_fail(call, "badCSR",
                         "The request has an alternative name that is none of a device.");
    }
    const signet_canonical_t canonical = {.value = identity.value};
    return take(call, order, identity.type, &canonical, seen);
}

/* A device's identifier as the common name, as clients put it there: whole, or the serial number
 * before its '/'. */
static int is_device(const acme_order_t *order, signet_text_t name)
{
    for (uint64_t i = 0; i < order->count; i++) {
        signet_text_t rest;
        signet_text_t value = order->identifiers[i].value;
        if (acme_identity_type(order->identifiers[i].type) != NULL &&
            (signet_text_equal(value, name) ||
             signet_text_equal(signet_text_split(value, '/', &rest), name))) {
            return 1;
        }
    }
    return 0;
}

static int32_t match_names(signet_call_t *call, const acme_order_t *order, const signet_csr_t *csr,
                           uint8_t *seen)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < csr->name_count; i++) {
        signet_canonical_t name;
        uint8_t type = csr->names[i].type;
        if (type == 0) {
            status = take_device(call, order, &csr->names[i], seen);
            continue;
        }
        if (type != 2 && type != 7) {
            return acme_fail(call, "badCSR",
                             "The request has an alternative name that is neither dns nor ip.");
        }
        status = signet_name_from_general(call, &csr->names[i], &name);
        if (status == SIGNET_OK) {
            status = take(call, order, type == 2 ? "dns" : "ip", &name, seen);
        }
    }
    return status;
}

/* A common name is a name as well (RFC 8555, 7.4). */
static int32_t match_subject(signet_call_t *call, const acme_order_t *order,
                             const signet_csr_t *csr, uint8_t *seen)
{
    signet_bytes_t oid = signet_attribute_oid(SIGNET_TEXT(COMMON_NAME));
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < csr->attribute_count; i++) {
        signet_canonical_t name;
        if (!signet_bytes_equal(csr->attributes[i].oid, oid) ||
            is_device(order, csr->attributes[i].value)) {
            continue;
        }
        const char *type = "ip";
        status = signet_name_canonical(call, type, csr->attributes[i].value, &name);
        if (status == SIGNET_INVALID) {
            call->services->clear(call);
            type = "dns";
            status = signet_name_canonical(call, type, csr->attributes[i].value, &name);
        }
        if (status == SIGNET_OK) {
            status = take(call, order, type, &name, seen);
        }
    }
    return status;
}

int32_t acme_order_match(signet_call_t *call, const acme_request_t *request,
                         const acme_order_t *order, signet_bytes_t der)
{
    const signet_csr_t *csr = NULL;
    uint8_t *seen = signet_alloc(call, order->count, 1);
    int32_t status = seen != NULL ? signet_csr_parse(call, der, &csr) : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK || csr == NULL) {
        return status;
    }
    if (signet_bytes_equal(csr->key.spki, request->account.spki)) {
        return acme_fail(call, "badCSR", "The request is for the account's own key.");
    }
    status = match_names(call, order, csr, seen);
    if (status == SIGNET_OK) {
        status = match_subject(call, order, csr, seen);
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < order->count; i++) {
        /* Requests need not show which device they are for (draft-ietf-acme-device-attest-09). */
        if (!seen[i] && acme_identity_type(order->identifiers[i].type) == NULL) {
            status = mismatch(call, "lacks a name of the order:", order->identifiers[i].value);
        }
    }
    return status;
}
