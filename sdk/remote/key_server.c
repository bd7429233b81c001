/* signet.key/1 in the process that has the keys. It trusts the daemon with nothing that a key must
 * not be used for: that is checked here, whatever the backend checks itself, and noted down before
 * anything is signed. */
#include "key_codec.h"
#include "server.h"
#include "signing_log.h"

#include <signet/sdk/backend.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

static const signet_key_interface_t *keys_of(const remote_service_t *service)
{
    return service->target->vtable;
}

static int32_t serve_generate(const remote_service_t *service)
{
    signet_key_request_t request;
    const signet_key_t *key = NULL;
    remote_read_key_request(service->request, &request);
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status =
            keys_of(service)->generate(service->target->instance, service->call, &request, &key);
    if (status == SIGNET_OK)
        remote_write_key(service->reply, key);
    return status;
}

static int32_t serve_find(const remote_service_t *service)
{
    const signet_key_t *key = NULL;
    signet_text_t uri = remote_read_text(service->request);
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status = keys_of(service)->find(service->target->instance, service->call, uri, &key);
    if (status == SIGNET_OK)
        remote_write_key(service->reply, key);
    return status;
}

/* Whether `purpose` is one of those that the key was made for. */
static int fits(uint32_t purpose, uint32_t purposes)
{
    return purpose && (purpose & (purpose - 1)) == 0 && (purpose & purposes) != 0 &&
           purpose != SIGNET_PURPOSE_DECRYPT;
}

/* Asks the backend what a key was made for. */
static int32_t ask_purposes(const remote_service_t *service, signet_text_t uri, uint32_t *purposes)
{
    const signet_key_t *key = NULL;
    signet_call_t *child = service->call->services->child(service->call);
    if (!child)
        return signet_status(service->call);
    int32_t status = keys_of(service)->find(service->target->instance, child, uri, &key);
    const signet_error_t *error = child->services->error(child);
    if (status == SIGNET_OK)
        *purposes = key->purposes;
    else if (error)
        status = service->call->services->fail(service->call, error);
    child->services->end(child);
    return status;
}

/* What no key signs, whoever asks. The backend knows the key's type and purposes and judges them
 * too; this does not rely on it. */
static int32_t judge(const remote_service_t *service, const signet_sign_request_t *request)
{
    uint32_t purpose = request->purpose;
    uint32_t purposes = key_purposes_find(service->known, request->uri);
    if (!fits(purpose, purposes)) {
        int32_t status = ask_purposes(service, request->uri, &purposes);
        if (status != SIGNET_OK)
            return status;
        key_purposes_add(service->known, request->uri, purposes);
    }
    if (!fits(purpose, purposes))
        return signet_fail(service->call, SIGNET_DENIED, "key.purpose-refused",
                           "the key \"%.*s\" was not made for the purpose \"%.*s\"",
                           SIGNET_FORMAT(request->uri),
                           SIGNET_FORMAT(signet_purposes_text(service->call, purpose)));
    if (purpose == SIGNET_PURPOSE_CERTIFICATE && request->intent.length == 0)
        return signet_fail(service->call, SIGNET_DENIED, "key.intent-missing",
                           "a certificate is signed only with the id of its stored intent");
    if (request->digest.length && purpose != SIGNET_PURPOSE_CRL)
        return signet_fail(service->call, SIGNET_DENIED, "key.digest-refused",
                           "only CRLs are signed by their digest; hand in the whole message");
    return SIGNET_OK;
}

static int32_t serve_sign(const remote_service_t *service)
{
    signet_sign_request_t request;
    signet_bytes_t signature = {NULL, 0};
    uint64_t sequence = 0;
    remote_read_sign_request(service->request, &request);
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status = judge(service, &request);
    if (status == SIGNET_OK)
        status = signing_log_note(service->log, service->call, &request, &sequence);
    if (status != SIGNET_OK)
        return status;
    status = keys_of(service)->sign(service->target->instance, service->call, &request, &signature);
    if (status != SIGNET_OK) {
        signing_log_failed(service->log, service->call, sequence);
        return status;
    }
    /* A power cut must not leave a signature that the log does not have. */
    signing_log_settle(service->log, sequence);
    remote_write_bytes(service->reply, signature);
    return SIGNET_OK;
}

static int32_t serve_list(const remote_service_t *service)
{
    const signet_key_t *const *keys = NULL;
    uint64_t count = 0;
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status = keys_of(service)->list(service->target->instance, service->call, &keys, &count);
    if (status != SIGNET_OK)
        return status;
    remote_write_u64(service->reply, count);
    for (uint64_t at = 0; at < count; at++)
        remote_write_key(service->reply, keys[at]);
    return SIGNET_OK;
}

static int32_t serve_initialise(const remote_service_t *service)
{
    signet_token_request_t request;
    signet_text_t description = {NULL, 0};
    remote_read_token_request(service->request, &request);
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status = keys_of(service)->initialise(service->target->instance, service->call, &request,
                                              &description);
    if (status == SIGNET_OK)
        remote_write_text(service->reply, description);
    return status;
}

static int32_t serve_unlock(const remote_service_t *service)
{
    signet_bytes_t secret = remote_read_bytes(service->request);
    int32_t status = remote_service_check(service);
    return status == SIGNET_OK
               ? keys_of(service)->unlock(service->target->instance, service->call, secret)
               : status;
}

static int32_t serve_lock(const remote_service_t *service)
{
    int32_t status = remote_service_check(service);
    return status == SIGNET_OK ? keys_of(service)->lock(service->target->instance, service->call)
                               : status;
}

static int32_t serve_decrypt(const remote_service_t *service)
{
    signet_decrypt_request_t request;
    signet_bytes_t plaintext = {NULL, 0};
    remote_read_decrypt_request(service->request, &request);
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status = keys_of(service)->decrypt(service->target->instance, service->call, &request,
                                           &plaintext);
    if (status == SIGNET_OK)
        remote_write_bytes(service->reply, plaintext);
    return status;
}

static int32_t serve_destroy(const remote_service_t *service)
{
    signet_text_t uri = remote_read_text(service->request);
    signet_bytes_t public_key = remote_read_bytes(service->request);
    int32_t status = remote_service_check(service);
    return status == SIGNET_OK ? keys_of(service)->destroy(service->target->instance, service->call,
                                                           uri, public_key)
                               : status;
}

int32_t remote_serve_key(const remote_service_t *service)
{
    const signet_key_interface_t *keys = keys_of(service);
    if (service->function != KEY_SIGN && service->function != KEY_FIND &&
        service->function != KEY_DECRYPT)
        key_purposes_clear(service->known);
    switch (service->function) {
    case KEY_GENERATE:
        return serve_generate(service);
    case KEY_FIND:
        return serve_find(service);
    case KEY_SIGN:
        return serve_sign(service);
    case KEY_LIST:
        return SIGNET_HAS(keys, list) ? serve_list(service) : remote_service_lacks(service);
    case KEY_INITIALISE:
        return SIGNET_HAS(keys, initialise) ? serve_initialise(service)
                                            : remote_service_lacks(service);
    case KEY_UNLOCK:
        return SIGNET_HAS(keys, unlock) ? serve_unlock(service) : remote_service_lacks(service);
    case KEY_LOCK:
        return SIGNET_HAS(keys, lock) ? serve_lock(service) : remote_service_lacks(service);
    case KEY_DECRYPT:
        return SIGNET_HAS(keys, decrypt) ? serve_decrypt(service) : remote_service_lacks(service);
    case KEY_DESTROY:
        return SIGNET_HAS(keys, destroy) ? serve_destroy(service) : remote_service_lacks(service);
    default:
        return remote_service_lacks(service);
    }
}
