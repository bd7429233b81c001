#include "template.h"

#include "reject.h"
#include "token/claim.h"

#include <string.h>

#define VALUE_MAX 256U
#define PATH "|path"

/* A piece of a template: literal text, or a claim. */
typedef struct piece {
    signet_text_t text; /* literal, or the claim's name */
    int is_claim;
    int is_path;
} piece_t;

/* Takes the next piece off `rest`. 0 where it is malformed. */
static int next(signet_text_t *rest, piece_t *piece)
{
    *piece = (piece_t){.text = {rest->data, 0}};
    if (rest->data[0] != '%') {
        const char *sign = memchr(rest->data, '%', rest->length);
        piece->text.length = sign ? (uint64_t)(sign - rest->data) : rest->length;
        rest->data += piece->text.length;
        rest->length -= piece->text.length;
        return 1;
    }
    if (rest->length > 1 && rest->data[1] == '%') {
        piece->text = (signet_text_t){rest->data, 1};
        rest->data += 2;
        rest->length -= 2;
        return 1;
    }
    const char *end = memchr(rest->data, '}', rest->length);
    if (rest->length < 2 || rest->data[1] != '{' || end == NULL) {
        return 0;
    }
    piece->is_claim = 1;
    piece->text = (signet_text_t){rest->data + 2, (uint64_t)(end - rest->data) - 2};
    rest->length -= (uint64_t)(end + 1 - rest->data);
    rest->data = end + 1;
    if (signet_text_ends(piece->text, PATH)) {
        piece->is_path = 1;
        piece->text.length -= sizeof PATH - 1;
    }
    return piece->text.length > 0;
}

/* How many claims a template has; -1 where it is none. */
static int count_claims(signet_text_t text)
{
    piece_t piece;
    int count = 0;
    while (text.length > 0) {
        if (!next(&text, &piece)) {
            return -1;
        }
        count += piece.is_claim;
    }
    return count;
}

int oidc_template_valid(signet_text_t text)
{
    return count_claims(text) >= 0;
}

/* The value of a claim that a template names. */
static int32_t value_of(signet_call_t *call, const signet_json_t *claims, signet_text_t name,
                        signet_text_t *value)
{
    if (!oidc_claim_text(call, oidc_claim(claims, name), value) || value->length == 0 ||
        value->length > VALUE_MAX) {
        return oidc_reject(call, "its claim %.*s is missing, empty, too long or of another type",
                           SIGNET_FORMAT(name));
    }
    return SIGNET_OK;
}

/* Appends the value of a claim in the way of one kind of template; 0 where it may not stand there.
 */
typedef int (*add_t)(signet_buffer_t *buffer, const piece_t *piece, signet_text_t value,
                     int has_several);

static int32_t expand(signet_call_t *call, signet_text_t text, const signet_json_t *claims,
                      add_t add, signet_text_t *result)
{
    signet_buffer_t buffer = signet_buffer(call, text.length + VALUE_MAX);
    int has_several = count_claims(text) > 1;
    piece_t piece;
    while (text.length > 0 && next(&text, &piece)) {
        signet_text_t value = piece.text;
        if (!piece.is_claim) {
            signet_buffer_add_text(&buffer, value);
            continue;
        }
        int32_t status = value_of(call, claims, piece.text, &value);
        if (status == SIGNET_OK && !add(&buffer, &piece, value, has_several)) {
            status = oidc_reject(call, "its claim %.*s holds what may not stand in a pattern",
                                 SIGNET_FORMAT(piece.text));
        }
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return signet_buffer_text(&buffer, result);
}

static int add_id(signet_buffer_t *buffer, const piece_t *piece, signet_text_t value,
                  int has_several)
{
    (void)piece;
    for (uint64_t i = 0; i < value.length; i++) {
        uint8_t octet = (uint8_t)value.data[i];
        if (octet <= ' ' || octet >= 0x7f || octet == '%' || (has_several && octet == ':')) {
            signet_buffer_format(buffer, "%%%02X", octet);
        } else {
            signet_buffer_add_byte(buffer, octet);
        }
    }
    return 1;
}

int32_t oidc_template_id(signet_call_t *call, signet_text_t text, const signet_json_t *claims,
                         signet_text_t *result)
{
    return expand(call, text, claims, add_id, result);
}

static int add_label(signet_buffer_t *buffer, const piece_t *piece, signet_text_t value,
                     int has_several)
{
    (void)piece;
    (void)has_several;
    for (uint64_t i = 0; i < value.length; i++) {
        uint8_t octet = (uint8_t)value.data[i];
        signet_buffer_add_byte(buffer, octet < ' ' || octet == 0x7f ? ' ' : octet);
    }
    return 1;
}

int32_t oidc_template_label(signet_call_t *call, signet_text_t text, const signet_json_t *claims,
                            signet_text_t *result)
{
    return expand(call, text, claims, add_label, result);
}

static int is_plain(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || (octet && strchr("-._~@+=", octet));
}

/* Whether a value may stand in a pattern: segments of plain characters, one alone unless it is a
 * path. */
static int may_stand(signet_text_t value, int is_path)
{
    uint64_t segments = 0;
    for (signet_text_t rest = value; rest.data != NULL;) {
        signet_text_t segment = signet_text_split(rest, '/', &rest);
        for (uint64_t i = 0; i < segment.length; i++) {
            if (!is_plain(segment.data[i])) {
                return 0;
            }
        }
        if (segment.length == 0 || signet_text_is(segment, ".") || signet_text_is(segment, "..")) {
            return 0;
        }
        segments++;
    }
    return segments == 1 || is_path;
}

static int add_to_pattern(signet_buffer_t *buffer, const piece_t *piece, signet_text_t value,
                          int has_several)
{
    (void)has_several;
    if (!may_stand(value, piece->is_path)) {
        return 0;
    }
    signet_buffer_add_text(buffer, value);
    return 1;
}

int32_t oidc_template_pattern(signet_call_t *call, signet_text_t text, const signet_json_t *claims,
                              signet_text_t *result)
{
    return expand(call, text, claims, add_to_pattern, result);
}
