#include <signet/sdk/crl.h>

#include "algorithm.h"
#include "extension.h"
#include "malformed.h"

#include <signet/inventory.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#define CRL_VERSION_2 1
#define CRL_MAX (1U << 30)
#define SERIAL_MAX 20U

static const uint8_t oid_reason[] = {0x55, 0x1d, 0x15};
static const uint8_t oid_invalidity[] = {0x55, 0x1d, 0x18};
static const uint8_t oid_number[] = {0x55, 0x1d, 0x14};
static const uint8_t oid_base[] = {0x55, 0x1d, 0x1b};
static const uint8_t oid_point[] = {0x55, 0x1d, 0x1c};
static const uint8_t oid_key_id[] = {0x55, 0x1d, 0x23};

static int32_t malformed(signet_call_t *call, const char *what)
{
    return signet_malformed(call, "crl", what);
}

static int is(signet_bytes_t oid, const uint8_t *known, uint64_t length)
{
    return signet_bytes_equal(oid, (signet_bytes_t){known, length});
}

#define IS(oid, known) is((oid), (known), sizeof(known))

static int read_reason(signet_bytes_t value, int32_t *reason)
{
    signet_der_t der = signet_der(value);
    signet_der_item_t item;
    if (signet_der_expect(&der, SIGNET_DER_ENUMERATED, &item) != 0 || item.content.length != 1 ||
        !signet_der_empty(&der) || item.content.data[0] > SIGNET_REASON_AA_COMPROMISE ||
        item.content.data[0] == 7)
        return -1;
    *reason = item.content.data[0];
    return 0;
}

static int read_time(signet_bytes_t value, int64_t *time)
{
    signet_der_t der = signet_der(value);
    return signet_der_time(&der, time) == 0 && signet_der_empty(&der) ? 0 : -1;
}

static int32_t read_entry_extensions(signet_call_t *call, signet_bytes_t whole,
                                     signet_crl_entry_t *entry)
{
    const signet_extension_t *extensions = NULL;
    uint64_t count = 0;
    int32_t status = signet_extensions_parse(call, "crl", whole, &extensions, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        const signet_extension_t *extension = &extensions[i];
        if (IS(extension->oid, oid_reason)) {
            if (read_reason(extension->value, &entry->reason) != 0)
                status = malformed(call, "an entry's reason is none");
        } else if (IS(extension->oid, oid_invalidity)) {
            if (read_time(extension->value, &entry->invalid_since) != 0)
                status = malformed(call, "an entry's invalidity date is none");
        } else if (extension->critical) {
            /* certificateIssuer among them: the list would speak of others' certificates. */
            status = malformed(call, "an entry has a critical extension that is not known");
        }
    }
    return status;
}

static int32_t read_entry(signet_call_t *call, signet_der_t *list, signet_crl_entry_t *entry)
{
    signet_der_t inside;
    signet_der_item_t extensions;
    if (signet_der_enter(list, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_unsigned(&inside, &entry->serial) != 0 || entry->serial.length > SERIAL_MAX ||
        signet_der_time(&inside, &entry->revoked_at) != 0)
        return malformed(call, "an entry is no serial number with a time");
    if (signet_der_empty(&inside))
        return SIGNET_OK;
    if (signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &extensions) != 0 ||
        !signet_der_empty(&inside))
        return malformed(call, "something other than extensions follows an entry");
    return read_entry_extensions(call, extensions.whole, entry);
}

static int compare_serials(signet_bytes_t a, signet_bytes_t b)
{
    uint64_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, (size_t)shorter);
    if (order != 0)
        return order;
    return a.length == b.length ? 0 : (a.length < b.length ? -1 : 1);
}

static int compare_entries(const void *a, const void *b)
{
    const signet_crl_entry_t *left = *(const signet_crl_entry_t *const *)a;
    const signet_crl_entry_t *right = *(const signet_crl_entry_t *const *)b;
    return compare_serials(left->serial, right->serial);
}

static int32_t refuse_twice(signet_call_t *call, const signet_crl_entry_t *entries, uint64_t count)
{
    const signet_crl_entry_t **order = signet_alloc(call, count + 1, sizeof(*order));
    if (order == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++)
        order[i] = &entries[i];
    qsort(order, (size_t)count, sizeof(*order), compare_entries);
    for (uint64_t i = 1; i < count; i++) {
        if (compare_entries(&order[i - 1], &order[i]) == 0)
            return malformed(call, "it lists one serial number twice");
    }
    return SIGNET_OK;
}

static int32_t read_entries(signet_call_t *call, signet_bytes_t content, signet_crl_t *crl)
{
    signet_der_t der = signet_der(content);
    signet_der_item_t item;
    uint64_t count = 0;
    while (signet_der_next(&der, &item) == 0)
        count++;
    if (!signet_der_empty(&der) || count == 0 || count > SIGNET_CRL_MAX_ENTRIES)
        return malformed(call, "its entries are no list, or too many");
    signet_crl_entry_t *entries = signet_alloc(call, count, sizeof(*entries));
    if (entries == NULL)
        return SIGNET_NO_MEMORY;
    der = signet_der(content);
    for (uint64_t i = 0; i < count; i++) {
        int32_t status = read_entry(call, &der, &entries[i]);
        if (status != SIGNET_OK)
            return status;
    }
    crl->entries = entries;
    crl->entry_count = count;
    return refuse_twice(call, entries, count);
}

/* A CRL number: an integer that is not negative. Zero is one zero octet. */
static int read_number(signet_bytes_t value, signet_bytes_t *number)
{
    static const uint8_t zero = 0;
    signet_der_t der = signet_der(value);
    signet_der_t again = der;
    int64_t small = 0;
    if (signet_der_integer(&again, &small) == 0 && small == 0 && signet_der_empty(&again)) {
        *number = (signet_bytes_t){&zero, 1};
        return 0;
    }
    return signet_der_unsigned(&der, number) == 0 && signet_der_empty(&der) &&
                   number->length <= SERIAL_MAX
               ? 0
               : -1;
}

static int read_key_id(signet_bytes_t value, signet_bytes_t *key_id)
{
    signet_der_t der = signet_der(value);
    signet_der_t inside;
    signet_der_item_t item;
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&der))
        return -1;
    if (signet_der_peek(&inside) != SIGNET_DER_CONTEXT(0))
        return 0;
    if (signet_der_next(&inside, &item) != 0)
        return -1;
    *key_id = item.content;
    return 0;
}

static int32_t read_extensions(signet_call_t *call, signet_bytes_t whole, signet_crl_t *crl)
{
    const signet_extension_t *extensions = NULL;
    uint64_t count = 0;
    int bad = 0;
    int32_t status = signet_extensions_parse(call, "crl", whole, &extensions, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count && !bad; i++) {
        const signet_extension_t *extension = &extensions[i];
        if (IS(extension->oid, oid_number))
            bad = read_number(extension->value, &crl->number) != 0;
        else if (IS(extension->oid, oid_base))
            bad = read_number(extension->value, &crl->base) != 0;
        else if (IS(extension->oid, oid_key_id))
            bad = read_key_id(extension->value, &crl->key_id) != 0;
        else if (IS(extension->oid, oid_point))
            crl->point = extension->value;
        else
            bad = extension->critical;
    }
    if (status == SIGNET_OK && bad)
        return malformed(call, "an extension is ill-formed, or critical and not known");
    return status;
}

static int32_t read_tbs(signet_call_t *call, signet_bytes_t content, signet_bytes_t identifier,
                        signet_crl_t *crl)
{
    signet_der_t der = signet_der(content);
    signet_der_t explicit_extensions;
    signet_der_item_t algorithm;
    signet_der_item_t issuer;
    signet_der_item_t item;
    int64_t version = 0;
    if (signet_der_integer(&der, &version) != 0 || version != CRL_VERSION_2)
        return malformed(call, "it is not of version 2");
    if (signet_der_expect(&der, SIGNET_DER_SEQUENCE, &algorithm) != 0 ||
        !signet_bytes_equal(algorithm.whole, identifier))
        return malformed(call, "it names two signature algorithms");
    if (signet_der_expect(&der, SIGNET_DER_SEQUENCE, &issuer) != 0 ||
        signet_der_time(&der, &crl->this_update) != 0)
        return malformed(call, "its issuer and its time are not in place");
    crl->issuer = issuer.whole;
    int next = signet_der_peek(&der);
    if ((next == SIGNET_DER_UTC_TIME || next == SIGNET_DER_GENERALIZED_TIME) &&
        signet_der_time(&der, &crl->next_update) != 0)
        return malformed(call, "the time of its next update is none");
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    int32_t status = signet_name_parse(call, issuer.whole, &attributes, &count);
    if (status == SIGNET_OK && signet_der_peek(&der) == SIGNET_DER_SEQUENCE) {
        if (signet_der_next(&der, &item) != 0)
            return malformed(call, "its entries are no list");
        status = read_entries(call, item.content, crl);
    }
    if (status != SIGNET_OK || signet_der_empty(&der))
        return status;
    if (signet_der_enter(&der, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &explicit_extensions) != 0 ||
        !signet_der_empty(&der) || signet_der_next(&explicit_extensions, &item) != 0 ||
        !signet_der_empty(&explicit_extensions))
        return malformed(call, "something other than extensions follows its entries");
    return read_extensions(call, item.whole, crl);
}

int32_t signet_crl_parse(signet_call_t *call, signet_bytes_t der, const signet_crl_t **crl)
{
    if (der.length > CRL_MAX)
        return signet_fail(call, SIGNET_TOO_LARGE, "crl.too-large",
                           "The revocation list is larger than %u octets.", CRL_MAX);
    signet_crl_t *found = signet_alloc(call, 1, sizeof(*found));
    if (found == NULL)
        return SIGNET_NO_MEMORY;
    signet_der_t whole = signet_der(der);
    signet_der_t inside;
    signet_der_item_t tbs;
    signet_der_item_t identifier;
    found->der = der;
    if (signet_der_enter(&whole, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&whole) ||
        signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &tbs) != 0 ||
        signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &identifier) != 0 ||
        signet_der_bits(&inside, &found->signature) != 0 || !signet_der_empty(&inside))
        return malformed(call, "it is not one X.509 list in DER");
    found->tbs = tbs.whole;
    int32_t status = read_tbs(call, tbs.content, identifier.whole, found);
    const signet_algorithm_t *algorithm = signet_algorithm_of(identifier.whole);
    if (status != SIGNET_OK)
        return status;
    if (algorithm == NULL)
        return malformed(call, "it is signed in a way that is not supported");
    found->algorithm = algorithm->name;
    *crl = found;
    return SIGNET_OK;
}

const signet_crl_entry_t *signet_crl_find(const signet_crl_t *crl, signet_bytes_t serial)
{
    for (uint64_t i = 0; i < crl->entry_count; i++) {
        if (signet_bytes_equal(crl->entries[i].serial, serial))
            return &crl->entries[i];
    }
    return NULL;
}
