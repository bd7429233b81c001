#include "sealkeys.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdatomic.h>
#include <string.h>

/* Of the process and not of the instance, so that it is still there after a restart. */
static EVP_PKEY *key;
static atomic_int failing;
static atomic_int signatures;

void sealkeys_fail(int fail)
{
    atomic_store(&failing, fail);
}

int sealkeys_signatures(void)
{
    return atomic_load(&signatures);
}

void sealkeys_forget(void)
{
    EVP_PKEY_free(key);
    key = NULL;
}

static int32_t describe(signet_call_t *call, const signet_key_t **found)
{
    signet_key_t *made = signet_alloc(call, 1, sizeof(*made));
    uint8_t *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    if (!made || length <= 0)
        return signet_fail_memory(call);
    made->size = sizeof(*made);
    made->purposes = SIGNET_PURPOSE_SEAL;
    made->uri = SIGNET_TEXT("test:seal");
    made->name = SIGNET_TEXT("journal-seal");
    made->type = SIGNET_TEXT(SIGNET_KEY_P256);
    made->public_key = signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length});
    OPENSSL_free(der);
    *found = made;
    return SIGNET_OK;
}

static int32_t generate(void *instance, signet_call_t *call, const signet_key_request_t *request,
                        const signet_key_t **made)
{
    (void)instance;
    (void)request;
    key = EVP_EC_gen("P-256");
    return key ? describe(call, made) : signet_fail_memory(call);
}

static int32_t find(void *instance, signet_call_t *call, signet_text_t uri,
                    const signet_key_t **found)
{
    (void)instance;
    if (!key)
        return signet_fail(call, SIGNET_NOT_FOUND, "key.not-found", "There is no key '%.*s'.",
                           SIGNET_FORMAT(uri));
    return describe(call, found);
}

static int32_t sign(void *instance, signet_call_t *call, const signet_sign_request_t *request,
                    signet_bytes_t *signature)
{
    (void)instance;
    uint8_t output[256];
    size_t length = sizeof(output);
    if (atomic_load(&failing))
        return signet_fail(call, SIGNET_UNAVAILABLE, "key.unavailable", "The token is gone.");
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = context && request->purpose == SIGNET_PURPOSE_SEAL &&
               signet_text_is(request->algorithm, SIGNET_SIGN_ECDSA_SHA256) &&
               EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestSign(context, output, &length, request->message.data,
                              request->message.length) == 1;
    EVP_MD_CTX_free(context);
    if (!good)
        return signet_fail(call, SIGNET_INTERNAL, "key.failed", "It cannot be signed.");
    atomic_fetch_add(&signatures, 1);
    *signature = signet_bytes_copy(call, (signet_bytes_t){output, length});
    return signature->data ? SIGNET_OK : signet_status(call);
}

static int32_t open_keys(const signet_host_t *host, signet_call_t *call, void **instance)
{
    static int nothing;
    (void)host;
    (void)call;
    *instance = &nothing;
    return SIGNET_OK;
}

static void close_keys(void *instance)
{
    (void)instance;
}

static const signet_key_interface_t interface = {
    .size = sizeof(interface), .generate = generate, .find = find, .sign = sign};

static const signet_provide_t provides[] = {{.size = sizeof(signet_provide_t),
                                             .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
                                             .vtable = &interface}};

const signet_plugin_t sealkeys_plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("test-sealkeys"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("One key in memory."),
    .provides = provides,
    .provide_count = 1,
    .open = open_keys,
    .close = close_keys,
};
