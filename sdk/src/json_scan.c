/* A look over JSON before it is parsed: one pass, no memory. */
#include "json_scan.h"

#define DEPTH_MAX 32U
#define VALUES_MAX 10000U
#define NUMBER_MAX 64U

/* The position behind the string that begins at `position`, or the end of the input. */
static uint64_t skip_string(signet_bytes_t input, uint64_t position)
{
    position++;
    while (position < input.length && input.data[position] != '"') {
        position += input.data[position] == '\\' ? 2 : 1;
    }
    return position < input.length ? position + 1 : input.length;
}

static int ends_token(uint8_t octet)
{
    switch (octet) {
    case '{':
    case '}':
    case '[':
    case ']':
    case ':':
    case ',':
    case '"':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return 1;
    default:
        return 0;
    }
}

/* The position behind the number or word that begins at `position`. */
static uint64_t skip_token(signet_bytes_t input, uint64_t position)
{
    while (position < input.length && !ends_token(input.data[position])) {
        position++;
    }
    return position;
}

const char *signet_json_scan(signet_bytes_t input, uint64_t *at, const char **reason)
{
    uint64_t position = 0;
    uint64_t depth = 0;
    uint64_t values = 0;
    while (position < input.length) {
        *at = position;
        *reason = "json.malformed";
        uint8_t octet = input.data[position];
        if (octet == '"') {
            position = skip_string(input, position);
            values++;
        } else if (octet == '{' || octet == '[') {
            position++;
            values++;
            if (++depth > DEPTH_MAX) {
                return "values are nested more than 32 deep";
            }
        } else if (octet == '}' || octet == ']') {
            position++;
            depth -= depth > 0 ? 1 : 0;
        } else if (octet == ':') {
            /* The text before it was the name of a member, not a value. */
            position++;
            values -= values > 0 ? 1 : 0;
        } else if (ends_token(octet)) {
            position++;
        } else {
            uint64_t end = skip_token(input, position);
            if (end - position > NUMBER_MAX) {
                return "a number is out of range";
            }
            position = end;
            values++;
        }
        if (values > VALUES_MAX) {
            *reason = "json.too-many-values";
            return "there are more than 10,000 values";
        }
    }
    return NULL;
}
