/* One private key in memory.
 *
 * OpenSSL's keys and contexts are used by one thread at a time, and setting one up costs as much as
 * a signature. So each key keeps a stack of ready contexts for each algorithm, each with a
 * duplicate of the key of its own: a signer takes one, uses it alone and puts it back. There are
 * never more than threads signed at once, and all go with the key. */
#include "file_key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct context context_t;
struct context {
    context_t *next;
    EVP_PKEY *key;
    EVP_PKEY_CTX *sign; /* NULL where whole messages are signed, through a digest context */
};

struct file_key {
    file_key_t *next;
    const signet_key_type_t *type;
    uint32_t purposes;
    EVP_PKEY *key; /* NULL once it was destroyed */
    uint8_t *public_key;
    uint64_t public_key_length;
    size_t size; /* of what it signs or deciphers, at most */
    atomic_int gone;
    char uri[sizeof("file:") + SIGNET_KEY_NAME_MAX];
    signet_text_t name;   /* inside uri */
    pthread_mutex_t lock; /* guards idle, and key against its end */
    context_t *idle[SIGNET_SCHEME_COUNT];
};

static int32_t fail_openssl(signet_call_t *call, const char *what)
{
    char detail[256];
    ERR_error_string_n(ERR_peek_last_error(), detail, sizeof(detail));
    ERR_clear_error();
    return signet_fail_detail(call, SIGNET_INTERNAL, "key.openssl-failed", detail,
                              "OpenSSL could not %s", what);
}

static const signet_key_type_t *type_of(const EVP_PKEY *key)
{
    char group[64];
    if (EVP_PKEY_is_a(key, "RSA")) {
        int bits = EVP_PKEY_get_bits(key);
        return bits > 0 ? signet_key_type_of_rsa((uint64_t)bits) : NULL;
    }
    if (EVP_PKEY_is_a(key, "EC")) {
        return EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1
                   ? signet_key_type_of_group(group)
                   : NULL;
    }
    const char *name = EVP_PKEY_get0_type_name(key);
    return name ? signet_key_type_of_group(name) : NULL;
}

static int32_t fill(signet_call_t *call, file_key_t *made, signet_text_t name)
{
    made->type = type_of(made->key);
    if (!made->type) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.type-unknown",
                           "the key \"%.*s\" is of a type that is not used here",
                           SIGNET_FORMAT(name));
    }
    int length = i2d_PUBKEY(made->key, &made->public_key);
    if (length <= 0) {
        return fail_openssl(call, "encode a public key");
    }
    made->public_key_length = (uint64_t)length;
    made->size = (size_t)EVP_PKEY_get_size(made->key);
    memcpy(made->uri, "file:", 5);
    memcpy(made->uri + 5, name.data, name.length);
    made->name = (signet_text_t){made->uri + 5, name.length};
    return SIGNET_OK;
}

int32_t file_key_new(signet_call_t *call, signet_text_t name, uint32_t purposes, EVP_PKEY *key,
                     file_key_t **made)
{
    file_key_t *result = calloc(1, sizeof(*result));
    if (!result) {
        EVP_PKEY_free(key);
        return signet_fail_memory(call);
    }
    result->key = key;
    result->purposes = purposes;
    atomic_init(&result->gone, 0);
    if (pthread_mutex_init(&result->lock, NULL) != 0) {
        EVP_PKEY_free(key);
        free(result);
        return signet_fail_memory(call);
    }
    int32_t status = fill(call, result, name);
    if (status != SIGNET_OK) {
        file_key_free(result);
        return status;
    }
    *made = result;
    return SIGNET_OK;
}

static void context_free(context_t *context)
{
    if (context) {
        EVP_PKEY_CTX_free(context->sign);
        EVP_PKEY_free(context->key);
        free(context);
    }
}

static void free_idle(file_key_t *key)
{
    for (size_t i = 0; i < SIGNET_SCHEME_COUNT; i++) {
        while (key->idle[i]) {
            context_t *context = key->idle[i];
            key->idle[i] = context->next;
            context_free(context);
        }
    }
}

void file_key_free(file_key_t *key)
{
    free_idle(key);
    OPENSSL_free(key->public_key);
    EVP_PKEY_free(key->key);
    (void)pthread_mutex_destroy(&key->lock);
    free(key);
}

int file_key_is(const file_key_t *key, signet_text_t name)
{
    return !file_key_gone(key) && signet_text_equal(key->name, name);
}

int file_key_gone(const file_key_t *key)
{
    return atomic_load(&key->gone);
}

int file_key_matches(const file_key_t *key, signet_bytes_t public_key)
{
    return signet_bytes_equal(public_key,
                              (signet_bytes_t){key->public_key, key->public_key_length});
}

void file_key_destroy(file_key_t *key)
{
    (void)pthread_mutex_lock(&key->lock);
    atomic_store(&key->gone, 1);
    free_idle(key);
    EVP_PKEY_free(key->key);
    key->key = NULL;
    (void)pthread_mutex_unlock(&key->lock);
}

static int32_t fail_gone(signet_call_t *call, const file_key_t *key)
{
    return signet_fail(call, SIGNET_NOT_FOUND, "key.not-found", "the key \"%.*s\" was destroyed",
                       SIGNET_FORMAT(key->name));
}

int32_t file_key_describe(signet_call_t *call, const file_key_t *key, signet_text_t module,
                          const signet_key_t **description)
{
    signet_key_t *result = signet_alloc(call, 1, sizeof(*result));
    if (!result) {
        return signet_status(call);
    }
    result->size = sizeof(*result);
    result->purposes = key->purposes;
    /* Copies: a lock frees the key. */
    result->uri = signet_text_copy(call, signet_text(key->uri));
    result->name = signet_text_copy(call, key->name);
    result->type = signet_text(key->type->name);
    result->public_key =
        signet_bytes_copy(call, (signet_bytes_t){key->public_key, key->public_key_length});
    if (!result->uri.data || !result->name.data || !result->public_key.data) {
        return SIGNET_NO_MEMORY;
    }
    result->exportable = 1; /* whoever has file and passphrase has the key */
    result->module = module;
    result->origin = SIGNET_TEXT("in an encrypted file, which can be copied");
    *description = result;
    return SIGNET_OK;
}

static int set_up(context_t *context, const signet_scheme_t *scheme)
{
    EVP_PKEY_CTX *sign = EVP_PKEY_CTX_new_from_pkey(NULL, context->key, NULL);
    context->sign = sign;
    if (!sign || EVP_PKEY_sign_init(sign) != 1) {
        return -1;
    }
    if (scheme->kind == SIGNET_SCHEME_ECDSA) {
        return 0;
    }
    int padding = scheme->kind == SIGNET_SCHEME_PSS ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    const EVP_MD *digest = EVP_get_digestbyname(scheme->digest);
    if (EVP_PKEY_CTX_set_rsa_padding(sign, padding) != 1 || !digest ||
        EVP_PKEY_CTX_set_signature_md(sign, digest) != 1) {
        return -1;
    }
    if (scheme->kind == SIGNET_SCHEME_PSS &&
        (EVP_PKEY_CTX_set_rsa_mgf1_md(sign, digest) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(sign, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return -1;
    }
    return 0;
}

/* EVP_PKEY_dup would put the number of an elliptic curve's key into ordinary memory; what reads an
 * encoding puts it where secrets are. The encoding is wiped as it is freed. */
static EVP_PKEY *duplicate(const EVP_PKEY *key)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    EVP_PKEY *made = info ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    return made;
}

static context_t *context_new(EVP_PKEY *key, const signet_scheme_t *scheme)
{
    context_t *context = calloc(1, sizeof(*context));
    if (!context) {
        return NULL;
    }
    context->key = duplicate(key);
    if (!context->key || (scheme->digest != NULL && set_up(context, scheme) != 0)) {
        context_free(context);
        return NULL;
    }
    return context;
}

/* The private key with a reference of its own, which keeps it from being freed meanwhile; NULL
 * where it was destroyed. The lock is held. */
static EVP_PKEY *reference(const file_key_t *key)
{
    return key->key && EVP_PKEY_up_ref(key->key) == 1 ? key->key : NULL;
}

static int32_t take(signet_call_t *call, file_key_t *key, const signet_scheme_t *scheme,
                    context_t **context)
{
    (void)pthread_mutex_lock(&key->lock);
    EVP_PKEY *source = NULL;
    *context = key->idle[scheme->index];
    if (*context) {
        key->idle[scheme->index] = (*context)->next;
    } else {
        source = reference(key);
    }
    (void)pthread_mutex_unlock(&key->lock);
    if (*context) {
        return SIGNET_OK;
    }
    if (!source) {
        return fail_gone(call, key);
    }
    *context = context_new(source, scheme);
    EVP_PKEY_free(source);
    return *context ? SIGNET_OK : fail_openssl(call, "set up a signature");
}

static void put_back(file_key_t *key, const signet_scheme_t *scheme, context_t *context)
{
    (void)pthread_mutex_lock(&key->lock);
    if (!file_key_gone(key)) {
        context->next = key->idle[scheme->index];
        key->idle[scheme->index] = context;
        context = NULL;
    }
    (void)pthread_mutex_unlock(&key->lock);
    context_free(context);
}

static int sign_message(const context_t *context, signet_bytes_t message, uint8_t *output,
                        size_t *length)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    int done = digest && EVP_DigestSignInit(digest, NULL, NULL, NULL, context->key) == 1 &&
               EVP_DigestSign(digest, output, length, message.data, message.length) == 1;
    EVP_MD_CTX_free(digest);
    return done;
}

int32_t file_key_sign(signet_call_t *call, file_key_t *key, const signet_sign_request_t *request,
                      signet_bytes_t *signature)
{
    const signet_scheme_t *scheme = NULL;
    uint8_t digest[SIGNET_DIGEST_MAX];
    int32_t status = signet_sign_request_check(call, request, key->purposes, key->type, &scheme);
    if (status == SIGNET_OK && scheme->digest != NULL) {
        status = signet_sign_request_digest(call, request, scheme, digest);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    size_t size = key->size;
    size_t length = size;
    context_t *context = NULL;
    uint8_t *output = signet_alloc(call, size, 1);
    if (!output) {
        return signet_status(call);
    }
    status = take(call, key, scheme, &context);
    if (status != SIGNET_OK) {
        return status;
    }
    int done = scheme->digest == NULL ? sign_message(context, request->message, output, &length)
                                      : EVP_PKEY_sign(context->sign, output, &length, digest,
                                                      scheme->digest_length) == 1;
    /* OpenSSL's ECDSA calls it done, with a length of -1, where memory failed at the encoding. */
    if (!done || length == 0 || length > size) {
        context_free(context);
        return fail_openssl(call, "sign");
    }
    put_back(key, scheme, context);
    *signature = (signet_bytes_t){output, length};
    return SIGNET_OK;
}

static int set_up_decrypt(EVP_PKEY_CTX *context, const char *name)
{
    const EVP_MD *digest = EVP_get_digestbyname(name);
    return digest && EVP_PKEY_decrypt_init(context) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1;
}

/* Recoveries are rare: each has a key and a context of its own. */
int32_t file_key_decrypt(signet_call_t *call, file_key_t *key,
                         const signet_decrypt_request_t *request, signet_bytes_t *plaintext)
{
    const char *digest = NULL;
    int32_t status = signet_decrypt_request_check(call, request, key->purposes, key->type, &digest);
    if (status != SIGNET_OK) {
        return status;
    }
    size_t length = key->size;
    uint8_t *output = signet_alloc(call, length, 1);
    if (!output) {
        return signet_status(call);
    }
    (void)pthread_mutex_lock(&key->lock);
    EVP_PKEY *source = reference(key);
    (void)pthread_mutex_unlock(&key->lock);
    if (!source) {
        return fail_gone(call, key);
    }
    EVP_PKEY *own = duplicate(source);
    EVP_PKEY_free(source);
    EVP_PKEY_CTX *context = own ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
    int ready = context && set_up_decrypt(context, digest);
    int done = ready && EVP_PKEY_decrypt(context, output, &length, request->ciphertext.data,
                                         request->ciphertext.length) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(own);
    if (!ready) {
        return fail_openssl(call, "set up a decryption");
    }
    if (!done) {
        ERR_clear_error();
        return signet_decrypt_failed(call, "OpenSSL refused the ciphertext");
    }
    *plaintext = (signet_bytes_t){output, length};
    return SIGNET_OK;
}

file_key_t *file_key_next(const file_key_t *key)
{
    return key->next;
}

void file_key_set_next(file_key_t *key, file_key_t *next)
{
    key->next = next;
}
