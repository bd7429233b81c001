/* Keys as they are known from a token. */
#include "pkcs11_key.h"

#include <openssl/rand.h>
#include <p11-kit/uri.h>
#include <signet/sdk/x509.h>
#include <stdlib.h>
#include <string.h>

/* As many certificates of a token are looked at for an attestation. */
#define MAX_CERTIFICATES 64U

static const uint8_t id_head[] = {'S', 'G', 'N', 1};

int32_t pkcs11_key_id(signet_call_t *call, uint32_t purposes, uint8_t id[PKCS11_ID_LENGTH])
{
    memcpy(id, id_head, sizeof(id_head));
    id[4] = (uint8_t)(purposes >> 24);
    id[5] = (uint8_t)(purposes >> 16);
    id[6] = (uint8_t)(purposes >> 8);
    id[7] = (uint8_t)purposes;
    if (RAND_bytes(id + 8, (int)PKCS11_ID_LENGTH - 8) != 1) {
        return signet_fail(call, SIGNET_INTERNAL, "key.openssl-failed",
                           "OpenSSL could not draw random octets");
    }
    return SIGNET_OK;
}

static uint32_t purposes_of(signet_bytes_t id)
{
    if (id.length < 8 || memcmp(id.data, id_head, sizeof(id_head)) != 0) {
        return 0;
    }
    return (uint32_t)id.data[4] << 24 | (uint32_t)id.data[5] << 16 | (uint32_t)id.data[6] << 8 |
           id.data[7];
}

/* The RFC 7512 URI of the private key with this label. */
static int32_t format_uri(signet_call_t *call, const pkcs11_token_t *token, signet_text_t label,
                          signet_text_t *text)
{
    CK_ATTRIBUTE attribute = {CKA_LABEL, (void *)(uintptr_t)label.data, (CK_ULONG)label.length};
    char *formatted = NULL;
    P11KitUri *uri = p11_kit_uri_new();
    if (!uri) {
        return signet_fail_memory(call);
    }
    CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(uri);
    memcpy(info->label, token->info.label, sizeof(info->label));
    int done =
        p11_kit_uri_set_attribute(uri, &attribute) == P11_KIT_URI_OK &&
        p11_kit_uri_format(uri, P11_KIT_URI_FOR_OBJECT_ON_TOKEN, &formatted) == P11_KIT_URI_OK;
    p11_kit_uri_free(uri);
    if (!done) {
        return signet_fail_memory(call);
    }
    *text = signet_text_copy(call, signet_text(formatted));
    free(formatted);
    return text->data ? SIGNET_OK : signet_status(call);
}

static int32_t find_one(signet_call_t *call, const pkcs11_token_t *token, CK_SESSION_HANDLE session,
                        CK_OBJECT_CLASS class, const pkcs11_selector_t *selector,
                        CK_OBJECT_HANDLE *handle)
{
    CK_OBJECT_HANDLE handles[2];
    uint64_t count = 0;
    const char *what = class == CKO_PRIVATE_KEY ? "private" : "public";
    int32_t status =
        pkcs11_object_search(call, token, session, class, selector, handles, 2, &count);
    if (status != SIGNET_OK) {
        return status;
    }
    if (count == 0) {
        return signet_fail(call, SIGNET_NOT_FOUND, "key.not-found",
                           "there is no %s key \"%.*s\" on the token \"%.*s\"", what,
                           SIGNET_FORMAT(selector->label),
                           SIGNET_FORMAT(pkcs11_token_label(token)));
    }
    if (count > 1) {
        return signet_fail(call, SIGNET_CONFLICT, "key.ambiguous",
                           "the token \"%.*s\" holds several %s keys \"%.*s\"; remove or rename "
                           "all but one, or name the key by its id in a PKCS#11 URI",
                           SIGNET_FORMAT(pkcs11_token_label(token)), what,
                           SIGNET_FORMAT(selector->label));
    }
    *handle = handles[0];
    return SIGNET_OK;
}

/* What is read of a key before it is kept. */
typedef struct reading {
    CK_OBJECT_HANDLE handle;
    signet_bytes_t label;
    signet_bytes_t id;
    signet_bytes_t public_key;
    signet_text_t uri;
    const signet_key_type_t *type;
    int exportable;
    const char *origin;
    signet_bytes_t attestation;
} reading_t;

static int32_t read_public(signet_call_t *call, const pkcs11_token_t *token,
                           CK_SESSION_HANDLE session, reading_t *reading)
{
    CK_OBJECT_HANDLE handle = 0;
    pkcs11_selector_t selector = {signet_bytes_text(reading->label), reading->id};
    int32_t status = find_one(call, token, session, CKO_PUBLIC_KEY, &selector, &handle);
    return status == SIGNET_OK ? pkcs11_object_public_key(call, token, session, handle,
                                                          &reading->public_key, &reading->type)
                               : status;
}

/* What the token vouches for (PKCS#11, 4.8: CKA_LOCAL, CKA_NEVER_EXTRACTABLE, …). */
static const char *origin_of(const pkcs11_token_t *token, CK_SESSION_HANDLE session,
                             CK_OBJECT_HANDLE handle)
{
    int local = pkcs11_object_flag(token, session, handle, CKA_LOCAL, 0);
    int kept = pkcs11_object_flag(token, session, handle, CKA_NEVER_EXTRACTABLE, 0) &&
               pkcs11_object_flag(token, session, handle, CKA_ALWAYS_SENSITIVE, 0);
    if (local) {
        return kept ? "made on the token, always sensitive, never extractable"
                    : "made on the token, was or is extractable";
    }
    return "not made on the token";
}

static int32_t read_all(signet_call_t *call, const pkcs11_token_t *token, CK_SESSION_HANDLE session,
                        const pkcs11_selector_t *selector, reading_t *reading)
{
    int32_t status = find_one(call, token, session, CKO_PRIVATE_KEY, selector, &reading->handle);
    if (status == SIGNET_OK) {
        status =
            pkcs11_object_bytes(call, token, session, reading->handle, CKA_LABEL, &reading->label);
    }
    if (status == SIGNET_OK) {
        status = pkcs11_object_bytes(call, token, session, reading->handle, CKA_ID, &reading->id);
    }
    if (status == SIGNET_OK) {
        status = read_public(call, token, session, reading);
    }
    if (status == SIGNET_OK) {
        status = format_uri(call, token, signet_bytes_text(reading->label), &reading->uri);
    }
    if (status == SIGNET_OK) {
        reading->origin = origin_of(token, session, reading->handle);
    }
    reading->exportable = pkcs11_object_flag(token, session, reading->handle, CKA_EXTRACTABLE, 0) ||
                          !pkcs11_object_flag(token, session, reading->handle, CKA_SENSITIVE, 1);
    return status;
}

/* A certificate on the token that attests the key: for the same public key and labelled so, as
 * YubiKeys have it. For ceremonies alone, because there may be many certificates. */
static int32_t read_attestation(signet_call_t *call, const pkcs11_token_t *token,
                                CK_SESSION_HANDLE session, reading_t *reading)
{
    static const pkcs11_selector_t all = {{0}, {0}};
    CK_OBJECT_HANDLE handles[MAX_CERTIFICATES];
    uint64_t count = 0;
    int32_t status = pkcs11_object_search(call, token, session, CKO_CERTIFICATE, &all, handles,
                                          MAX_CERTIFICATES, &count);
    for (uint64_t i = 0; i < count && status == SIGNET_OK; i++) {
        signet_bytes_t label = {0};
        signet_bytes_t value = {0};
        const signet_x509_t *x509 = NULL;
        status = pkcs11_object_bytes(call, token, session, handles[i], CKA_LABEL, &label);
        if (status == SIGNET_OK &&
            signet_text_matches(signet_bytes_text(label), SIGNET_TEXT("*ttestation*"))) {
            status = pkcs11_object_bytes(call, token, session, handles[i], CKA_VALUE, &value);
        }
        if (status != SIGNET_OK || value.length == 0) {
            continue;
        }
        if (signet_x509_parse(call, value, &x509) != SIGNET_OK) {
            call->services->clear(call);
        } else if (signet_bytes_equal(x509->key.spki, reading->public_key)) {
            reading->attestation = value;
        }
    }
    return status;
}

static const uint8_t *place(uint8_t **memory, const void *data, uint64_t length)
{
    uint8_t *at = *memory;
    if (length) {
        memcpy(at, data, length);
    }
    *memory += length;
    return at;
}

static pkcs11_key_t *keep(const reading_t *reading)
{
    pkcs11_key_t *key =
        calloc(1, sizeof(*key) + reading->label.length + reading->uri.length + reading->id.length +
                      reading->public_key.length + reading->attestation.length);
    if (!key) {
        return NULL;
    }
    uint8_t *memory = key->memory;
    key->name.data = (const char *)place(&memory, reading->label.data, reading->label.length);
    key->name.length = reading->label.length;
    key->uri.data = (const char *)place(&memory, reading->uri.data, reading->uri.length);
    key->uri.length = reading->uri.length;
    key->id.data = place(&memory, reading->id.data, reading->id.length);
    key->id.length = reading->id.length;
    key->public_key.data = place(&memory, reading->public_key.data, reading->public_key.length);
    key->public_key.length = reading->public_key.length;
    key->attestation.data = place(&memory, reading->attestation.data, reading->attestation.length);
    key->attestation.length = reading->attestation.length;
    key->origin = reading->origin;
    key->type = reading->type;
    key->purposes = purposes_of(reading->id);
    key->exportable = reading->exportable;
    atomic_init(&key->gone, 0);
    atomic_init(&key->handle, reading->handle);
    return key;
}

/* One try on a session of the pool. A failure may have left the session unusable. */
static int32_t read_once(signet_call_t *call, pkcs11_pool_t *pool,
                         const pkcs11_selector_t *selector, reading_t *reading)
{
    CK_SESSION_HANDLE session = 0;
    int32_t status = pkcs11_pool_take(call, pool, &session);
    if (status != SIGNET_OK) {
        return status;
    }
    status = read_all(call, pool->token, session, selector, reading);
    if (status == SIGNET_OK && pool->host->mode == SIGNET_MODE_COMMAND) {
        status = read_attestation(call, pool->token, session, reading);
    }
    if (status == SIGNET_UNAVAILABLE) {
        pkcs11_pool_drop(pool, session, 1);
    } else {
        pkcs11_pool_give(pool, session);
    }
    return status;
}

/* Once more on a fresh session, where the token did not answer. */
static int32_t read_again(signet_call_t *call, pkcs11_pool_t *pool,
                          const pkcs11_selector_t *selector, reading_t *reading)
{
    int32_t status = read_once(call, pool, selector, reading);
    if (status == SIGNET_UNAVAILABLE) {
        call->services->clear(call);
        status = read_once(call, pool, selector, reading);
    }
    return status;
}

int32_t pkcs11_key_read(signet_call_t *call, pkcs11_pool_t *pool, const pkcs11_selector_t *selector,
                        pkcs11_key_t **key)
{
    reading_t reading = {0};
    int32_t status = read_again(call, pool, selector, &reading);
    if (status != SIGNET_OK) {
        return status;
    }
    *key = keep(&reading);
    return *key ? SIGNET_OK : signet_fail_memory(call);
}

int32_t pkcs11_key_refresh(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key)
{
    reading_t reading = {0};
    pkcs11_selector_t selector = {key->name, key->id};
    int32_t status = read_again(call, pool, &selector, &reading);
    if (status != SIGNET_OK) {
        return status;
    }
    if (!signet_bytes_equal(key->public_key, reading.public_key)) {
        return signet_fail(call, SIGNET_CONFLICT, "key.changed",
                           "the key \"%.*s\" on the token is another one than before; restart to "
                           "use it",
                           SIGNET_FORMAT(key->name));
    }
    atomic_store(&key->handle, reading.handle);
    return SIGNET_OK;
}

pkcs11_use_t *pkcs11_use_new(signet_call_t *call, uint64_t size)
{
    pkcs11_use_t *use = calloc(1, size);
    if (use) {
        use->task.size = size;
    } else {
        (void)signet_fail_memory(call);
    }
    return use;
}

void pkcs11_use_free(pkcs11_use_t *use)
{
    pkcs11_task_free(use ? &use->task : NULL);
}

/* On a thread of the pool's runner. */
static void run(pkcs11_task_t *task)
{
    pkcs11_use_t *use = (pkcs11_use_t *)(void *)task;
    pkcs11_pool_t *pool = use->pool;
    CK_SESSION_HANDLE session = 0;
    const signet_bytes_t pin = {use->pin, use->pin_length};
    use->answer = pkcs11_pool_enter(pool, pin, &session);
    if (use->answer.kind != PKCS11_OK) {
        return;
    }
    use->result = use->use(pool->token, session, use);
    if (use->result == CKR_OK) {
        pkcs11_pool_give(pool, session);
    } else {
        pkcs11_pool_drop(pool, session, pkcs11_session_lost(use->result));
    }
}

static int32_t take_pin(signet_call_t *call, const pkcs11_pool_t *pool, pkcs11_use_t *use)
{
    signet_bytes_t pin = {NULL, 0};
    int32_t status = pool->host->services->secret(pool->host, call, pool->pin, &pin);
    if (status != SIGNET_OK) {
        return status;
    }
    if (pin.length == 0 || pin.length > sizeof(use->pin)) {
        return signet_fail(call, SIGNET_INVALID, "key.pin-missing",
                           "the PIN %.*s must have 1 to %u octets", SIGNET_FORMAT(pool->pin),
                           PKCS11_PIN_MAX);
    }
    memcpy(use->pin, pin.data, pin.length);
    use->pin_length = pin.length;
    return SIGNET_OK;
}

/* One try. The PIN is read only where a new session needs it. */
static int32_t use_once(signet_call_t *call, pkcs11_pool_t *pool, const pkcs11_key_t *key,
                        pkcs11_use_t **use)
{
    for (;;) {
        pkcs11_task_t *task = &(*use)->task;
        (*use)->key = atomic_load(&key->handle);
        int32_t status = pkcs11_runner_run(call, &pool->runner, &task);
        if (!task) {
            *use = NULL;
            return status;
        }
        if (status != SIGNET_OK) {
            return status;
        }
        if ((*use)->answer.kind != PKCS11_PIN_MISSING || (*use)->pin_length > 0 ||
            pool->pin.length == 0) {
            return pkcs11_token_fail_answer(call, pool->host, pool->token, &(*use)->answer,
                                            pool->pin);
        }
        status = take_pin(call, pool, *use);
        if (status != SIGNET_OK) {
            return status;
        }
    }
}

int32_t pkcs11_key_use(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                       pkcs11_use_t **use)
{
    (*use)->task.run = run;
    (*use)->pool = pool;
    for (int attempt = 0;; attempt++) {
        int32_t status = use_once(call, pool, key, use);
        int lost = status == SIGNET_OK && *use && pkcs11_session_lost((*use)->result);
        if (!lost || attempt > 0) {
            return status;
        }
        signet_log(pool->host, call, SIGNET_LOG_WARNING, "key.session-lost",
                   "the token \"%.*s\" answered %s; trying once more on a new session",
                   SIGNET_FORMAT(pkcs11_token_label(pool->token)),
                   pkcs11_result_name((*use)->result));
        status = pkcs11_key_refresh(call, pool, key);
        if (status != SIGNET_OK) {
            return status;
        }
    }
}

int pkcs11_key_same(const pkcs11_key_t *a, const pkcs11_key_t *b)
{
    return signet_text_equal(a->name, b->name) && signet_bytes_equal(a->id, b->id) &&
           signet_bytes_equal(a->public_key, b->public_key);
}

int32_t pkcs11_key_describe(signet_call_t *call, const pkcs11_pool_t *pool, const pkcs11_key_t *key,
                            signet_text_t module, const signet_key_t **description)
{
    signet_key_t *result = signet_alloc(call, 1, sizeof(*result));
    if (!result) {
        return signet_status(call);
    }
    result->size = sizeof(*result);
    result->purposes = key->purposes;
    result->uri = key->uri;
    result->name = key->name;
    result->type = signet_text(key->type->name);
    result->public_key = key->public_key;
    result->exportable = key->exportable ? 1 : 0;
    result->hardware = pool->token->hardware ? 1 : 0;
    result->module = module;
    result->origin = signet_text(key->origin);
    result->attestation = key->attestation;
    *description = result;
    return SIGNET_OK;
}
