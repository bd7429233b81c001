#include "edge/chunked.h"

#define DIGITS_LIMIT 15U /* hexadecimal digits of a size */

/* What comes next. */
enum {
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    CHUNK_TRAILER,
    CHUNK_TRAILER_LF
};

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    digit = (char)(digit | 0x20);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static int is_control(char octet)
{
    return ((unsigned char)octet < ' ' && octet != '\t') || octet == 0x7F;
}

static int take_size(edge_chunked_t *chunked, char octet)
{
    int digit = hexadecimal(octet);

    if (digit >= 0 && chunked->digits < DIGITS_LIMIT) {
        chunked->left = chunked->left * 16 + (uint64_t)digit;
        chunked->digits++;
        return EDGE_CHUNKED_MORE;
    }
    if (digit >= 0 || chunked->digits == 0 || (octet != ';' && octet != '\r')) {
        return EDGE_CHUNKED_FAILED;
    }
    chunked->state = octet == ';' ? CHUNK_EXTENSION : CHUNK_SIZE_LF;
    return EDGE_CHUNKED_MORE;
}

/* Takes an octet of trailers, which are dropped. */
static int take_trailer(edge_chunked_t *chunked, char octet)
{
    if (octet == '\r') {
        chunked->state = CHUNK_TRAILER_LF;
    } else if (is_control(octet)) {
        return EDGE_CHUNKED_FAILED;
    } else {
        chunked->in_line = 1;
    }
    return EDGE_CHUNKED_MORE;
}

/* Moves on where the octet is the one that must come. */
static int expect(edge_chunked_t *chunked, char octet, char expected, uint32_t next)
{
    if (octet != expected) {
        return EDGE_CHUNKED_FAILED;
    }
    chunked->state = next;
    return EDGE_CHUNKED_MORE;
}

static int take_octet(edge_chunked_t *chunked, char octet)
{
    switch (chunked->state) {
    case CHUNK_SIZE:
        return take_size(chunked, octet);
    case CHUNK_EXTENSION:
        if (octet == '\r') {
            chunked->state = CHUNK_SIZE_LF;
        }
        return octet != '\r' && is_control(octet) ? EDGE_CHUNKED_FAILED : EDGE_CHUNKED_MORE;
    case CHUNK_SIZE_LF:
        return expect(chunked, octet, '\n', chunked->left > 0 ? CHUNK_DATA : CHUNK_TRAILER);
    case CHUNK_DATA_CR:
        return expect(chunked, octet, '\r', CHUNK_DATA_LF);
    case CHUNK_DATA_LF:
        chunked->digits = 0;
        return expect(chunked, octet, '\n', CHUNK_SIZE);
    case CHUNK_TRAILER:
        return take_trailer(chunked, octet);
    default:
        if (octet == '\n' && !chunked->in_line) {
            return EDGE_CHUNKED_DONE;
        }
        chunked->in_line = 0;
        return expect(chunked, octet, '\n', CHUNK_TRAILER);
    }
}

int edge_chunked_take(edge_chunked_t *chunked, const char *octets, size_t length, size_t *used)
{
    size_t at = 0;
    int result = EDGE_CHUNKED_MORE;

    if (chunked->state == CHUNK_DATA) {
        *used = length < chunked->left ? length : (size_t)chunked->left;
        chunked->left -= *used;
        if (chunked->left == 0) {
            chunked->state = CHUNK_DATA_CR;
        }
        return EDGE_CHUNKED_DATA;
    }
    while (at < length && result == EDGE_CHUNKED_MORE && chunked->state != CHUNK_DATA) {
        result = take_octet(chunked, octets[at++]);
    }
    chunked->framing += at;
    *used = at;
    return result;
}
