#include <signet/sdk/der.h>

#include <string.h>

/* A definite length in its shortest form; answers its octets. */
static unsigned encode_length(uint64_t length, uint8_t octets[9])
{
    if (length < 0x80) {
        octets[0] = (uint8_t)length;
        return 1;
    }
    unsigned count = 0;
    for (uint64_t rest = length; rest != 0; rest >>= 8) {
        count++;
    }
    octets[0] = (uint8_t)(0x80 | count);
    for (unsigned i = 0; i < count; i++) {
        octets[1 + i] = (uint8_t)(length >> (8 * (count - 1 - i)));
    }
    return count + 1;
}

uint64_t signet_der_begin(signet_buffer_t *buffer, uint8_t tag)
{
    const uint8_t head[2] = {tag, 0};
    signet_buffer_add(buffer, head, sizeof(head));
    return buffer->length;
}

void signet_der_end(signet_buffer_t *buffer, uint64_t mark)
{
    if (buffer->failed) {
        return;
    }
    uint64_t length = buffer->length - mark;
    uint8_t octets[9];
    unsigned count = encode_length(length, octets);
    /* begin left room for one octet: make the rest at the end, then shift the content. */
    signet_buffer_add(buffer, octets, count - 1);
    if (buffer->failed) {
        return;
    }
    if (count > 1) {
        memmove(buffer->data + mark + count - 1, buffer->data + mark, length);
    }
    memcpy(buffer->data + mark - 1, octets, count);
}

void signet_der_add(signet_buffer_t *buffer, uint8_t tag, signet_bytes_t content)
{
    uint8_t head[10] = {tag};
    unsigned count = encode_length(content.length, head + 1);
    signet_buffer_add(buffer, head, count + 1);
    signet_buffer_add(buffer, content.data, content.length);
}

void signet_der_add_boolean(signet_buffer_t *buffer, int value)
{
    const uint8_t octets[3] = {SIGNET_DER_BOOLEAN, 1, value ? 0xff : 0x00};
    signet_buffer_add(buffer, octets, sizeof(octets));
}

void signet_der_add_integer(signet_buffer_t *buffer, int64_t value)
{
    uint8_t octets[8];
    for (unsigned i = 0; i < 8; i++) {
        octets[i] = (uint8_t)((uint64_t)value >> (8 * (7 - i)));
    }
    /* Leading octets that only repeat the sign are left out. */
    unsigned start = 0;
    while (start < 7 && ((octets[start] == 0x00 && (octets[start + 1] & 0x80) == 0) ||
                         (octets[start] == 0xff && (octets[start + 1] & 0x80) != 0))) {
        start++;
    }
    signet_der_add(buffer, SIGNET_DER_INTEGER, (signet_bytes_t){octets + start, 8 - start});
}

void signet_der_add_unsigned(signet_buffer_t *buffer, signet_bytes_t magnitude)
{
    while (magnitude.length != 0 && magnitude.data[0] == 0) {
        magnitude.data++;
        magnitude.length--;
    }
    /* A zero octet keeps the sign positive, and stands for zero itself. */
    int pad = magnitude.length == 0 || (magnitude.data[0] & 0x80) != 0;
    uint8_t head[11] = {SIGNET_DER_INTEGER};
    unsigned count = 1 + encode_length(magnitude.length + (pad ? 1 : 0), head + 1);
    if (pad) {
        head[count++] = 0;
    }
    signet_buffer_add(buffer, head, count);
    signet_buffer_add(buffer, magnitude.data, magnitude.length);
}

void signet_der_add_bits(signet_buffer_t *buffer, signet_bytes_t octets)
{
    uint8_t head[11] = {SIGNET_DER_BIT_STRING};
    unsigned count = 1 + encode_length(octets.length + 1, head + 1);
    head[count++] = 0;
    signet_buffer_add(buffer, head, count);
    signet_buffer_add(buffer, octets.data, octets.length);
}

void signet_der_add_named_bits(signet_buffer_t *buffer, uint32_t flags)
{
    uint8_t octets[5] = {0};
    unsigned length = 1;
    for (unsigned bit = 0; bit < 32; bit++) {
        if ((flags >> bit & 1U) == 0) {
            continue;
        }
        octets[1 + bit / 8] |= (uint8_t)(0x80U >> bit % 8);
        octets[0] = (uint8_t)(7 - bit % 8);
        length = 2 + bit / 8;
    }
    signet_der_add(buffer, SIGNET_DER_BIT_STRING, (signet_bytes_t){octets, length});
}

void signet_der_add_oid(signet_buffer_t *buffer, signet_bytes_t oid)
{
    signet_der_add(buffer, SIGNET_DER_OID, oid);
}
