#include "der_any.h"

#define DEPTH_MAX 16U

#define CLASS 0xc0
#define CONSTRUCTED 0x20
#define TAG_UNIVERSAL_STRING 0x1c
#define TAG_BMP_STRING 0x1e

static int integer_is_short(signet_bytes_t content)
{
    if (content.length == 0) {
        return 0;
    }
    if (content.length == 1) {
        return 1;
    }
    uint8_t first = content.data[0];
    int second_is_negative = (content.data[1] & 0x80) != 0;
    return !(first == 0x00 && !second_is_negative) && !(first == 0xff && second_is_negative);
}

/* Unused bits are fewer than eight and zero. */
static int bits_are_padded(signet_bytes_t content)
{
    if (content.length == 0 || content.data[0] > 7) {
        return 0;
    }
    if (content.length == 1) {
        return content.data[0] == 0;
    }
    return (content.data[content.length - 1] & ((1U << content.data[0]) - 1)) == 0;
}

/* Whether the content of a primitive universal type fits it. */
static int fits(const signet_der_item_t *item)
{
    signet_der_t again = signet_der(item->whole);
    signet_bytes_t oid;
    int value;
    switch (item->tag) {
    case SIGNET_DER_BOOLEAN:
        return signet_der_boolean(&again, &value) == 0;
    case SIGNET_DER_INTEGER:
    case SIGNET_DER_ENUMERATED:
        return integer_is_short(item->content);
    case SIGNET_DER_BIT_STRING:
        return bits_are_padded(item->content);
    case SIGNET_DER_NULL:
        return item->content.length == 0;
    case SIGNET_DER_OID:
        return signet_der_oid(&again, &oid) == 0;
    case SIGNET_DER_UTF8:
        return signet_text_valid(signet_bytes_text(item->content));
    case TAG_BMP_STRING:
        return item->content.length % 2 == 0;
    case TAG_UNIVERSAL_STRING:
        return item->content.length % 4 == 0;
    default:
        /* A SEQUENCE or SET is always constructed. */
        return item->tag != (SIGNET_DER_SEQUENCE & ~CONSTRUCTED) &&
               item->tag != (SIGNET_DER_SET & ~CONSTRUCTED);
    }
}

static int read_any(signet_der_t *der, signet_der_item_t *item, unsigned depth)
{
    if (depth == DEPTH_MAX || signet_der_next(der, item) != 0) {
        return -1;
    }
    int universal = (item->tag & CLASS) == 0;
    if ((item->tag & CONSTRUCTED) == 0) {
        return universal && !fits(item) ? -1 : 0;
    }
    /* Of the universal types only these two are constructed in DER. */
    if (universal && item->tag != SIGNET_DER_SEQUENCE && item->tag != SIGNET_DER_SET) {
        return -1;
    }
    signet_der_t inside = signet_der(item->content);
    while (!signet_der_empty(&inside)) {
        signet_der_item_t child;
        if (read_any(&inside, &child, depth + 1) != 0) {
            return -1;
        }
    }
    return 0;
}

int signet_der_any(signet_der_t *der, signet_der_item_t *item)
{
    return read_any(der, item, 0);
}
