/* The keys of one token. What was read of a key is kept in a list that only grows, so that a signer
 * looks it up without a lock, and which one that was destroyed stays in; `find` always asks the
 * token, so that a second key with the same label is noticed. */
#include "pkcs11_backend.h"

#include "pkcs11_decrypt.h"
#include "pkcs11_destroy.h"
#include "pkcs11_generate.h"
#include "pkcs11_key.h"
#include "pkcs11_sign.h"

#include <p11-kit/uri.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LISTED 4096U
#define TIMEOUT_MS 10000

typedef struct backend {
    const signet_host_t *host;
    pkcs11_pool_t pool;
    signet_text_t described; /* the module and token behind it, for people */
    char *description;
    pkcs11_module_t *module;
    int ready;            /* the token was found and has a pool of sessions */
    pthread_mutex_t lock; /* guards adding to keys, and making one */
    _Atomic(pkcs11_key_t *) keys;
} backend_t;

int32_t pkcs11_backend_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    backend_t *backend = calloc(1, sizeof(*backend));
    if (!backend || pthread_mutex_init(&backend->lock, NULL) != 0) {
        free(backend);
        return signet_fail_memory(call);
    }
    backend->host = host;
    atomic_init(&backend->keys, NULL);
    *instance = backend;
    return SIGNET_OK;
}

static int32_t describe_token(signet_call_t *call, backend_t *backend)
{
    const CK_TOKEN_INFO *info = &backend->pool.token->info;
    signet_text_t text = signet_format(
        call, "%.*s %.*s, token \"%.*s\", serial %.*s, module %s",
        SIGNET_FORMAT(pkcs11_padded(info->manufacturerID, sizeof(info->manufacturerID))),
        SIGNET_FORMAT(pkcs11_padded(info->model, sizeof(info->model))),
        SIGNET_FORMAT(pkcs11_padded(info->label, sizeof(info->label))),
        SIGNET_FORMAT(pkcs11_padded(info->serialNumber, sizeof(info->serialNumber))),
        backend->pool.token->module->path);
    backend->description = text.data ? strndup(text.data, text.length) : NULL;
    backend->described = signet_text(backend->description);
    return backend->description ? SIGNET_OK : signet_fail_memory(call);
}

/* Finds the token and readies the pool, once. */
static int32_t prepare(signet_call_t *call, backend_t *backend)
{
    const signet_setting_t *settings = backend->host->settings;
    if (backend->ready) {
        return SIGNET_OK;
    }
    int32_t status = pkcs11_token_find(
        call, backend->module, signet_setting_text(settings, "token"), &backend->pool.token);
    if (status == SIGNET_OK) {
        status = describe_token(call, backend);
    }
    if (status == SIGNET_OK) {
        status = pkcs11_pool_begin(call, &backend->pool,
                                   (uint64_t)signet_setting_integer(settings, "sessions", 0),
                                   signet_setting_integer(settings, "timeout", TIMEOUT_MS));
    }
    backend->ready = status == SIGNET_OK;
    return status;
}

static int32_t check_ready(signet_call_t *call, const backend_t *backend)
{
    if (backend->ready) {
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_UNAVAILABLE, "key.locked",
                       "the token \"%.*s\" is locked and no PIN is configured: enough holders of "
                       "its shares must unlock it in a ceremony",
                       SIGNET_FORMAT(signet_setting_text(backend->host->settings, "token")));
}

int32_t pkcs11_backend_start(void *instance, signet_call_t *call)
{
    backend_t *backend = instance;
    const signet_setting_t *settings = backend->host->settings;
    CK_SESSION_HANDLE session = 0;
    backend->pool.host = backend->host;
    backend->pool.pin = signet_setting_text(settings, "pin");
    int32_t status =
        pkcs11_module_load(call, signet_setting_text(settings, "module"), &backend->module);
    if (backend->pool.pin.length == 0) {
        if (status == SIGNET_OK && backend->host->mode == SIGNET_MODE_SERVE) {
            return signet_fail_field(call, SIGNET_INVALID, "key.pin-missing", "pin",
                                     "a daemon's token needs `pin`; only a ceremony does without, "
                                     "because its holders rebuild the PIN");
        }
        return status;
    }
    if (status == SIGNET_OK) {
        status = prepare(call, backend);
    }
    /* The first session logs in, so that a wrong PIN is found at start. */
    if (status == SIGNET_OK) {
        status = pkcs11_pool_take(call, &backend->pool, &session);
    }
    if (status == SIGNET_OK) {
        pkcs11_pool_give(&backend->pool, session);
    }
    return status;
}

/* A token is logged in to once in a process, and its module is never opened twice. */
int32_t pkcs11_backend_reload(void *instance, signet_call_t *call, const signet_host_t *host)
{
    const backend_t *backend = instance;
    static const char *const texts[] = {"module", "token", "pin"};
    const signet_setting_t *now = backend->host->settings;
    int same = signet_setting_integer(now, "sessions", 0) ==
               signet_setting_integer(host->settings, "sessions", 0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        same = same && signet_text_equal(signet_setting_text(now, texts[i]),
                                         signet_setting_text(host->settings, texts[i]));
    }
    if (same) {
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_CONFLICT, "key.restart-needed",
                       "The options of the token behind %.*s only change with a restart.",
                       SIGNET_FORMAT(host->name));
}

int32_t pkcs11_backend_stop(void *instance, signet_call_t *call)
{
    backend_t *backend = instance;
    if (!pkcs11_pool_end(&backend->pool)) {
        signet_log(backend->host, call, SIGNET_LOG_WARNING, "key.token-hung",
                   "the token \"%.*s\" has not answered to something until the end",
                   SIGNET_FORMAT(pkcs11_token_label(backend->pool.token)));
    }
    return SIGNET_OK;
}

void pkcs11_backend_close(void *instance)
{
    backend_t *backend = instance;
    /* What a thread still uses that waits for the token stays where it is. */
    if (!pkcs11_pool_end(&backend->pool)) {
        return;
    }
    pkcs11_key_t *key = atomic_load(&backend->keys);
    while (key) {
        pkcs11_key_t *next = key->next;
        free(key);
        key = next;
    }
    (void)pthread_mutex_destroy(&backend->lock);
    free(backend->description);
    free(backend);
}

static int32_t fail_uri(signet_call_t *call, signet_text_t uri)
{
    return signet_fail_field(call, SIGNET_INVALID, "key.uri-invalid", "uri",
                             "\"%.*s\" is no PKCS#11 URI (RFC 7512) of a key: it needs `object` "
                             "or `id`, as in \"pkcs11:token=ca;object=device\"",
                             SIGNET_FORMAT(uri));
}

/* Label and id out of a parsed URI, copied into the arena. */
static int32_t select_by_uri(signet_call_t *call, const backend_t *backend, P11KitUri *parsed,
                             signet_text_t uri, pkcs11_selector_t *selector)
{
    const CK_ATTRIBUTE *label = p11_kit_uri_get_attribute(parsed, CKA_LABEL);
    const CK_ATTRIBUTE *id = p11_kit_uri_get_attribute(parsed, CKA_ID);
    if (p11_kit_uri_any_unrecognized(parsed) || (!label && !id)) {
        return fail_uri(call, uri);
    }
    if (!p11_kit_uri_match_token_info(parsed, &backend->pool.token->info)) {
        return signet_fail(call, SIGNET_NOT_FOUND, "key.not-found",
                           "the key \"%.*s\" lies on another token than \"%.*s\"",
                           SIGNET_FORMAT(uri),
                           SIGNET_FORMAT(pkcs11_token_label(backend->pool.token)));
    }
    if (label) {
        selector->label = signet_text_copy(call, (signet_text_t){label->pValue, label->ulValueLen});
    }
    if (id) {
        selector->id = signet_bytes_copy(call, (signet_bytes_t){id->pValue, id->ulValueLen});
    }
    return selector->label.length || selector->id.length ? SIGNET_OK : fail_uri(call, uri);
}

static int32_t parse(signet_call_t *call, const backend_t *backend, signet_text_t uri,
                     pkcs11_selector_t *selector)
{
    if (!uri.length) {
        return fail_uri(call, uri);
    }
    if (!signet_text_starts(uri, "pkcs11:")) {
        selector->label = uri;
        return SIGNET_OK;
    }
    const char *text = signet_text_string(call, uri);
    P11KitUri *parsed = text ? p11_kit_uri_new() : NULL;
    if (!parsed) {
        return text ? signet_fail_memory(call) : signet_status(call);
    }
    int32_t status = fail_uri(call, uri);
    if (p11_kit_uri_parse(text, P11_KIT_URI_FOR_OBJECT_ON_TOKEN, parsed) == P11_KIT_URI_OK) {
        call->services->clear(call);
        status = select_by_uri(call, backend, parsed, uri, selector);
    }
    p11_kit_uri_free(parsed);
    return status;
}

/* Keeps a key that was read, or answers the same one kept before. */
static pkcs11_key_t *remember(backend_t *backend, pkcs11_key_t *read)
{
    (void)pthread_mutex_lock(&backend->lock);
    pkcs11_key_t *key = atomic_load(&backend->keys);
    while (key && !pkcs11_key_same(key, read)) {
        key = key->next;
    }
    if (key) {
        atomic_store(&key->handle, atomic_load(&read->handle));
        atomic_store(&key->gone, 0);
        free(read);
    } else {
        key = read;
        key->next = atomic_load(&backend->keys);
        atomic_store_explicit(&backend->keys, key, memory_order_release);
    }
    (void)pthread_mutex_unlock(&backend->lock);
    return key;
}

static int32_t read_key(signet_call_t *call, backend_t *backend, const pkcs11_selector_t *selector,
                        pkcs11_key_t **key)
{
    pkcs11_key_t *read = NULL;
    int32_t status = pkcs11_key_read(call, &backend->pool, selector, &read);
    if (status != SIGNET_OK) {
        return status;
    }
    if (!read->purposes) {
        signet_log(backend->host, call, SIGNET_LOG_WARNING, "key.purposes-undeclared",
                   "the key \"%.*s\" declares no purposes in its CKA_ID and signs nothing; to "
                   "declare them, set the id to 53474e01 and the sum of 1 certificate, 2 crl, 4 "
                   "ocsp, 8 timestamp, 16 cms, 32 seal, 64 decrypt (alone) in eight hexadecimal "
                   "digits",
                   SIGNET_FORMAT(read->name));
    }
    *key = remember(backend, read);
    return SIGNET_OK;
}

static int32_t resolve(signet_call_t *call, backend_t *backend, signet_text_t uri,
                       pkcs11_key_t **key)
{
    pkcs11_selector_t selector = {{0}, {0}};
    int32_t status = check_ready(call, backend);
    if (status == SIGNET_OK) {
        status = parse(call, backend, uri, &selector);
    }
    return status == SIGNET_OK ? read_key(call, backend, &selector, key) : status;
}

static int32_t generate(void *instance, signet_call_t *call, const signet_key_request_t *request,
                        const signet_key_t **key)
{
    backend_t *backend = instance;
    pkcs11_key_t *made = NULL;
    int32_t status = check_ready(call, backend);
    if (status != SIGNET_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&backend->lock);
    status = pkcs11_generate(call, &backend->pool, request);
    (void)pthread_mutex_unlock(&backend->lock);
    if (status == SIGNET_OK) {
        status = resolve(call, backend, request->name, &made);
    }
    return status == SIGNET_OK
               ? pkcs11_key_describe(call, &backend->pool, made, backend->described, key)
               : status;
}

static int32_t find(void *instance, signet_call_t *call, signet_text_t uri,
                    const signet_key_t **key)
{
    backend_t *backend = instance;
    pkcs11_key_t *found = NULL;
    int32_t status = resolve(call, backend, uri, &found);
    return status == SIGNET_OK
               ? pkcs11_key_describe(call, &backend->pool, found, backend->described, key)
               : status;
}

/* A key that was read before, or is read now. */
static int32_t recall(signet_call_t *call, backend_t *backend, signet_text_t uri,
                      pkcs11_key_t **found)
{
    pkcs11_key_t *key = atomic_load_explicit(&backend->keys, memory_order_acquire);
    while (key && (atomic_load(&key->gone) ||
                   (!signet_text_equal(key->uri, uri) && !signet_text_equal(key->name, uri)))) {
        key = key->next;
    }
    *found = key;
    return key ? SIGNET_OK : resolve(call, backend, uri, found);
}

static int32_t sign(void *instance, signet_call_t *call, const signet_sign_request_t *request,
                    signet_bytes_t *signature)
{
    backend_t *backend = instance;
    pkcs11_key_t *key = NULL;
    int32_t status = recall(call, backend, request->uri, &key);
    return status == SIGNET_OK ? pkcs11_sign(call, &backend->pool, key, request, signature)
                               : status;
}

static int32_t decrypt(void *instance, signet_call_t *call, const signet_decrypt_request_t *request,
                       signet_bytes_t *plaintext)
{
    backend_t *backend = instance;
    pkcs11_key_t *key = NULL;
    int32_t status = recall(call, backend, request->uri, &key);
    return status == SIGNET_OK ? pkcs11_decrypt(call, &backend->pool, key, request, plaintext)
                               : status;
}

/* Nothing signs with what was read of the key before. */
static void forget(const backend_t *backend, signet_bytes_t public_key)
{
    pkcs11_key_t *key = atomic_load_explicit(&backend->keys, memory_order_acquire);
    for (; key; key = key->next) {
        if (signet_bytes_equal(key->public_key, public_key)) {
            atomic_store(&key->gone, 1);
        }
    }
}

static int32_t destroy(void *instance, signet_call_t *call, signet_text_t uri,
                       signet_bytes_t public_key)
{
    backend_t *backend = instance;
    pkcs11_selector_t selector = {{0}, {0}};
    int32_t status = check_ready(call, backend);
    if (status == SIGNET_OK) {
        status = parse(call, backend, uri, &selector);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    /* Not while another thread makes a key: names are looked up first there. */
    (void)pthread_mutex_lock(&backend->lock);
    status = pkcs11_destroy(call, &backend->pool, &selector, public_key);
    (void)pthread_mutex_unlock(&backend->lock);
    if (status == SIGNET_OK) {
        forget(backend, public_key);
    }
    return status;
}

/* The labels and ids of all private keys. */
static int32_t list_selectors(signet_call_t *call, backend_t *backend, CK_SESSION_HANDLE session,
                              pkcs11_selector_t **selectors, uint64_t *count)
{
    const pkcs11_token_t *token = backend->pool.token;
    pkcs11_selector_t all = {{0}, {0}};
    CK_OBJECT_HANDLE *handles = signet_alloc(call, MAX_LISTED, sizeof(*handles));
    if (!handles) {
        return signet_status(call);
    }
    int32_t status = pkcs11_object_search(call, token, session, CKO_PRIVATE_KEY, &all, handles,
                                          MAX_LISTED, count);
    *selectors = status == SIGNET_OK ? signet_alloc(call, *count + 1, sizeof(**selectors)) : NULL;
    if (!*selectors) {
        return status == SIGNET_OK ? signet_status(call) : status;
    }
    for (uint64_t i = 0; i < *count && status == SIGNET_OK; i++) {
        signet_bytes_t label = {0};
        status = pkcs11_object_bytes(call, token, session, handles[i], CKA_LABEL, &label);
        (*selectors)[i].label = signet_bytes_text(label);
        if (status == SIGNET_OK) {
            status =
                pkcs11_object_bytes(call, token, session, handles[i], CKA_ID, &(*selectors)[i].id);
        }
    }
    return status;
}

static int32_t list(void *instance, signet_call_t *call, const signet_key_t *const **keys,
                    uint64_t *count)
{
    backend_t *backend = instance;
    CK_SESSION_HANDLE session = 0;
    pkcs11_selector_t *selectors = NULL;
    uint64_t total = 0;
    int32_t status = check_ready(call, backend);
    if (status == SIGNET_OK) {
        status = pkcs11_pool_take(call, &backend->pool, &session);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    status = list_selectors(call, backend, session, &selectors, &total);
    if (status == SIGNET_OK) {
        pkcs11_pool_give(&backend->pool, session);
    } else {
        pkcs11_pool_drop(&backend->pool, session, status == SIGNET_UNAVAILABLE);
        return status;
    }
    const signet_key_t **result = signet_alloc(call, total + 1, sizeof(*result));
    if (!result) {
        return signet_status(call);
    }
    for (uint64_t i = 0; i < total && status == SIGNET_OK; i++) {
        pkcs11_key_t *key = NULL;
        status = read_key(call, backend, &selectors[i], &key);
        if (status == SIGNET_OK) {
            status = pkcs11_key_describe(call, &backend->pool, key, backend->described, &result[i]);
        }
    }
    *keys = result;
    *count = total;
    return status;
}

static int32_t initialise(void *instance, signet_call_t *call,
                          const signet_token_request_t *request, signet_text_t *description)
{
    backend_t *backend = instance;
    if (backend->ready) {
        return signet_fail(call, SIGNET_EXISTS, "key.token-exists",
                           "the token \"%.*s\" is in use already",
                           SIGNET_FORMAT(pkcs11_token_label(backend->pool.token)));
    }
    int32_t status = pkcs11_token_initialise(
        call, backend->module, signet_setting_text(backend->host->settings, "token"), request);
    if (status == SIGNET_OK) {
        status = prepare(call, backend);
    }
    *description = backend->described;
    return status;
}

static int32_t unlock(void *instance, signet_call_t *call, signet_bytes_t secret)
{
    backend_t *backend = instance;
    int32_t status = prepare(call, backend);
    return status == SIGNET_OK ? pkcs11_pool_unlock(call, &backend->pool, secret) : status;
}

static int32_t lock(void *instance, signet_call_t *call)
{
    backend_t *backend = instance;
    int32_t status = check_ready(call, backend);
    if (status == SIGNET_OK) {
        pkcs11_pool_lock(&backend->pool);
    }
    return status;
}

const signet_key_interface_t pkcs11_backend_interface = {
    .size = sizeof(signet_key_interface_t),
    .generate = generate,
    .find = find,
    .sign = sign,
    .list = list,
    .initialise = initialise,
    .unlock = unlock,
    .lock = lock,
    .decrypt = decrypt,
    .destroy = destroy,
};
