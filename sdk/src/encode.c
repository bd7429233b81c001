/* Octets as hexadecimal and base64. */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

signet_text_t signet_hex(signet_call_t *call, signet_bytes_t bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = signet_alloc(call, bytes.length, 2);
    if (!text) {
        return (signet_text_t){NULL, 0};
    }
    for (uint64_t i = 0; i < bytes.length; i++) {
        text[2 * i] = digits[bytes.data[i] >> 4];
        text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    return (signet_text_t){text, bytes.length * 2};
}

static int hex_digit(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return character - 'a' + 10;
    }
    if (character >= 'A' && character <= 'F') {
        return character - 'A' + 10;
    }
    return -1;
}

int32_t signet_hex_decode(signet_call_t *call, signet_text_t text, signet_bytes_t *bytes)
{
    uint8_t *octets = signet_alloc(call, text.length / 2 + 1, 1);
    if (!octets) {
        return SIGNET_NO_MEMORY;
    }
    uint64_t length = 0;
    uint64_t position = 0;
    /* Colons stand between all octets or between none. */
    int colons = text.length > 2 && text.data[2] == ':';
    while (position < text.length) {
        if (colons && length > 0) {
            if (text.data[position] != ':') {
                break;
            }
            position++;
        }
        int high = position < text.length ? hex_digit(text.data[position]) : -1;
        int low = position + 1 < text.length ? hex_digit(text.data[position + 1]) : -1;
        if (high < 0 || low < 0) {
            break;
        }
        octets[length++] = (uint8_t)(high << 4 | low);
        position += 2;
    }
    if (position != text.length || (length > 0 && text.data[text.length - 1] == ':')) {
        return signet_fail(call, SIGNET_INVALID, "hex.malformed",
                           "This is not hexadecimal, at character %llu: write two digits for each "
                           "octet, all or none of them joined by ':'.",
                           (unsigned long long)position + 1);
    }
    *bytes = (signet_bytes_t){octets, length};
    return SIGNET_OK;
}

static signet_text_t base64_encode(signet_call_t *call, signet_bytes_t bytes, const char *alphabet,
                                   int padded)
{
    char *text = signet_alloc(call, bytes.length / 3 + 1, 4);
    if (!text) {
        return (signet_text_t){NULL, 0};
    }
    uint64_t length = 0;
    uint64_t i = 0;
    for (; i + 2 < bytes.length; i += 3) {
        uint32_t group =
            (uint32_t)bytes.data[i] << 16 | (uint32_t)bytes.data[i + 1] << 8 | bytes.data[i + 2];
        text[length++] = alphabet[group >> 18];
        text[length++] = alphabet[group >> 12 & 63];
        text[length++] = alphabet[group >> 6 & 63];
        text[length++] = alphabet[group & 63];
    }
    uint64_t left = bytes.length - i;
    if (left > 0) {
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= left == 2 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        text[length++] = alphabet[group >> 18];
        text[length++] = alphabet[group >> 12 & 63];
        if (left == 2) {
            text[length++] = alphabet[group >> 6 & 63];
        }
        for (; padded && length % 4 != 0; length++) {
            text[length] = '=';
        }
    }
    return (signet_text_t){text, length};
}

signet_text_t signet_base64(signet_call_t *call, signet_bytes_t bytes)
{
    return base64_encode(call, bytes,
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 1);
}

signet_text_t signet_base64url(signet_call_t *call, signet_bytes_t bytes)
{
    return base64_encode(call, bytes,
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 0);
}

static int base64_digit(char character, char digit62, char digit63)
{
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    return character == digit62 ? 62 : character == digit63 ? 63 : -1;
}

static int is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* A decoder in progress: bits that do not fill an octet yet, digits and padding seen so far. */
typedef struct decoder {
    uint8_t *octets;
    uint64_t length;
    uint32_t bits;
    uint64_t digits;
    uint64_t padding;
} decoder_t;

/* Takes one character; 0 where it may not stand there. */
static int decode_character(decoder_t *decoder, char character, int url)
{
    if (!url && is_space(character)) {
        return 1;
    }
    if (!url && character == '=') {
        decoder->padding++;
        return decoder->padding <= 2;
    }
    int digit = base64_digit(character, url ? '-' : '+', url ? '_' : '/');
    if (digit < 0 || decoder->padding > 0) {
        return 0;
    }
    decoder->bits = (decoder->bits << 6 | (uint32_t)digit) & 0xffff;
    decoder->digits++;
    /* Each digit but the first of four completes an octet; 2, 4 or no bits are left over. */
    uint64_t place = decoder->digits % 4;
    if (place != 1) {
        uint32_t left = place == 2 ? 4 : place == 3 ? 2 : 0;
        decoder->octets[decoder->length++] = (uint8_t)(decoder->bits >> left);
        decoder->bits &= (1U << left) - 1;
    }
    return 1;
}

static int32_t base64_decode(signet_call_t *call, signet_text_t text, int url,
                             signet_bytes_t *bytes)
{
    decoder_t decoder = {.octets = signet_alloc(call, text.length / 4 + 1, 3)};
    if (!decoder.octets) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; i < text.length; i++) {
        if (!decode_character(&decoder, text.data[i], url)) {
            return signet_fail(call, SIGNET_INVALID, "base64.malformed",
                               "This is not base64%s: character %llu may not stand there.",
                               url ? "url" : "", (unsigned long long)i + 1);
        }
    }
    uint64_t place = decoder.digits % 4;
    uint64_t padding = url || place == 0 ? 0 : 4 - place;
    if (place == 1 || decoder.padding != padding || (place != 0 && decoder.bits != 0)) {
        return signet_fail(call, SIGNET_INVALID, "base64.malformed",
                           "This is not base64%s: its end is cut off or wrongly padded.",
                           url ? "url" : "");
    }
    *bytes = (signet_bytes_t){decoder.octets, decoder.length};
    return SIGNET_OK;
}

int32_t signet_base64_decode(signet_call_t *call, signet_text_t text, signet_bytes_t *bytes)
{
    return base64_decode(call, text, 0, bytes);
}

int32_t signet_base64url_decode(signet_call_t *call, signet_text_t text, signet_bytes_t *bytes)
{
    return base64_decode(call, text, 1, bytes);
}
