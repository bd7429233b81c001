#include "ocsp/responder.h"

#include <signet/key.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "status.h"

/* One signature in so many is verified. */
#define VERIFIED_EVERY 1000U

status_responder_t *status_responder_hold(status_responder_t *responder)
{
    if (responder != NULL)
        atomic_fetch_add_explicit(&responder->holders, 1, memory_order_relaxed);
    return responder;
}

void status_responder_release(status_responder_t *responder)
{
    if (responder == NULL ||
        atomic_fetch_sub_explicit(&responder->holders, 1, memory_order_acq_rel) != 1)
        return;
    status_drop_text(responder->keys);
    status_drop_text(responder->key_uri);
    status_drop_text(responder->algorithm);
    status_drop(responder->identifier);
    status_drop(responder->certificate);
    status_drop(responder->subject);
    signet_verifier_free(responder->verifier);
    free(responder);
}

int32_t status_responder_sign(signet_call_t *call, status_responder_t *responder,
                              signet_bytes_t message, signet_bytes_t *signature)
{
    const signet_sign_request_t request = {.size = sizeof request,
                                           .purpose = SIGNET_PURPOSE_OCSP,
                                           .uri = responder->key_uri,
                                           .algorithm = responder->algorithm,
                                           .message = message};
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), responder->keys);
    if (provider == NULL)
        return signet_status(call);
    const signet_key_interface_t *keys = provider->interface;
    int32_t status = keys->sign(provider->instance, call, &request, signature);
    if (status == SIGNET_OK && atomic_fetch_add(&responder->signatures, 1) % VERIFIED_EVERY == 0)
        status = signet_verifier_verify(call, responder->verifier, responder->algorithm, message,
                                        *signature);
    return status;
}

/* The name of its key: of this node, for this key of the authority, and of this type. */
static int32_t name_key(const status_t *status, signet_call_t *call, const status_issuer_t *issuer,
                        signet_text_t type, signet_text_t *name)
{
    signet_bytes_t digest;
    signet_text_t all = signet_format(
        call, "%.*s/%.*s/%.*s/%.*s", SIGNET_FORMAT(status->host->node),
        SIGNET_FORMAT(status->host->name), SIGNET_FORMAT(issuer->key_id_text), SIGNET_FORMAT(type));
    int32_t done =
        all.data == NULL ? SIGNET_NO_MEMORY : signet_sha256(call, signet_text_bytes(all), &digest);
    if (done != SIGNET_OK)
        return done;
    *name = signet_format(call, "ocsp-%.*s",
                          SIGNET_FORMAT(signet_hex(call, (signet_bytes_t){digest.data, 12})));
    return name->data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

/* Its key, made where there is none. */
static int32_t find_key(const status_t *status, signet_call_t *call, const status_issuer_t *issuer,
                        signet_text_t keys_name, const signet_key_t **key)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), keys_name);
    if (provider == NULL)
        return signet_status(call);
    const signet_key_interface_t *keys = provider->interface;
    signet_key_request_t request = {.size = sizeof request,
                                    .purposes = SIGNET_PURPOSE_OCSP,
                                    .type = status->responder_key_type.length > 0
                                                ? status->responder_key_type
                                                : issuer->seen.key_type};
    int32_t done = name_key(status, call, issuer, request.type, &request.name);
    if (done != SIGNET_OK)
        return done;
    done = keys->find(provider->instance, call, request.name, key);
    if (done == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        done = keys->generate(provider->instance, call, &request, key);
    }
    return done;
}

/* Takes a certificate that was made for the key. */
static int32_t install(signet_call_t *call, status_issuer_t *issuer, const signet_key_t *key,
                       signet_text_t keys, signet_bytes_t certificate)
{
    const signet_x509_t *x509 = NULL;
    signet_bytes_t hash;
    signet_bytes_t identifier;
    signet_bytes_t signature;
    signet_text_t algorithm = signet_algorithm_for(key->type);
    int32_t done = signet_x509_parse(call, certificate, &x509);
    if (done == SIGNET_OK)
        done = signet_verifier_verify(call, issuer->verifier, x509->algorithm, x509->tbs,
                                      x509->signature);
    if (done == SIGNET_OK)
        done = signet_sha1(call, x509->key.bits, &hash);
    if (done == SIGNET_OK)
        done = signet_algorithm_encode(call, algorithm, &identifier);
    if (done != SIGNET_OK)
        return done;
    status_responder_t *made = calloc(1, sizeof *made);
    if (made == NULL)
        return signet_fail_memory(call);
    atomic_init(&made->holders, 1);
    memcpy(made->key_hash, hash.data, sizeof made->key_hash);
    made->not_before = x509->not_before;
    made->not_after = x509->not_after;
    if (!status_keep_text(call, keys, &made->keys) ||
        !status_keep_text(call, key->uri, &made->key_uri) ||
        !status_keep_text(call, algorithm, &made->algorithm) ||
        !status_keep(call, identifier, &made->identifier) ||
        !status_keep(call, certificate, &made->certificate) ||
        !status_keep(call, x509->subject, &made->subject))
        done = SIGNET_NO_MEMORY;
    if (done == SIGNET_OK)
        done = signet_verifier_new(call, key->public_key, &made->verifier);
    /* That key and certificate belong together is seen by a signature. */
    if (done == SIGNET_OK)
        done =
            status_responder_sign(call, made, signet_text_bytes(SIGNET_TEXT("signet")), &signature);
    if (done != SIGNET_OK) {
        status_responder_release(made);
        return done;
    }
    status_issuer_set_responder(issuer, made);
    return SIGNET_OK;
}

static int32_t renew(const status_t *status, signet_call_t *call, status_issuer_t *issuer)
{
    status_source_t source;
    const signet_key_t *key = NULL;
    const signet_certificate_t *certificate = NULL;
    signet_text_t keys =
        status->responder_keys.length > 0 ? status->responder_keys : issuer->seen.keys;
    int32_t done = find_key(status, call, issuer, keys, &key);
    if (done == SIGNET_OK)
        done = status_source(status, call, &source);
    if (done != SIGNET_OK || key == NULL)
        return done;
    done = source.interface->certify(source.instance, call, issuer->seen.authority,
                                     issuer->seen.generation, status->responder_profile,
                                     key->public_key, &certificate);
    return done == SIGNET_OK && certificate != NULL
               ? install(call, issuer, key, keys, certificate->der)
               : done;
}

/* Whether it has none, or one whose time is half over. */
static int needs_one(status_issuer_t *issuer)
{
    if (!atomic_load(&issuer->signs) || atomic_load(&issuer->superseded))
        return 0;
    status_responder_t *responder = status_issuer_responder(issuer);
    int64_t now = signet_now();
    int needed = responder == NULL ||
                 now >= responder->not_before + (responder->not_after - responder->not_before) / 2;
    status_responder_release(responder);
    return needed && issuer->seen.not_after > now;
}

int32_t status_responders_job(void *instance, signet_call_t *call)
{
    const status_t *status = instance;
    status_issuer_t *issuer = NULL;
    for (uint64_t i = 0; (issuer = status_issuer_at(&status->issuers, i)) != NULL; i++) {
        if (!needs_one(issuer))
            continue;
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        if (renew(status, child, issuer) != SIGNET_OK)
            signet_log_error(status->host, child, SIGNET_LOG_ERROR, "status.responder-failed");
        call->services->end(child);
    }
    return SIGNET_OK;
}
