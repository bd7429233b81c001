#include "keys.h"

#include "reject.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    char *id;        /* NULL: none */
    char *algorithm; /* NULL: any that suits the type */
    char *type;      /* SIGNET_KEY_*, "RSA-3071" */
    uint64_t id_length;
    signet_verifier_t *verifier;
} entry_t;

struct oidc_keys {
    atomic_uint references;
    uint64_t count;
    entry_t entries[OIDC_KEYS_COUNT];
};

static char *copy(signet_text_t text)
{
    char *memory = malloc(text.length + 1);
    if (memory != NULL) {
        if (text.length > 0) {
            memcpy(memory, text.data, text.length);
        }
        memory[text.length] = 0;
    }
    return memory;
}

/* A text member, copied; NULL where it is missing. 0 where it is something else or memory fails. */
static int take(const signet_json_t *jwk, const char *name, char **kept, uint64_t *length)
{
    const signet_json_t *member = signet_json_get(jwk, name);
    *kept = NULL;
    *length = 0;
    if (member == NULL) {
        return 1;
    }
    if (member->kind == SIGNET_JSON_TEXT) {
        *kept = copy(member->text);
        *length = member->text.length;
    }
    return *kept != NULL;
}

static void clear(entry_t *entry)
{
    signet_verifier_free(entry->verifier);
    free(entry->id);
    free(entry->algorithm);
    free(entry->type);
    *entry = (entry_t){0};
}

static int32_t add(signet_call_t *call, oidc_keys_t *keys, const signet_json_t *jwk)
{
    signet_public_key_t key;
    int32_t status = signet_jwk_read(call, jwk, &key);
    if (status != SIGNET_OK) {
        return status;
    }
    entry_t *entry = &keys->entries[keys->count];
    uint64_t length;
    entry->type = copy(key.type);
    if (entry->type == NULL || !take(jwk, "kid", &entry->id, &entry->id_length) ||
        !take(jwk, "alg", &entry->algorithm, &length)) {
        status = signet_fail(call, SIGNET_INVALID, "oidc.key-malformed",
                             "A key of the issuer is malformed: its kid or alg is not a text.");
    } else {
        status = signet_verifier_new(call, key.spki, &entry->verifier);
    }
    if (status != SIGNET_OK) {
        clear(entry);
        return status;
    }
    keys->count++;
    return SIGNET_OK;
}

static int32_t read_set(signet_call_t *call, signet_bytes_t document, const signet_json_t **set)
{
    const signet_json_t *value = NULL;
    int32_t status = signet_json_parse(call, document, OIDC_KEYS_OCTETS, &value);
    if (status != SIGNET_OK) {
        return status;
    }
    *set = signet_json_get(value, "keys");
    if (*set == NULL || (*set)->kind != SIGNET_JSON_ARRAY || (*set)->count > OIDC_KEYS_COUNT) {
        return signet_fail(call, SIGNET_INVALID, "oidc.keys-malformed",
                           "The issuer's keys are not a JWK Set of at most %u keys.",
                           OIDC_KEYS_COUNT);
    }
    return SIGNET_OK;
}

int32_t oidc_keys_read(signet_call_t *call, signet_bytes_t document, oidc_keys_t **keys,
                       uint64_t *skipped)
{
    const signet_json_t *set = NULL;
    int32_t status = read_set(call, document, &set);
    *skipped = 0;
    if (status != SIGNET_OK) {
        return status;
    }
    oidc_keys_t *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return signet_fail_memory(call);
    }
    atomic_store(&made->references, 1);
    for (uint64_t i = 0; status != SIGNET_NO_MEMORY && i < set->count; i++) {
        status = add(call, made, &set->items[i]);
        if (status != SIGNET_OK && status != SIGNET_NO_MEMORY) {
            *skipped += status == SIGNET_UNSUPPORTED ? 0 : 1;
            call->services->clear(call);
        }
    }
    if (status != SIGNET_NO_MEMORY) {
        status = made->count > 0
                     ? SIGNET_OK
                     : signet_fail(call, SIGNET_INVALID, "oidc.no-keys",
                                   "The issuer publishes no key that tokens can be verified with.");
    }
    if (status != SIGNET_OK) {
        oidc_keys_release(made);
        return status;
    }
    *keys = made;
    return SIGNET_OK;
}

oidc_keys_t *oidc_keys_use(oidc_keys_t *keys)
{
    if (keys != NULL) {
        atomic_fetch_add(&keys->references, 1);
    }
    return keys;
}

void oidc_keys_release(oidc_keys_t *keys)
{
    if (keys == NULL || atomic_fetch_sub(&keys->references, 1) != 1) {
        return;
    }
    for (uint64_t i = 0; i < keys->count; i++) {
        clear(&keys->entries[i]);
    }
    free(keys);
}

uint64_t oidc_keys_count(const oidc_keys_t *keys)
{
    return keys->count;
}

/* What this key signs with for the token, or the empty text where it is not a key for it. */
static signet_text_t suits(const entry_t *entry, const oidc_token_t *token,
                           const signet_jws_algorithm_t *algorithm)
{
    signet_text_t id = {entry->id, entry->id_length};
    if (token->has_key_id && (entry->id == NULL || !signet_text_equal(id, token->key_id))) {
        return (signet_text_t){NULL, 0};
    }
    if (entry->algorithm != NULL && strcmp(entry->algorithm, algorithm->name) != 0) {
        return (signet_text_t){NULL, 0};
    }
    return signet_jws_algorithm_for(algorithm, signet_text(entry->type));
}

int32_t oidc_keys_verify(signet_call_t *call, const oidc_keys_t *keys, const oidc_token_t *token,
                         const signet_jws_algorithm_t *algorithm)
{
    const entry_t *found = NULL;
    signet_text_t signs = {NULL, 0};
    for (uint64_t i = 0; i < keys->count; i++) {
        signet_text_t candidate = suits(&keys->entries[i], token, algorithm);
        if (candidate.length == 0) {
            continue;
        }
        if (found != NULL) {
            return oidc_reject(call, "it does not say which of several keys signed it");
        }
        found = &keys->entries[i];
        signs = candidate;
    }
    if (found == NULL) {
        return signet_fail(call, SIGNET_NOT_FOUND, "oidc.key-unknown",
                           "The issuer has no key \"%.*s\" for %s.", SIGNET_FORMAT(token->key_id),
                           algorithm->name);
    }
    signet_bytes_t signature;
    int32_t status = signet_jws_signature(call, algorithm, token->signature, &signature);
    if (status == SIGNET_INVALID) {
        return oidc_reject_again(call, "its signature is malformed");
    }
    if (status == SIGNET_OK) {
        status =
            signet_verifier_verify(call, found->verifier, signs, token->signed_part, signature);
        if (status != SIGNET_OK && status != SIGNET_NO_MEMORY) {
            call->services->clear(call);
            status = oidc_reject(call, "its signature is wrong");
        }
    }
    return status;
}
