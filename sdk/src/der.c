#include <signet/sdk/der.h>

#include <string.h>

#define OID_MAX 64U
#define ARC_MAX ((uint64_t)INT64_MAX)

signet_der_t signet_der(signet_bytes_t input)
{
    signet_der_t der = {input.data, input.length ? input.data + input.length : input.data};
    return der;
}

int signet_der_empty(const signet_der_t *der)
{
    return der->next == der->end;
}

int signet_der_peek(const signet_der_t *der)
{
    return der->next == der->end ? -1 : *der->next;
}

/* Reads the octets of a length; only the shortest form of a definite length passes. */
static int read_length(const uint8_t **next, const uint8_t *end, uint64_t *length)
{
    if (*next == end) {
        return -1;
    }
    uint8_t first = *(*next)++;
    if (first < 0x80) {
        *length = first;
        return 0;
    }
    unsigned count = first & 0x7fU;
    if (count == 0 || count > 4 || (uint64_t)(end - *next) < count || **next == 0) {
        return -1;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value = value << 8 | *(*next)++;
    }
    if (value < 0x80) {
        return -1;
    }
    *length = value;
    return 0;
}

int signet_der_next(signet_der_t *der, signet_der_item_t *item)
{
    const uint8_t *next = der->next;
    if (next == der->end) {
        return -1;
    }
    uint8_t tag = *next++;
    /* Tag 0 ends indefinite lengths, and 31 announces a tag number of several octets. */
    if (tag == 0 || (tag & 0x1f) == 0x1f) {
        return -1;
    }
    uint64_t length = 0;
    if (read_length(&next, der->end, &length) != 0 || length > (uint64_t)(der->end - next)) {
        return -1;
    }
    item->tag = tag;
    item->content.data = next;
    item->content.length = length;
    item->whole.data = der->next;
    item->whole.length = (uint64_t)(next - der->next) + length;
    der->next = next + length;
    return 0;
}

int signet_der_expect(signet_der_t *der, uint8_t tag, signet_der_item_t *item)
{
    if (signet_der_peek(der) != tag) {
        return -1;
    }
    return signet_der_next(der, item);
}

int signet_der_enter(signet_der_t *der, uint8_t tag, signet_der_t *inside)
{
    signet_der_item_t item;
    if (signet_der_expect(der, tag, &item) != 0) {
        return -1;
    }
    *inside = signet_der(item.content);
    return 0;
}

int signet_der_boolean(signet_der_t *der, int *value)
{
    signet_der_item_t item;
    if (signet_der_expect(der, SIGNET_DER_BOOLEAN, &item) != 0 || item.content.length != 1) {
        return -1;
    }
    uint8_t octet = item.content.data[0];
    if (octet != 0x00 && octet != 0xff) {
        return -1;
    }
    *value = octet != 0;
    return 0;
}

/* The content of a non-negative INTEGER in its shortest form. */
static int read_integer(signet_der_t *der, signet_bytes_t *content)
{
    signet_der_item_t item;
    if (signet_der_expect(der, SIGNET_DER_INTEGER, &item) != 0 || item.content.length == 0) {
        return -1;
    }
    const uint8_t *data = item.content.data;
    if ((data[0] & 0x80) != 0) {
        return -1;
    }
    if (data[0] == 0 && item.content.length > 1 && (data[1] & 0x80) == 0) {
        return -1;
    }
    *content = item.content;
    return 0;
}

int signet_der_integer(signet_der_t *der, int64_t *value)
{
    signet_bytes_t content;
    if (read_integer(der, &content) != 0 || content.length > sizeof(int64_t)) {
        return -1;
    }
    uint64_t sum = 0;
    for (uint64_t i = 0; i < content.length; i++) {
        sum = sum << 8 | content.data[i];
    }
    *value = (int64_t)sum;
    return 0;
}

int signet_der_unsigned(signet_der_t *der, signet_bytes_t *magnitude)
{
    signet_bytes_t content;
    if (read_integer(der, &content) != 0) {
        return -1;
    }
    if (content.data[0] == 0) {
        content.data++;
        content.length--;
    }
    if (content.length == 0) {
        return -1;
    }
    *magnitude = content;
    return 0;
}

int signet_der_bits(signet_der_t *der, signet_bytes_t *octets)
{
    signet_der_item_t item;
    if (signet_der_expect(der, SIGNET_DER_BIT_STRING, &item) != 0 || item.content.length == 0 ||
        item.content.data[0] != 0) {
        return -1;
    }
    octets->data = item.content.data + 1;
    octets->length = item.content.length - 1;
    return 0;
}

int signet_der_oid(signet_der_t *der, signet_bytes_t *oid)
{
    signet_der_item_t item;
    if (signet_der_expect(der, SIGNET_DER_OID, &item) != 0 || item.content.length == 0 ||
        item.content.length > OID_MAX) {
        return -1;
    }
    uint64_t arc = 0;
    int begins = 1;
    for (uint64_t i = 0; i < item.content.length; i++) {
        uint8_t octet = item.content.data[i];
        if ((begins && octet == 0x80) || arc > ARC_MAX >> 7) {
            return -1;
        }
        arc = arc << 7 | (octet & 0x7fU);
        begins = (octet & 0x80) == 0;
        if (begins) {
            arc = 0;
        }
    }
    if (!begins) {
        return -1;
    }
    *oid = item.content;
    return 0;
}
