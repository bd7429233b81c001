#include <signet/sdk/der.h>
#include <signet/sdk/error.h>

#define OID_MAX 64U
#define ARC_MAX ((uint64_t)INT64_MAX)

static void add_arc(signet_buffer_t *buffer, uint64_t arc)
{
    uint8_t digits[20];
    unsigned first = sizeof digits;
    do {
        digits[--first] = (uint8_t)('0' + arc % 10);
        arc /= 10;
    } while (arc > 0);
    signet_buffer_add(buffer, digits + first, sizeof digits - first);
}

signet_text_t signet_oid_text(signet_call_t *call, signet_bytes_t oid)
{
    const signet_text_t none = {NULL, 0};
    /* Each octet adds at most a dot and three digits, and the first arc two characters. */
    signet_buffer_t buffer = signet_buffer(call, oid.length * 4 + 4);
    uint64_t arc = 0;
    int first = 1;
    for (uint64_t i = 0; i < oid.length; i++) {
        arc = arc << 7 | (oid.data[i] & 0x7fU);
        if ((oid.data[i] & 0x80) != 0) {
            continue;
        }
        if (first) {
            uint64_t root = arc < 80 ? arc / 40 : 2;
            add_arc(&buffer, root);
            arc -= root * 40;
        }
        signet_buffer_add_byte(&buffer, '.');
        add_arc(&buffer, arc);
        first = 0;
        arc = 0;
    }
    signet_text_t text;
    return signet_buffer_text(&buffer, &text) == SIGNET_OK ? text : none;
}

/* The next arc of dotted text: digits without leading zeros, up to ARC_MAX. */
static int next_arc(signet_text_t *rest, uint64_t *arc)
{
    signet_text_t digits = signet_text_split(*rest, '.', rest);
    if (digits.length == 0 || (digits.length > 1 && digits.data[0] == '0')) {
        return -1;
    }
    uint64_t value = 0;
    for (uint64_t i = 0; i < digits.length; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return -1;
        }
        uint64_t digit = (uint64_t)(digits.data[i] - '0');
        if (value > (ARC_MAX - digit) / 10) {
            return -1;
        }
        value = value * 10 + digit;
    }
    *arc = value;
    return 0;
}

/* Appends an arc in base 128; -1 where the OID grows too long. */
static int put_arc(uint8_t *octets, unsigned *length, uint64_t arc)
{
    unsigned count = 1;
    for (uint64_t rest = arc >> 7; rest != 0; rest >>= 7) {
        count++;
    }
    if (*length + count > OID_MAX) {
        return -1;
    }
    while (count-- > 0) {
        octets[(*length)++] = (uint8_t)((arc >> (7 * count) & 0x7f) | (count != 0 ? 0x80 : 0));
    }
    return 0;
}

static int encode_oid(signet_text_t text, uint8_t octets[OID_MAX], unsigned *length)
{
    uint64_t root;
    uint64_t arc;
    signet_text_t rest = text;
    if (text.length == 0 || text.data[text.length - 1] == '.' || next_arc(&rest, &root) != 0 ||
        next_arc(&rest, &arc) != 0 || root > 2 || (root < 2 && arc > 39) || arc > ARC_MAX - 80) {
        return -1;
    }
    *length = 0;
    if (put_arc(octets, length, root * 40 + arc) != 0) {
        return -1;
    }
    while (rest.length != 0) {
        if (next_arc(&rest, &arc) != 0 || put_arc(octets, length, arc) != 0) {
            return -1;
        }
    }
    return 0;
}

int32_t signet_oid_parse(signet_call_t *call, signet_text_t text, signet_bytes_t *oid)
{
    uint8_t octets[OID_MAX];
    unsigned length;
    if (encode_oid(text, octets, &length) != 0) {
        return signet_fail(call, SIGNET_INVALID, "oid.malformed",
                           "\"%.*s\" is not an object identifier; write it as in 1.3.6.1.4.1.",
                           SIGNET_FORMAT(text));
    }
    *oid = signet_bytes_copy(call, (signet_bytes_t){octets, length});
    return oid->data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}
