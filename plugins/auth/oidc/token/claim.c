#include "claim.h"

#include <string.h>

#define LATEST_S INT64_C(253402300799) /* the end of 9999 */

/* Whether a member's name is this reference token, in which ~1 is '/' and ~0 is '~'. */
static int is_named(signet_text_t name, signet_text_t token)
{
    uint64_t position = 0;
    for (uint64_t i = 0; i < token.length; i++) {
        char octet = token.data[i];
        if (octet == '~' && i + 1 < token.length) {
            i++;
            octet = token.data[i] == '1' ? '/' : '~';
        }
        if (position >= name.length || name.data[position] != octet) {
            return 0;
        }
        position++;
    }
    return position == name.length;
}

static const signet_json_t *member(const signet_json_t *object, signet_text_t token, int escaped)
{
    for (uint64_t i = 0; object->kind == SIGNET_JSON_OBJECT && i < object->count; i++) {
        signet_text_t name = object->items[i].name;
        if (escaped ? is_named(name, token) : signet_text_equal(name, token)) {
            return &object->items[i];
        }
    }
    return NULL;
}

const signet_json_t *oidc_claim(const signet_json_t *claims, signet_text_t path)
{
    if (!signet_text_starts(path, "/")) {
        return member(claims, path, 0);
    }
    signet_text_t rest = {path.data + 1, path.length - 1};
    int ends = 0;
    while (claims != NULL && !ends) {
        ends = memchr(rest.data, '/', rest.length) == NULL;
        claims = member(claims, signet_text_split(rest, '/', &rest), 1);
    }
    return claims;
}

int oidc_claim_text(signet_call_t *call, const signet_json_t *claim, signet_text_t *text)
{
    if (claim == NULL) {
        return 0;
    }
    switch (claim->kind) {
    case SIGNET_JSON_TEXT:
        *text = claim->text;
        return 1;
    case SIGNET_JSON_INTEGER:
        *text = signet_format(call, "%lld", (long long)claim->integer);
        return text->data != NULL;
    case SIGNET_JSON_BOOLEAN:
        *text = claim->integer ? SIGNET_TEXT("true") : SIGNET_TEXT("false");
        return 1;
    default:
        return 0;
    }
}

int oidc_claim_time(const signet_json_t *claims, const char *name, int64_t *time)
{
    const signet_json_t *claim = signet_json_get(claims, name);
    if (claim == NULL) {
        return 1;
    }
    if (claim->kind == SIGNET_JSON_INTEGER && claim->integer >= 0 && claim->integer <= LATEST_S) {
        *time = claim->integer * 1000;
        return 1;
    }
    if (claim->kind == SIGNET_JSON_REAL && claim->real >= 0 && claim->real <= (double)LATEST_S) {
        *time = (int64_t)(claim->real * 1000);
        return 1;
    }
    return 0;
}

int oidc_claim_contains(signet_call_t *call, const signet_json_t *claim, signet_text_t text)
{
    signet_text_t value;
    if (claim == NULL || claim->kind != SIGNET_JSON_ARRAY) {
        return oidc_claim_text(call, claim, &value) && signet_text_equal(value, text);
    }
    for (uint64_t i = 0; i < claim->count; i++) {
        if (oidc_claim_text(call, &claim->items[i], &value) && signet_text_equal(value, text)) {
            return 1;
        }
    }
    return 0;
}
