#include "transparency/entry.h"

#include "profile/extension.h"

#include <signet/sdk/der.h>
#include <signet/sdk/error.h>

static const uint8_t poison_oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x03};
static const uint8_t scts_oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};
const signet_bytes_t ca_oid_poison = {poison_oid, sizeof poison_oid};
const signet_bytes_t ca_oid_scts = {scts_oid, sizeof scts_oid};

/* SEQUENCE { OID, TRUE, OCTET STRING { NULL } } */
static const uint8_t poison[] = {0x30, 0x13, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79,
                                 0x02, 0x04, 0x03, 0x01, 0x01, 0xff, 0x04, 0x02, 0x05, 0x00};
const signet_bytes_t ca_entry_poison = {poison, sizeof poison};

static void add(signet_buffer_t *buffer, signet_bytes_t bytes)
{
    signet_buffer_add(buffer, bytes.data, bytes.length);
}

/* Copies the extensions; the number of those replaced, or -1 where they are not DER. */
static int replace_extension(signet_buffer_t *buffer, signet_bytes_t tagged, signet_bytes_t oid,
                             signet_bytes_t other)
{
    signet_der_t outer = signet_der(tagged);
    signet_der_t extensions;
    signet_der_item_t item;
    int found = 0;
    if (signet_der_enter(&outer, SIGNET_DER_SEQUENCE, &extensions) != 0)
        return -1;
    uint64_t mark = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(3));
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    while (!signet_der_empty(&extensions)) {
        signet_bytes_t own;
        if (signet_der_expect(&extensions, SIGNET_DER_SEQUENCE, &item) != 0)
            return -1;
        signet_der_t inside = signet_der(item.content);
        if (signet_der_oid(&inside, &own) != 0)
            return -1;
        int meant = signet_bytes_equal(own, oid);
        add(buffer, meant ? other : item.whole);
        found += meant;
    }
    signet_der_end(buffer, sequence);
    signet_der_end(buffer, mark);
    return found;
}

int32_t ca_entry_replace(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t oid,
                         signet_bytes_t other, signet_bytes_t *replaced)
{
    signet_der_t outer = signet_der(tbs);
    signet_der_t inside;
    signet_der_item_t item;
    signet_buffer_t buffer = signet_buffer(call, tbs.length + other.length + 16);
    int found = signet_der_enter(&outer, SIGNET_DER_SEQUENCE, &inside);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    while (found == 0 && !signet_der_empty(&inside)) {
        if (signet_der_next(&inside, &item) != 0)
            found = -1;
        else if (item.tag != SIGNET_DER_CONTEXT_CONSTRUCTED(3))
            add(&buffer, item.whole);
        else
            found = replace_extension(&buffer, item.content, oid, other);
    }
    signet_der_end(&buffer, whole);
    /* The extensions are the last part. */
    if (found != 1 || !signet_der_empty(&inside))
        return signet_fail(call, SIGNET_INTERNAL, "transparency.entry",
                           "a precertificate does not have the extension that it should have once; "
                           "this is a defect, please report it");
    return signet_buffer_bytes(&buffer, replaced);
}

int32_t ca_entry_complete(signet_call_t *call, signet_bytes_t precertificate, signet_bytes_t bare,
                          signet_bytes_t scts, signet_bytes_t *tbs)
{
    signet_bytes_t again = {NULL, 0};
    signet_bytes_t encoded = {NULL, 0};
    signet_bytes_t extension = {NULL, 0};
    signet_buffer_t value = signet_buffer(call, scts.length + 8);
    signet_der_add(&value, SIGNET_DER_OCTET_STRING, scts);
    int32_t status = signet_buffer_bytes(&value, &encoded);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t buffer = signet_buffer(call, encoded.length + 32);
    ca_extension_add(&buffer, ca_oid_scts, 0, encoded);
    status = signet_buffer_bytes(&buffer, &extension);
    if (status == SIGNET_OK)
        status = ca_entry_replace(call, precertificate, ca_oid_poison, extension, tbs);
    if (status == SIGNET_OK)
        status = ca_entry_replace(call, *tbs, ca_oid_scts, (signet_bytes_t){NULL, 0}, &again);
    if (status == SIGNET_OK && !signet_bytes_equal(again, bare))
        return signet_fail(call, SIGNET_INTERNAL, "lint.precertificate",
                           "the certificate was not signed because it differs from its "
                           "precertificate; this is a defect, please report it");
    return status;
}
