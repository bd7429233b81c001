#include "directory_string.h"

#include "malformed.h"

int signet_text_printable(signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        uint8_t octet = (uint8_t)text.data[i];
        if (octet < 0x20 || octet == 0x7f) {
            return 0;
        }
        /* C1: U+0080 to U+009F. */
        if (octet == 0xc2 && i + 1 < text.length && (uint8_t)text.data[i + 1] < 0xa0) {
            return 0;
        }
    }
    return 1;
}

uint64_t signet_text_characters(signet_text_t text)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < text.length; i++) {
        count += ((uint8_t)text.data[i] & 0xc0) != 0x80;
    }
    return count;
}

static int is_ascii(signet_bytes_t bytes)
{
    for (uint64_t i = 0; i < bytes.length; i++) {
        if (bytes.data[i] >= 0x80) {
            return 0;
        }
    }
    return 1;
}

static int is_numeric(signet_bytes_t bytes)
{
    for (uint64_t i = 0; i < bytes.length; i++) {
        if (bytes.data[i] != ' ' && (bytes.data[i] < '0' || bytes.data[i] > '9')) {
            return 0;
        }
    }
    return 1;
}

/* Appends a character; -1 for surrogates and what is above U+10FFFF. */
static int add_character(signet_buffer_t *buffer, uint32_t character)
{
    if (character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff)) {
        return -1;
    }
    uint8_t octets[4];
    unsigned length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const uint8_t heads[] = {0x00, 0xc0, 0xe0, 0xf0};
    octets[0] = (uint8_t)(heads[length - 1] | character >> (6 * (length - 1)));
    for (unsigned i = 1; i < length; i++) {
        octets[i] = (uint8_t)(0x80 | (character >> (6 * (length - 1 - i)) & 0x3f));
    }
    signet_buffer_add(buffer, octets, length);
    return 0;
}

/* Big-endian characters of `width` octets as UTF-8. */
static int32_t convert(signet_call_t *call, signet_bytes_t content, unsigned width,
                       signet_text_t *text)
{
    if (content.length % width != 0) {
        return signet_malformed(call, "name", "a string ends within a character");
    }
    signet_buffer_t buffer = signet_buffer(call, content.length * 2);
    for (uint64_t i = 0; i < content.length; i += width) {
        uint32_t character = 0;
        for (unsigned j = 0; j < width; j++) {
            character = character << 8 | content.data[i + j];
        }
        if (add_character(&buffer, character) != 0) {
            return signet_malformed(call, "name", "a string holds what is not a character");
        }
    }
    return signet_buffer_text(&buffer, text);
}

int32_t signet_directory_string(signet_call_t *call, const signet_der_item_t *item,
                                signet_text_t *text)
{
    int32_t status = SIGNET_OK;
    int valid = 1;
    *text = signet_bytes_text(item->content);
    switch (item->tag) {
    case SIGNET_DER_UTF8:
        valid = signet_text_valid(*text);
        break;
    case SIGNET_DER_PRINTABLE: /* '*', '@' and '_' are common here, though not of the type */
    case SIGNET_DER_IA5:
        valid = is_ascii(item->content);
        break;
    case SIGNET_DER_NUMERIC:
        valid = is_numeric(item->content);
        break;
    case SIGNET_DER_TELETEX:
        status = convert(call, item->content, 1, text);
        break;
    case SIGNET_DER_BMP:
        status = convert(call, item->content, 2, text);
        break;
    case SIGNET_DER_UNIVERSAL:
        status = convert(call, item->content, 4, text);
        break;
    default:
        return signet_malformed(call, "name", "a value is not a string");
    }
    if (status != SIGNET_OK) {
        return status;
    }
    if (!valid) {
        return signet_malformed(call, "name", "a string holds what its type does not allow");
    }
    if (!signet_text_printable(*text)) {
        return signet_malformed(call, "name", "a value holds a control character");
    }
    return SIGNET_OK;
}
