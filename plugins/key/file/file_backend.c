/* The keys of one folder: all files are decrypted at start, those that appear later when they are
 * asked for first. */
#include "file_backend.h"

#include "file_cipher.h"
#include "file_envelope.h"
#include "file_folder.h"
#include "file_key.h"

#include <pthread.h>
#include <signet/sdk/provider.h>
#include <signet/sdk/setting.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct backend {
    char *folder;
    char *module;         /* "encrypted files in FOLDER", for people */
    pthread_mutex_t lock; /* guards cipher, and loading */
    file_cipher_t cipher;
    _Atomic(file_key_t *) keys;
} backend_t;

int32_t file_backend_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    signet_text_t folder = signet_setting_text(host->settings, "folder");
    signet_text_t module = signet_format(call, "encrypted files in %.*s", SIGNET_FORMAT(folder));
    backend_t *backend = calloc(1, sizeof(*backend));
    if (!backend) {
        return signet_fail_memory(call);
    }
    if (pthread_mutex_init(&backend->lock, NULL) != 0) {
        free(backend);
        return signet_fail_memory(call);
    }
    *instance = backend;
    atomic_init(&backend->keys, NULL);
    backend->folder = strndup(folder.data, folder.length);
    backend->module = module.data ? strndup(module.data, module.length) : NULL;
    if (!backend->folder || !backend->module) {
        return signet_fail_memory(call);
    }
    backend->cipher.host = host;
    backend->cipher.passphrase = signet_setting_text(host->settings, "passphrase");
    backend->cipher.pbkdf2 = signet_text_is(signet_setting_text(host->settings, "kdf"), "pbkdf2");
    backend->cipher.iterations =
        (int)signet_setting_integer(host->settings, "pbkdf2_iterations", 600000);
    backend->cipher.passes =
        (uint64_t)signet_setting_integer(host->settings, "scrypt_parallelism", 5);
    return SIGNET_OK;
}

static void forget_keys(backend_t *backend)
{
    file_key_t *key = atomic_exchange(&backend->keys, NULL);
    while (key) {
        file_key_t *next = file_key_next(key);
        file_key_free(key);
        key = next;
    }
}

void file_backend_close(void *instance)
{
    backend_t *backend = instance;
    forget_keys(backend);
    file_cipher_lock(&backend->cipher);
    (void)pthread_mutex_destroy(&backend->lock);
    free(backend->folder);
    free(backend->module);
    free(backend);
}

static file_key_t *loaded(backend_t *backend, signet_text_t name)
{
    file_key_t *key = atomic_load_explicit(&backend->keys, memory_order_acquire);
    while (key && !file_key_is(key, name)) {
        key = file_key_next(key);
    }
    return key;
}

/* Adds a key to the list, under the lock. */
static int32_t add(signet_call_t *call, backend_t *backend, signet_text_t name, uint32_t purposes,
                   EVP_PKEY *private_key, file_key_t **key)
{
    int32_t status = file_key_new(call, name, purposes, private_key, key);
    if (status == SIGNET_OK) {
        file_key_set_next(*key, atomic_load(&backend->keys));
        atomic_store_explicit(&backend->keys, *key, memory_order_release);
    }
    return status;
}

/* The key with this name, read from its file where it is not in memory; under the lock. */
static int32_t load(signet_call_t *call, backend_t *backend, signet_text_t name, file_key_t **key)
{
    signet_bytes_t content = {0};
    uint32_t purposes = 0;
    EVP_PKEY *private_key = NULL;
    *key = loaded(backend, name);
    if (*key) {
        return SIGNET_OK;
    }
    int32_t status = file_folder_read(call, backend->folder, name, &content);
    if (status == SIGNET_OK) {
        status = file_envelope_read(call, &backend->cipher, name, content, &purposes, &private_key);
    }
    return status == SIGNET_OK ? add(call, backend, name, purposes, private_key, key) : status;
}

static signet_text_t name_of(signet_text_t uri)
{
    return signet_text_starts(uri, "file:") ? (signet_text_t){uri.data + 5, uri.length - 5} : uri;
}

static int32_t check_name(signet_call_t *call, const backend_t *backend, signet_text_t name)
{
    if (signet_key_name_valid(name)) {
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_NOT_FOUND, "key.not-found",
                       "\"%.*s\" names no key in the folder %s", SIGNET_FORMAT(name),
                       backend->folder);
}

static int32_t find_key(signet_call_t *call, backend_t *backend, signet_text_t uri,
                        file_key_t **key)
{
    signet_text_t name = name_of(uri);
    *key = loaded(backend, name);
    if (*key) {
        return SIGNET_OK;
    }
    int32_t status = check_name(call, backend, name);
    if (status != SIGNET_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&backend->lock);
    status = load(call, backend, name, key);
    (void)pthread_mutex_unlock(&backend->lock);
    return status;
}

static int32_t load_all(signet_call_t *call, backend_t *backend)
{
    signet_text_t *names = NULL;
    uint64_t count = 0;
    file_key_t *key = NULL;
    int32_t status = file_folder_names(call, backend->folder, &names, &count);
    for (uint64_t i = 0; i < count && status == SIGNET_OK; i++) {
        (void)pthread_mutex_lock(&backend->lock);
        status = load(call, backend, names[i], &key);
        (void)pthread_mutex_unlock(&backend->lock);
    }
    return status;
}

int32_t file_backend_start(void *instance, signet_call_t *call)
{
    backend_t *backend = instance;
    if (backend->cipher.passphrase.length == 0 && backend->cipher.host->mode == SIGNET_MODE_SERVE) {
        return signet_fail_field(call, SIGNET_INVALID, "key.passphrase-missing", "passphrase",
                                 "a daemon's folder of keys needs `passphrase`; only a ceremony "
                                 "does without, because its holders rebuild it");
    }
    int32_t status = file_folder_prepare(call, backend->folder);
    return status == SIGNET_OK && backend->cipher.passphrase.length ? load_all(call, backend)
                                                                    : status;
}

/* Writes the new key and puts it into the list, under the lock. Frees or keeps `private_key`. */
static int32_t store(signet_call_t *call, backend_t *backend, const signet_key_request_t *request,
                     EVP_PKEY *private_key, file_key_t **key)
{
    signet_bytes_t content = {0};
    int32_t status = file_envelope_write(call, &backend->cipher, request->name, request->purposes,
                                         private_key, &content);
    if (status == SIGNET_OK) {
        status = file_folder_write(call, backend->folder, request->name, content);
    }
    if (status != SIGNET_OK) {
        EVP_PKEY_free(private_key);
        return status;
    }
    return add(call, backend, request->name, request->purposes, private_key, key);
}

static int32_t generate(void *instance, signet_call_t *call, const signet_key_request_t *request,
                        const signet_key_t **key)
{
    backend_t *backend = instance;
    const signet_key_type_t *type = NULL;
    file_key_t *made = NULL;
    int32_t status = signet_key_request_check(call, request, &type);
    if (status == SIGNET_OK) {
        status = file_folder_absent(call, backend->folder, request->name);
    }
    EVP_PKEY *private_key = NULL;
    if (status == SIGNET_OK) {
        status = signet_key_make(call, type, &private_key);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&backend->lock);
    status = store(call, backend, request, private_key, &made);
    (void)pthread_mutex_unlock(&backend->lock);
    return status == SIGNET_OK ? file_key_describe(call, made, signet_text(backend->module), key)
                               : status;
}

static int32_t find(void *instance, signet_call_t *call, signet_text_t uri,
                    const signet_key_t **key)
{
    backend_t *backend = instance;
    file_key_t *found = NULL;
    int32_t status = find_key(call, backend, uri, &found);
    return status == SIGNET_OK ? file_key_describe(call, found, signet_text(backend->module), key)
                               : status;
}

static int32_t sign(void *instance, signet_call_t *call, const signet_sign_request_t *request,
                    signet_bytes_t *signature)
{
    file_key_t *key = NULL;
    int32_t status = find_key(call, instance, request->uri, &key);
    return status == SIGNET_OK ? file_key_sign(call, key, request, signature) : status;
}

static int32_t decrypt(void *instance, signet_call_t *call, const signet_decrypt_request_t *request,
                       signet_bytes_t *plaintext)
{
    file_key_t *key = NULL;
    int32_t status = find_key(call, instance, request->uri, &key);
    return status == SIGNET_OK ? file_key_decrypt(call, key, request, plaintext) : status;
}

/* The key's file, then its copy in memory; under the lock. */
static int32_t erase(signet_call_t *call, backend_t *backend, signet_text_t name,
                     signet_bytes_t public_key)
{
    file_key_t *key = NULL;
    int32_t status = load(call, backend, name, &key);
    if (status == SIGNET_OK && !file_key_matches(key, public_key)) {
        return signet_fail_field(call, SIGNET_CONFLICT, "key.other", "public_key",
                                 "the key \"%.*s\" in the folder %s is another one than the one "
                                 "that is to be destroyed",
                                 SIGNET_FORMAT(name), backend->folder);
    }
    /* A destruction that was interrupted has left a file of another name. */
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    if (status == SIGNET_OK) {
        status = file_folder_destroy(call, backend->folder, name);
    }
    if (status == SIGNET_OK && key) {
        file_key_destroy(key);
    }
    return status;
}

static int32_t destroy(void *instance, signet_call_t *call, signet_text_t uri,
                       signet_bytes_t public_key)
{
    backend_t *backend = instance;
    signet_text_t name = name_of(uri);
    int32_t status = check_name(call, backend, name);
    if (status != SIGNET_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&backend->lock);
    status = erase(call, backend, name, public_key);
    (void)pthread_mutex_unlock(&backend->lock);
    return status;
}

static int32_t list(void *instance, signet_call_t *call, const signet_key_t *const **keys,
                    uint64_t *count)
{
    backend_t *backend = instance;
    int32_t status = load_all(call, backend);
    uint64_t total = 0;
    file_key_t *first = atomic_load_explicit(&backend->keys, memory_order_acquire);
    for (file_key_t *key = first; key; key = file_key_next(key)) {
        total++;
    }
    /* Others may be destroyed meanwhile, but none are added behind the first. */
    const signet_key_t **result = signet_alloc(call, total + 1, sizeof(*result));
    if (!result) {
        return signet_status(call);
    }
    uint64_t index = 0;
    for (file_key_t *key = first; key && status == SIGNET_OK; key = file_key_next(key)) {
        if (!file_key_gone(key)) {
            status = file_key_describe(call, key, signet_text(backend->module), &result[index++]);
        }
    }
    *keys = result;
    *count = index;
    return status;
}

static int32_t initialise(void *instance, signet_call_t *call,
                          const signet_token_request_t *request, signet_text_t *description)
{
    backend_t *backend = instance;
    signet_text_t *names = NULL;
    uint64_t count = 0;
    (void)request;
    int32_t status = file_folder_names(call, backend->folder, &names, &count);
    if (status == SIGNET_OK && count) {
        return signet_fail(call, SIGNET_EXISTS, "key.token-exists",
                           "the folder %s holds keys already; a ceremony never erases them: name "
                           "an empty one",
                           backend->folder);
    }
    *description = signet_text(backend->module);
    return status;
}

static int32_t unlock(void *instance, signet_call_t *call, signet_bytes_t secret)
{
    backend_t *backend = instance;
    (void)pthread_mutex_lock(&backend->lock);
    int32_t status = file_cipher_unlock(call, &backend->cipher, secret);
    (void)pthread_mutex_unlock(&backend->lock);
    if (status == SIGNET_OK) {
        status = load_all(call, backend);
    }
    if (status != SIGNET_OK) {
        file_cipher_lock(&backend->cipher);
    }
    return status;
}

static int32_t lock(void *instance, signet_call_t *call)
{
    backend_t *backend = instance;
    (void)call;
    (void)pthread_mutex_lock(&backend->lock);
    forget_keys(backend);
    file_cipher_lock(&backend->cipher);
    (void)pthread_mutex_unlock(&backend->lock);
    return SIGNET_OK;
}

const signet_key_interface_t file_backend_interface = {
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
