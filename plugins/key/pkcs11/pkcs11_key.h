/* Keys as they are known from a token: handle, public key and purposes are read once and kept.
 *
 * The purposes of a key stand in its CKA_ID, which every token keeps and every tool shows and can
 * set: the octets "SGN" and 1, then the SIGNET_PURPOSE_* set in four octets, the highest first,
 * then eight random ones. A key whose id does not begin so declares no purpose and signs nothing;
 * give it one with `pkcs11-tool --set-id 53474e01PPPPPPPP…`. */
#ifndef PKCS11_KEY_H
#define PKCS11_KEY_H

#include "pkcs11_object.h"
#include "pkcs11_session.h"

#include <stdatomic.h>

#define PKCS11_ID_LENGTH 16U

typedef struct pkcs11_key {
    struct pkcs11_key *next;
    signet_text_t name;
    signet_text_t uri;
    signet_bytes_t id;
    signet_bytes_t public_key;
    const signet_key_type_t *type;
    uint32_t purposes;
    int exportable;
    const char *origin; /* what the token says of it */
    signet_bytes_t attestation;
    atomic_int gone; /* destroyed: nothing signs with it */
    _Atomic CK_OBJECT_HANDLE handle;
    uint8_t memory[]; /* of the texts and octets above */
} pkcs11_key_t;

/* A new id that declares purposes. */
int32_t pkcs11_key_id(signet_call_t *call, uint32_t purposes, uint8_t id[PKCS11_ID_LENGTH]);
/* The one private key that `selector` means, read from the token; free it with free(). NOT_FOUND;
 * CONFLICT where there are two. */
int32_t pkcs11_key_read(signet_call_t *call, pkcs11_pool_t *pool, const pkcs11_selector_t *selector,
                        pkcs11_key_t **key);
/* Reads the handle anew, after the token lost it. */
int32_t pkcs11_key_refresh(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key);
typedef struct pkcs11_use pkcs11_use_t;

/* What a token is to do with a key, at the head of a struct on the heap that holds all that it
 * needs: it may outlive its call. */
struct pkcs11_use {
    pkcs11_task_t task;
    /* Does it; the token's answer. Without a call. */
    CK_RV (*use)(const pkcs11_token_t *token, CK_SESSION_HANDLE session, pkcs11_use_t *use);
    pkcs11_pool_t *pool;
    CK_OBJECT_HANDLE key;
    CK_RV result;
    pkcs11_answer_t answer; /* to taking a session */
    uint64_t pin_length;
    uint8_t pin[PKCS11_PIN_MAX];
};

/* A zeroed struct of `size` octets; NULL with the error set. [any] */
pkcs11_use_t *pkcs11_use_new(signet_call_t *call, uint64_t size);
/* Has the token do it on a session of the pool, and once more on a new one where session, login or
 * handle were lost. OK with the token's last answer in `result`. TIMEOUT where it takes too long;
 * `*use` is then NULL where the token still has it. Otherwise it is freed with pkcs11_use_free.
 * [worker] */
int32_t pkcs11_key_use(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                       pkcs11_use_t **use);
void pkcs11_use_free(pkcs11_use_t *use);
/* Whether two readings are of the same key. */
int pkcs11_key_same(const pkcs11_key_t *a, const pkcs11_key_t *b);
/* The description; `module` is for people. Its texts live as long as the key. */
int32_t pkcs11_key_describe(signet_call_t *call, const pkcs11_pool_t *pool, const pkcs11_key_t *key,
                            signet_text_t module, const signet_key_t **description);

#endif
