/* GeneralNames (RFC 5280, 4.2.1.6). */
#include "der_any.h"
#include "malformed.h"

#include <signet/sdk/error.h>
#include <signet/sdk/x509.h>

#define OTHER_NAME 0
#define EMAIL 1
#define DNS 2
#define DIRECTORY 4
#define URI 6
#define ADDRESS 7
#define REGISTERED_ID 8

/* IA5String without control characters, NUL among them: what follows one would be seen by some
 * readers and not by others. */
static int is_plain(signet_bytes_t value)
{
    for (uint64_t i = 0; i < value.length; i++) {
        if (value.data[i] < 0x20 || value.data[i] > 0x7e) {
            return 0;
        }
    }
    return 1;
}

/* OtherName: a type and an explicitly tagged value of any kind. */
static int is_other_name(signet_bytes_t content)
{
    signet_der_t der = signet_der(content);
    signet_der_t inside;
    signet_der_item_t value;
    signet_bytes_t oid;
    return signet_der_oid(&der, &oid) == 0 &&
           signet_der_enter(&der, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &inside) == 0 &&
           signet_der_empty(&der) && signet_der_any(&inside, &value) == 0 &&
           signet_der_empty(&inside);
}

/* The content of an OBJECT IDENTIFIER under an implicit tag: the item with its own tag back. */
static int is_registered_id(signet_bytes_t content)
{
    uint8_t tlv[130] = {SIGNET_DER_OID, (uint8_t)content.length};
    if (content.length > 64) {
        return 0;
    }
    for (uint64_t i = 0; i < content.length; i++) {
        tlv[2 + i] = content.data[i];
    }
    signet_der_t der = signet_der((signet_bytes_t){tlv, content.length + 2});
    signet_bytes_t oid;
    return signet_der_oid(&der, &oid) == 0;
}

static int32_t check_directory(signet_call_t *call, signet_bytes_t content)
{
    const signet_attribute_t *attributes;
    uint64_t count;
    int32_t status = signet_name_parse(call, content, &attributes, &count);
    if (status != SIGNET_INVALID) {
        return status;
    }
    /* A subject's faults are told in the same words; say that it is not the subject's. */
    call->services->clear(call);
    return signet_malformed(call, "name",
                            "an alternative name is not a well-formed directory name");
}

static int32_t check_value(signet_call_t *call, const signet_der_item_t *item)
{
    switch (item->tag) {
    case SIGNET_DER_CONTEXT(EMAIL):
    case SIGNET_DER_CONTEXT(DNS):
    case SIGNET_DER_CONTEXT(URI):
        if (!is_plain(item->content)) {
            return signet_malformed(call, "name",
                                    "an alternative name holds a control character "
                                    "or one outside ASCII");
        }
        return SIGNET_OK;
    case SIGNET_DER_CONTEXT(ADDRESS):
        if (item->content.length != 4 && item->content.length != 16) {
            return signet_malformed(call, "name", "an IP address has neither 4 nor 16 octets");
        }
        return SIGNET_OK;
    case SIGNET_DER_CONTEXT_CONSTRUCTED(DIRECTORY):
        return check_directory(call, item->content);
    case SIGNET_DER_CONTEXT_CONSTRUCTED(OTHER_NAME):
        if (!is_other_name(item->content)) {
            return signet_malformed(call, "name", "an otherName is not a type and a value");
        }
        return SIGNET_OK;
    case SIGNET_DER_CONTEXT(REGISTERED_ID):
        if (!is_registered_id(item->content)) {
            return signet_malformed(call, "name", "a registeredID is not an object identifier");
        }
        return SIGNET_OK;
    default:
        return signet_malformed(call, "name", "an alternative name has a type that nobody uses");
    }
}

/* The names in a SEQUENCE; only as far as one over the limit. */
static uint64_t count_names(signet_der_t names)
{
    uint64_t count = 0;
    signet_der_item_t item;
    while (count <= SIGNET_CSR_MAX_NAMES && signet_der_next(&names, &item) == 0) {
        count++;
    }
    return count;
}

int32_t signet_general_names_parse(signet_call_t *call, signet_bytes_t value,
                                   const signet_general_name_t **names, uint64_t *count)
{
    signet_der_t der = signet_der(value);
    signet_der_t inside;
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&der) ||
        signet_der_empty(&inside)) {
        return signet_malformed(call, "name", "the alternative names are not a SEQUENCE of names");
    }
    uint64_t length = count_names(inside);
    if (length > SIGNET_CSR_MAX_NAMES) {
        return signet_fail(call, SIGNET_TOO_LARGE, "name.too-many",
                           "There are more than %u alternative names.", SIGNET_CSR_MAX_NAMES);
    }
    signet_general_name_t *found = signet_alloc(call, length, sizeof(*found));
    if (found == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; i < length; i++) {
        signet_der_item_t item = {0};
        if (signet_der_next(&inside, &item) != 0) {
            return signet_malformed(call, "name", "the alternative names are not DER");
        }
        int32_t status = check_value(call, &item);
        if (status != SIGNET_OK) {
            return status;
        }
        found[i].type = item.tag & 0x1f;
        found[i].value = item.content;
    }
    if (!signet_der_empty(&inside)) {
        return signet_malformed(call, "name", "the alternative names are not DER");
    }
    *names = found;
    *count = length;
    return SIGNET_OK;
}
