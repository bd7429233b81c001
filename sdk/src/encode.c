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

/* Values of the 62 digits that base64 and base64url share; each one more, so that 0 is none. */
static const uint8_t base64_digits[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,
};

static int base64_digit(char character, char digit62, char digit63)
{
    int shared = base64_digits[(uint8_t)character];
    if (shared > 0) {
        return shared - 1;
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

/* Whole groups of four digits from `position` on, of which all but the ends of lines consist. How
 * many characters they are. */
static uint64_t decode_groups(decoder_t *decoder, signet_text_t text, uint64_t position,
                              char digit62, char digit63)
{
    uint64_t begin = position;
    if (decoder->digits % 4 != 0 || decoder->padding > 0) {
        return 0;
    }
    for (; text.length - position >= 4; position += 4) {
        int32_t group = 0;
        for (uint64_t i = 0; i < 4 && group >= 0; i++) {
            int digit = base64_digit(text.data[position + i], digit62, digit63);
            group = digit < 0 ? -1 : group << 6 | digit;
        }
        if (group < 0) {
            break;
        }
        uint8_t *octets = decoder->octets + decoder->length;
        octets[0] = (uint8_t)(group >> 16);
        octets[1] = (uint8_t)(group >> 8 & 0xff);
        octets[2] = (uint8_t)(group & 0xff);
        decoder->length += 3;
        decoder->digits += 4;
    }
    return position - begin;
}

static int32_t base64_decode(signet_call_t *call, signet_text_t text, int url,
                             signet_bytes_t *bytes)
{
    decoder_t decoder = {.octets = signet_alloc(call, text.length / 4 + 1, 3)};
    if (!decoder.octets) {
        return SIGNET_NO_MEMORY;
    }
    char digit62 = url ? '-' : '+';
    char digit63 = url ? '_' : '/';
    for (uint64_t i = 0; i < text.length; i++) {
        i += decode_groups(&decoder, text, i, digit62, digit63);
        if (i < text.length && !decode_character(&decoder, text.data[i], url)) {
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
