#include "core/text.h"

#include <string.h>

signet_text_t core_text(const char *string)
{
    signet_text_t text = {string, string ? strlen(string) : 0};
    return text;
}

int core_text_equal(signet_text_t left, signet_text_t right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

int core_text_is(signet_text_t text, const char *string)
{
    return core_text_equal(text, core_text(string));
}

int core_text_compare(signet_text_t left, signet_text_t right)
{
    uint64_t shared = left.length < right.length ? left.length : right.length;
    int order = shared ? memcmp(left.data, right.data, shared) : 0;
    if (order)
        return order;
    return (left.length > right.length) - (left.length < right.length);
}

size_t core_text_utf8(const unsigned char *data, size_t left, uint32_t *point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = data[0];
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || length > left || first > 0xf4)
        return 0;
    uint32_t value = length == 1 ? first : first & (0x7fU >> length);
    for (size_t index = 1; index < length; index++) {
        if ((data[index] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (data[index] & 0x3fU);
    }
    if (value > 0x10ffff || value < smallest[length] || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *point = value;
    return length;
}

int core_text_is_utf8(signet_text_t text)
{
    const unsigned char *data = (const unsigned char *)text.data;
    for (uint64_t at = 0; at < text.length;) {
        uint32_t point = 0;
        size_t length = core_text_utf8(data + at, (size_t)(text.length - at), &point);
        if (length == 0)
            return 0;
        at += length;
    }
    return 1;
}
