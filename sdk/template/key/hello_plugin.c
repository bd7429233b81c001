/* key-hello: P-256 keys in memory, which are gone with the instance. For tests: a backend of yours
 * replaces EVP_EC_gen and sign_message by calls to its device or service. */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <signet/key.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

typedef struct hello_key {
    struct hello_key *next;
    EVP_PKEY *pair;
    uint32_t purposes;
    char name[65];
} hello_key_t;

typedef struct hello {
    pthread_mutex_t lock;
    hello_key_t *keys;
} hello_t;

static int32_t fail_crypto(signet_call_t *call)
{
    ERR_clear_error();
    return signet_fail(call, SIGNET_UNAVAILABLE, "hello.crypto",
                       "OpenSSL failed: see whether memory is short.");
}

/* The key with this name, or with the URI "hello:NAME". The lock is held. */
static hello_key_t *find(const hello_t *hello, signet_text_t name)
{
    static const char prefix[] = "hello:";
    if (signet_text_starts(name, prefix)) {
        name = (signet_text_t){name.data + sizeof prefix - 1, name.length - (sizeof prefix - 1)};
    }
    hello_key_t *key = hello->keys;
    while (key && !signet_text_is(name, key->name)) {
        key = key->next;
    }
    return key;
}

static hello_key_t *find_locked(hello_t *hello, signet_call_t *call, signet_text_t name)
{
    pthread_mutex_lock(&hello->lock);
    hello_key_t *key = find(hello, name);
    pthread_mutex_unlock(&hello->lock);
    if (!key) {
        signet_fail(call, SIGNET_NOT_FOUND, "key.not-found", "There is no key %.*s.",
                    SIGNET_FORMAT(name));
    }
    return key;
}

static int32_t describe(signet_call_t *call, const hello_key_t *key, const signet_key_t **answer)
{
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key->pair, &der);
    if (length <= 0) {
        return fail_crypto(call);
    }
    signet_bytes_t spki = signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length});
    OPENSSL_free(der);
    signet_key_t *made = signet_alloc(call, 1, sizeof *made);
    if (!made || !spki.data) {
        return signet_status(call);
    }
    *made = (signet_key_t){
        .size = sizeof *made,
        .purposes = key->purposes,
        .uri = signet_format(call, "hello:%s", key->name),
        .name = signet_format(call, "%s", key->name),
        .type = SIGNET_TEXT(SIGNET_KEY_P256),
        .public_key = spki,
    };
    *answer = made;
    return made->uri.data && made->name.data ? SIGNET_OK : signet_status(call);
}

static int32_t hello_generate(void *instance, signet_call_t *call,
                              const signet_key_request_t *request, const signet_key_t **answer)
{
    hello_t *hello = instance;
    if (!signet_text_is(request->type, SIGNET_KEY_P256)) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.type", "Keys here are EC-P256.");
    }
    if (request->name.length == 0 || request->name.length > 64 || request->purposes == 0) {
        return signet_fail(call, SIGNET_INVALID, "key.name",
                           "A key has a purpose and a name of 1 to 64 characters.");
    }
    hello_key_t *key = calloc(1, sizeof *key);
    EVP_PKEY *pair = key ? EVP_EC_gen("P-256") : NULL;
    if (!pair) {
        free(key);
        return fail_crypto(call);
    }
    key->pair = pair;
    key->purposes = request->purposes;
    memcpy(key->name, request->name.data, request->name.length);
    int32_t status = describe(call, key, answer);
    pthread_mutex_lock(&hello->lock);
    if (status == SIGNET_OK && find(hello, request->name)) {
        status =
            signet_fail(call, SIGNET_EXISTS, "key.exists", "There is a key %s already.", key->name);
    }
    if (status == SIGNET_OK) {
        key->next = hello->keys;
        hello->keys = key;
    }
    pthread_mutex_unlock(&hello->lock);
    if (status != SIGNET_OK) {
        EVP_PKEY_free(pair);
        free(key);
    }
    return status;
}

static int32_t hello_find(void *instance, signet_call_t *call, signet_text_t uri,
                          const signet_key_t **answer)
{
    const hello_key_t *key = find_locked(instance, call, uri);
    return key ? describe(call, key, answer) : signet_status(call);
}

static int32_t sign_message(signet_call_t *call, EVP_PKEY *pair, signet_bytes_t message,
                            signet_bytes_t *signature)
{
    size_t length = (size_t)EVP_PKEY_get_size(pair);
    uint8_t *octets = signet_alloc(call, length, 1);
    EVP_MD_CTX *context = octets ? EVP_MD_CTX_new() : NULL;
    if (!octets) {
        return signet_status(call);
    }
    int is_signed =
        context && EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, pair, NULL) == 1 &&
        EVP_DigestSign(context, octets, &length, message.data, (size_t)message.length) == 1;
    EVP_MD_CTX_free(context);
    *signature = (signet_bytes_t){octets, length};
    return is_signed ? SIGNET_OK : fail_crypto(call);
}

static int32_t hello_sign(void *instance, signet_call_t *call, const signet_sign_request_t *request,
                          signet_bytes_t *signature)
{
    const hello_key_t *key = find_locked(instance, call, request->uri);
    if (!key) {
        return signet_status(call);
    }
    if (!(key->purposes & request->purpose)) {
        return signet_fail(call, SIGNET_DENIED, "key.purpose",
                           "The key %s was not made for this purpose.", key->name);
    }
    if (request->purpose == SIGNET_PURPOSE_CERTIFICATE && request->intent.length == 0) {
        return signet_fail(call, SIGNET_DENIED, "key.intent",
                           "A certificate is signed with the id of its intent.");
    }
    if (!signet_text_is(request->algorithm, SIGNET_SIGN_ECDSA_SHA256) ||
        request->digest.length > 0) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm",
                           "Keys here sign whole messages with ECDSA-SHA256.");
    }
    int32_t status = call->services->check(call);
    return status == SIGNET_OK ? sign_message(call, key->pair, request->message, signature)
                               : status;
}

static int32_t hello_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    hello_t *hello = calloc(1, sizeof *hello);
    if (!hello) {
        return signet_fail_memory(call);
    }
    pthread_mutex_init(&hello->lock, NULL);
    *instance = hello;
    return SIGNET_OK;
}

static void hello_close(void *instance)
{
    hello_t *hello = instance;
    while (hello->keys) {
        hello_key_t *key = hello->keys;
        hello->keys = key->next;
        EVP_PKEY_free(key->pair);
        free(key);
    }
    pthread_mutex_destroy(&hello->lock);
    free(hello);
}

const signet_plugin_t *signet_plugin_entry(void)
{
    static const signet_key_interface_t interface = {.size = sizeof interface,
                                                     .generate = hello_generate,
                                                     .find = hello_find,
                                                     .sign = hello_sign};
    static const signet_provide_t provides[] = {
        {.size = sizeof(signet_provide_t),
         .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
         .vtable = &interface},
    };
    static const signet_plugin_t plugin = {
        .size = sizeof plugin,
        .abi = SIGNET_ABI,
        .id = SIGNET_TEXT_INIT("key-hello"),
        .version = SIGNET_TEXT_INIT("0.1.0"),
        .summary = SIGNET_TEXT_INIT("Keeps keys in memory, for tests."),
        .provides = provides,
        .provide_count = 1,
        .open = hello_open,
        .close = hello_close,
    };
    return &plugin;
}
