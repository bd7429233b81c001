#include "digest.h"

#include "thread_state.h"

#include <limits.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <signet/sdk/error.h>
#include <strings.h>

static const struct {
    const char *name;
    const char *names[4]; /* as OpenSSL's parts spell it */
    unsigned length;
} hashes[SIGNET_HASHES] = {
    {"SHA1", {"SHA1", "SHA-1", "SSL3-SHA1", "1.3.14.3.2.26"}, 20},
    {"SHA256", {"SHA256", "SHA2-256", "SHA-256", "2.16.840.1.101.3.4.2.1"}, 32},
    {"SHA384", {"SHA384", "SHA2-384", "SHA-384", "2.16.840.1.101.3.4.2.2"}, 48},
    {"SHA512", {"SHA512", "SHA2-512", "SHA-512", "2.16.840.1.101.3.4.2.3"}, 64},
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Kept until the process ends: a thread may digest as long as it runs. */
static EVP_MD *methods[SIGNET_HASHES];

static void fetch_methods(void)
{
    for (int i = 0; i < SIGNET_HASHES; i++) {
        methods[i] = EVP_MD_fetch(NULL, hashes[i].name, NULL);
    }
}

const EVP_MD *signet_hash_method(int hash)
{
    return pthread_once(&once, fetch_methods) == 0 ? methods[hash] : NULL;
}

unsigned signet_hash_length(int hash)
{
    return hashes[hash].length;
}

const char *signet_hash_name(int hash)
{
    return hashes[hash].name;
}

int signet_hash_named(const char *name)
{
    for (int i = 0; i < SIGNET_HASHES; i++) {
        for (int j = 0; j < 4; j++) {
            if (strcasecmp(name, hashes[i].names[j]) == 0) {
                return i;
            }
        }
    }
    return -1;
}

int signet_hash(int hash, signet_bytes_t input, uint8_t output[SIGNET_HASH_MAX], unsigned *length)
{
    signet_thread_state_t *state = signet_thread_state();
    const EVP_MD *method = signet_hash_method(hash);
    if (state == NULL || method == NULL || EVP_DigestInit_ex2(state->digest, method, NULL) != 1 ||
        EVP_DigestUpdate(state->digest, input.data, input.length) != 1 ||
        EVP_DigestFinal_ex(state->digest, output, length) != 1) {
        return -1;
    }
    return 0;
}

static int32_t digest(signet_call_t *call, int hash, signet_bytes_t input, signet_bytes_t *output)
{
    unsigned length = signet_hash_length(hash);
    uint8_t *octets = signet_alloc(call, SIGNET_HASH_MAX, 1);
    if (octets == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (signet_hash(hash, input, octets, &length) != 0) {
        return signet_fail(call, SIGNET_INTERNAL, "digest.failed",
                           "OpenSSL could not compute %s: check its configuration.",
                           signet_hash_name(hash));
    }
    *output = (signet_bytes_t){octets, length};
    return SIGNET_OK;
}

int32_t signet_sha256(signet_call_t *call, signet_bytes_t input, signet_bytes_t *output)
{
    return digest(call, SIGNET_HASH_SHA256, input, output);
}

int32_t signet_hmac_sha256(signet_call_t *call, signet_bytes_t key, signet_bytes_t input,
                           signet_bytes_t *mac)
{
    const EVP_MD *method = signet_hash_method(SIGNET_HASH_SHA256);
    unsigned length = SIGNET_HASH_MAX;
    uint8_t *octets = signet_alloc(call, SIGNET_HASH_MAX, 1);
    if (octets == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (method == NULL || key.length > INT_MAX ||
        HMAC(method, key.length > 0 ? (const void *)key.data : "", (int)key.length, input.data,
             input.length, octets, &length) == NULL) {
        return signet_fail(call, SIGNET_INTERNAL, "digest.failed",
                           "OpenSSL could not compute an HMAC: check its configuration.");
    }
    *mac = (signet_bytes_t){octets, length};
    return SIGNET_OK;
}

int32_t signet_sha1(signet_call_t *call, signet_bytes_t input, signet_bytes_t *output)
{
    return digest(call, SIGNET_HASH_SHA1, input, output);
}
