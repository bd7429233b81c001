/* Texts in JSON (RFC 8259, section 7). */
#include "json_plain.h"
#include "json_reader.h"
#include "utf8.h"

/* The four digits of an escape, or -1. */
static int32_t hexadecimal(const uint8_t *data, const uint8_t *end)
{
    int32_t value = 0;
    if (end - data < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        uint8_t octet = data[i];
        uint8_t letter = octet | 0x20;
        if (octet >= '0' && octet <= '9') {
            value = value * 16 + (octet - '0');
        } else if (letter >= 'a' && letter <= 'f') {
            value = value * 16 + (letter - 'a' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

static int is_surrogate(int32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdfff;
}

/* The character of the escape "\uXXXX", or of two that are a pair; `*data` is moved behind them. -1
 * where it is none. */
static int32_t escaped_character(const uint8_t **data, const uint8_t *end)
{
    int32_t first = hexadecimal(*data + 2, end);
    if (first < 0 || !is_surrogate(first)) {
        *data += 6;
        return first;
    }
    const uint8_t *pair = *data + 6;
    if (first >= 0xdc00 || end - pair < 2 || pair[0] != '\\' || pair[1] != 'u') {
        return -1;
    }
    int32_t second = hexadecimal(pair + 2, end);
    if (second < 0xdc00 || second > 0xdfff) {
        return -1;
    }
    *data += 12;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

static uint8_t *put_character(uint8_t *to, int32_t character)
{
    uint32_t point = (uint32_t)character;
    if (point < 0x80) {
        *to++ = (uint8_t)point;
        return to;
    }
    if (point < 0x800) {
        *to++ = (uint8_t)(0xc0 | (point >> 6));
    } else if (point < 0x10000) {
        *to++ = (uint8_t)(0xe0 | (point >> 12));
        *to++ = (uint8_t)(0x80 | ((point >> 6) & 0x3f));
    } else {
        *to++ = (uint8_t)(0xf0 | (point >> 18));
        *to++ = (uint8_t)(0x80 | ((point >> 12) & 0x3f));
        *to++ = (uint8_t)(0x80 | ((point >> 6) & 0x3f));
    }
    *to++ = (uint8_t)(0x80 | (point & 0x3f));
    return to;
}

/* What an escape of one letter stands for, or 0. */
static uint8_t short_escape(uint8_t letter)
{
    switch (letter) {
    case '"':
    case '\\':
    case '/':
        return letter;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

/* One escape, at `*data`, written to `*to`. */
static int unescape(signet_json_reader_t *reader, const uint8_t **data, const uint8_t *end,
                    uint8_t **to)
{
    const uint8_t *escape = *data;
    uint8_t octet = short_escape(escape[1]);
    if (octet != 0) {
        *(*to)++ = octet;
        *data += 2;
        return 0;
    }
    int32_t character = escape[1] == 'u' ? escaped_character(data, end) : -1;
    if (character < 0) {
        return signet_json_refuse(reader, escape, "this is no escape of a character");
    }
    if (character == 0) {
        return signet_json_refuse(reader, escape, "U+0000 is not permitted");
    }
    *to = put_character(*to, character);
    return 0;
}

/* Copies the octets between the quotes; no escape is shorter than what it stands for. */
static int copy(signet_json_reader_t *reader, const uint8_t *data, const uint8_t *end, uint8_t **to)
{
    while (data < end) {
        if (end - data >= 8 && signet_json_plain_eight(data)) {
            memcpy(*to, data, 8);
            *to += 8;
            data += 8;
            continue;
        }
        if (signet_json_plain(*data)) {
            *(*to)++ = *data++;
            continue;
        }
        if (*data == '\\') {
            if (unescape(reader, &data, end, to) != 0) {
                return -1;
            }
            continue;
        }
        if (*data < 0x20) {
            return signet_json_refuse(reader, data, "a text holds a control character");
        }
        uint64_t length = signet_utf8_length(data, (uint64_t)(end - data));
        if (length == 0) {
            return signet_json_refuse(reader, data, "the text is not well-formed UTF-8");
        }
        memcpy(*to, data, length);
        *to += length;
        data += length;
    }
    return 0;
}

/* The closing quote of the text that begins at `data`, or NULL. */
static const uint8_t *closing_quote(const uint8_t *data, const uint8_t *end)
{
    while (data < end && *data != '"') {
        if (end - data >= 8 && signet_json_plain_eight(data)) {
            data += 8;
        } else if (*data != '\\') {
            data++;
        } else if (end - data > 1) {
            data += 2;
        } else {
            return NULL;
        }
    }
    return data < end ? data : NULL;
}

int signet_json_read_text(signet_json_reader_t *reader, signet_text_t *text)
{
    const uint8_t *begin = reader->next + 1;
    const uint8_t *quote = closing_quote(begin, reader->end);
    if (quote == NULL) {
        return signet_json_refuse(reader, reader->end, "the input ends too early");
    }
    uint8_t *data = signet_alloc(reader->call, (uint64_t)(quote - begin) + 1, 1);
    if (data == NULL) {
        return -1;
    }
    uint8_t *to = data;
    if (copy(reader, begin, quote, &to) != 0) {
        return -1;
    }
    *text = (signet_text_t){(const char *)data, (uint64_t)(to - data)};
    reader->next = quote + 1;
    return 0;
}
