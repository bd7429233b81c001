/* Numbers in JSON (RFC 8259, section 6). */
#include "json_reader.h"

#include <errno.h>
#include <jansson.h>
#include <signet/sdk/error.h>

#define NUMBER_MAX 64

static const char out_of_range[] = "a number is out of range";

static const uint8_t *skip_digits(const uint8_t *data, const uint8_t *end)
{
    while (data < end && *data >= '0' && *data <= '9') {
        data++;
    }
    return data;
}

/* The end of the number at `data`, or NULL where it is none; `*whole` tells whether it has neither
 * fraction nor exponent. */
static const uint8_t *end_of(const uint8_t *data, const uint8_t *end, int *whole)
{
    const uint8_t *digits = data < end && *data == '-' ? data + 1 : data;
    const uint8_t *next = skip_digits(digits, end);
    if (next == digits || (*digits == '0' && next > digits + 1)) {
        return NULL;
    }
    *whole = 1;
    if (next < end && *next == '.') {
        digits = next + 1;
        next = skip_digits(digits, end);
        if (next == digits) {
            return NULL;
        }
        *whole = 0;
    }
    if (next < end && (*next == 'e' || *next == 'E')) {
        digits = next + 1;
        if (digits < end && (*digits == '+' || *digits == '-')) {
            digits++;
        }
        next = skip_digits(digits, end);
        if (next == digits) {
            return NULL;
        }
        *whole = 0;
    }
    return next;
}

static int read_integer(signet_json_reader_t *reader, const uint8_t *end, signet_json_t *value)
{
    int negative = *reader->next == '-';
    int64_t integer = 0;
    /* Counted downwards, since INT64_MIN has no counterpart. */
    for (const uint8_t *digit = reader->next + negative; digit < end; digit++) {
        if (__builtin_mul_overflow(integer, 10, &integer) ||
            __builtin_sub_overflow(integer, *digit - '0', &integer)) {
            return signet_json_refuse(reader, reader->next, out_of_range);
        }
    }
    if (!negative && integer == INT64_MIN) {
        return signet_json_refuse(reader, reader->next, out_of_range);
    }
    value->kind = SIGNET_JSON_INTEGER;
    value->integer = negative ? integer : -integer;
    return 0;
}

/* Rounding to the nearest binary fraction, whatever the locale, is jansson's. */
static int read_real(signet_json_reader_t *reader, const uint8_t *end, signet_json_t *value)
{
    json_error_t error;
    errno = 0;
    json_t *real = json_loadb((const char *)reader->next, (size_t)(end - reader->next),
                              JSON_DECODE_ANY, &error);
    if (real == NULL && (errno == ENOMEM || json_error_code(&error) == json_error_out_of_memory)) {
        signet_fail_memory(reader->call);
        return -1;
    }
    if (real == NULL) {
        return signet_json_refuse(reader, reader->next, out_of_range);
    }
    value->kind = SIGNET_JSON_REAL;
    value->real = json_real_value(real);
    json_decref(real);
    return 0;
}

int signet_json_read_number(signet_json_reader_t *reader, signet_json_t *value)
{
    int whole = 0;
    const uint8_t *end = end_of(reader->next, reader->end, &whole);
    if (end == NULL) {
        return signet_json_refuse(reader, reader->next, "this is not JSON (RFC 8259)");
    }
    if (end - reader->next > NUMBER_MAX) {
        return signet_json_refuse(reader, reader->next, out_of_range);
    }
    int result = whole ? read_integer(reader, end, value) : read_real(reader, end, value);
    reader->next = end;
    return result;
}
