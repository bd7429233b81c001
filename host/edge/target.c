#include "edge/target.h"

#include <string.h>
#include <strings.h>

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    digit = (char)(digit | 0x20);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Length of the valid UTF-8 sequence at `text` (RFC 3629), or 0. */
static size_t utf8_sequence(const unsigned char *text, size_t length)
{
    unsigned char lead = text[0];
    size_t count = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    size_t i;

    if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || count > length) {
        return 0;
    }
    for (i = 1; i < count; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F) ||
        (lead == 0xF0 && text[1] < 0x90) || (lead == 0xF4 && text[1] > 0x8F)) {
        return 0;
    }
    return count;
}

static int is_utf8(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t count = utf8_sequence((const unsigned char *)text + at, length - at);

        if (count == 0) {
            return 0;
        }
        at += count;
    }
    return 1;
}

/* Decodes %XX in place and sets the new length. Returns 0 for a broken or forbidden encoding. */
static int decode(char *text, size_t *length, const char *forbidden)
{
    size_t in = 0;
    size_t out = 0;
    int encoded = 0;

    if (memchr(text, '%', *length) == NULL) {
        return 1;
    }
    while (in < *length) {
        char octet = text[in];

        if (octet == '%') {
            int high = in + 2 < *length ? hexadecimal(text[in + 1]) : -1;
            int low = in + 2 < *length ? hexadecimal(text[in + 2]) : -1;

            if (high < 0 || low < 0) {
                return 0;
            }
            octet = (char)(high * 16 + low);
            if (octet == '\0' ||
                (forbidden != NULL &&
                 ((unsigned char)octet < 0x20 || octet == 0x7F || strchr(forbidden, octet)))) {
                return 0;
            }
            encoded = 1;
            in += 2;
        }
        text[out++] = octet;
        in++;
    }
    *length = out;
    return !encoded || is_utf8(text, out);
}

/* Moves `*raw` behind scheme and authority of an absolute target (RFC 9112, 3.2.2). */
static void skip_authority(char **raw, size_t *length)
{
    size_t scheme = 0;
    char *slash;

    if (*length > 7 && strncasecmp(*raw, "http://", 7) == 0) {
        scheme = 7;
    } else if (*length > 8 && strncasecmp(*raw, "https://", 8) == 0) {
        scheme = 8;
    }
    slash = scheme > 0 ? memchr(*raw + scheme, '/', *length - scheme) : NULL;
    if (slash != NULL) {
        *length -= (size_t)(slash - *raw);
        *raw = slash;
    }
}

static int32_t parse_path(edge_target_t *target, char *path, size_t length, const char **why)
{
    size_t start = 1;
    size_t i;

    if (length == 0 || path[0] != '/') {
        *why = "The target of the request is not a path.";
        return SIGNET_INVALID;
    }
    for (i = 1; i <= length; i++) {
        if (i < length && path[i] != '/') {
            continue;
        }
        if (i == start && i < length) {
            *why = "The path holds an empty segment.";
            return SIGNET_INVALID;
        }
        if (path[start] == '.' && (i == start + 1 || (i == start + 2 && path[start + 1] == '.')) &&
            i > start) {
            *why = "The path holds a dot segment.";
            return SIGNET_INVALID;
        }
        start = i + 1;
    }
    if (memchr(path, '\\', length) != NULL || !decode(path, &length, "./\\%")) {
        *why = "The path holds an encoding that is not permitted.";
        return SIGNET_INVALID;
    }
    target->path = (signet_text_t){path, length};
    return SIGNET_OK;
}

static int32_t parse_query(edge_target_t *target, char *query, size_t length, const char **why)
{
    char *end = query + length;

    while (query < end) {
        char *ampersand = memchr(query, '&', (size_t)(end - query));
        char *stop = ampersand != NULL ? ampersand : end;
        char *equals = memchr(query, '=', (size_t)(stop - query));
        size_t name = (size_t)((equals != NULL ? equals : stop) - query);
        size_t value = equals != NULL ? (size_t)(stop - equals - 1) : 0;

        if (stop > query) {
            signet_pair_t *pair = &target->query[target->query_count];

            if (target->query_count == EDGE_TARGET_QUERY) {
                *why = "The query has too many parameters.";
                return SIGNET_TOO_LARGE;
            }
            if (!decode(query, &name, NULL) ||
                (equals != NULL && !decode(equals + 1, &value, NULL))) {
                *why = "The query holds an encoding that is not permitted.";
                return SIGNET_INVALID;
            }
            pair->size = sizeof(*pair);
            pair->reserved = 0;
            pair->name = (signet_text_t){query, name};
            pair->value = (signet_text_t){equals != NULL ? equals + 1 : stop, value};
            target->query_count++;
        }
        query = stop + 1;
    }
    return SIGNET_OK;
}

int32_t edge_target_begin(char **raw, size_t *length, const char **why)
{
    size_t i;

    for (i = 0; i < *length; i++) {
        if ((*raw)[i] <= ' ' || (*raw)[i] == 0x7F || (*raw)[i] == '#') {
            *why = "The target of the request holds a character that is not permitted.";
            return SIGNET_INVALID;
        }
    }
    skip_authority(raw, length);
    return SIGNET_OK;
}

int32_t edge_target_parse(edge_target_t *target, char *raw, size_t length, const char **why)
{
    char *question;
    size_t path;
    int32_t status;

    target->query_count = 0;
    target->path = (signet_text_t){NULL, 0};
    question = length > 0 ? memchr(raw, '?', length) : NULL;
    path = question != NULL ? (size_t)(question - raw) : length;
    status = parse_path(target, raw, path, why);
    if (status == SIGNET_OK && question != NULL) {
        status = parse_query(target, question + 1, length - path - 1, why);
    }
    return status;
}
