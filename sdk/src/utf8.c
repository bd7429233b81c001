/* UTF-8 as RFC 3629 has it: shortest forms, no surrogates, nothing above U+10FFFF. */
#include "utf8.h"

#include <signet/sdk/text.h>
#include <string.h>

static int is_continuation(uint8_t octet)
{
    return (octet & 0xc0) == 0x80;
}

uint64_t signet_utf8_length(const uint8_t *data, uint64_t length)
{
    uint8_t first = data[0];
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    uint64_t needed = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length < needed) {
        return 0;
    }
    for (uint64_t i = 1; i < needed; i++) {
        if (!is_continuation(data[i])) {
            return 0;
        }
    }
    /* The second octet alone shows overlong forms, surrogates and what is above U+10FFFF. */
    uint8_t second = data[1];
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
        return 0;
    }
    return needed;
}

/* Whether eight octets are ASCII without NUL: no top bit is set, and none is when 1 is taken away.
 */
static int eight_are_ascii(const uint8_t *data)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = ones * 0x80;
    uint64_t octets;
    memcpy(&octets, data, sizeof octets);
    return ((octets | (octets - ones)) & tops) == 0;
}

int signet_text_valid(signet_text_t text)
{
    const uint8_t *data = (const uint8_t *)text.data;
    uint64_t position = 0;
    while (position < text.length) {
        if (text.length - position >= 8 && eight_are_ascii(data + position)) {
            position += 8;
            continue;
        }
        if (data[position] == 0) {
            return 0;
        }
        if (data[position] < 0x80) {
            position++;
            continue;
        }
        uint64_t length = signet_utf8_length(data + position, text.length - position);
        if (length == 0) {
            return 0;
        }
        position += length;
    }
    return 1;
}
