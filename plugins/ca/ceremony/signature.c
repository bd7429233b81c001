#include "ceremony/signature.h"

#include "authority/authority_load.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* Finds the key of an authority that was loaded while it was locked. */
static int32_t find_key(ca_session_t *session, signet_call_t *call, ca_authority_t *authority)
{
    const signet_x509_t *x509 = NULL;
    signet_text_t uri = {NULL, 0};
    int32_t status = signet_x509_parse(call, authority->certificate, &x509);
    if (status == SIGNET_OK)
        status = ca_authority_check_key(call, authority, x509, &uri);
    return status == SIGNET_OK ? ca_pool_text(&session->ca->pool, call, uri, &authority->key_uri)
                               : status;
}

int32_t ca_signature_load(ca_session_t *session, signet_call_t *call, ca_authority_t *authority)
{
    int open = ca_session_is_open(session, authority);
    signet_text_t keys = authority->keys;
    int32_t status = SIGNET_OK;
    if (authority->parent != NULL)
        status = ca_signature_load(session, call, authority->parent);
    if (status != SIGNET_OK)
        return status;
    if (!open)
        authority->keys = (signet_text_t){NULL, 0};
    status = ca_refresh(session->ca, call, authority);
    authority->keys = keys;
    if (status == SIGNET_OK && open && authority->certificate.length > 0 &&
        authority->key_uri.length == 0)
        status = find_key(session, call, authority);
    return status;
}

int32_t ca_signature_ready(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                           ca_authority_t *authority)
{
    if (!ca_session_is_open(session, authority))
        return signet_setting_fail(call, step->setting, "key.locked",
                                   "the keys of the authority \"%.*s\" are locked; a step "
                                   "\"unlock\" comes before this one",
                                   SIGNET_FORMAT(authority->name));
    int32_t status = ca_signature_load(session, call, authority);
    return status == SIGNET_OK ? ca_authority_ready(call, authority, signet_now()) : status;
}

int32_t ca_signature_make(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                          const ca_authority_t *authority, signet_text_t uri, uint32_t purpose,
                          signet_bytes_t spki, signet_bytes_t *signature)
{
    const ca_step_t keys_of = {.authority = (ca_authority_t *)(uintptr_t)authority,
                               .setting = step->setting};
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    signet_public_key_t key;
    signet_text_t intent = signet_format(call, "transcript:%llu/step:%llu",
                                         (unsigned long long)session->transcript.lines,
                                         (unsigned long long)step->number);
    int32_t status = ca_step_keys(call, &keys_of, &keys, &instance);
    signet_sign_request_t request = {.size = sizeof request,
                                     .purpose = purpose,
                                     .uri = uri,
                                     .algorithm = authority->algorithm,
                                     .message = step->tbs,
                                     .intent = intent};
    if (status == SIGNET_OK && intent.data == NULL)
        status = SIGNET_NO_MEMORY;
    if (status == SIGNET_OK)
        status = keys->sign(instance, call, &request, signature);
    if (status == SIGNET_OK)
        status = signet_public_key_parse(call, spki, &key);
    if (status != SIGNET_OK)
        return status;
    status = signet_verify(call, &key, authority->algorithm, step->tbs, *signature);
    if (status != SIGNET_DENIED)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_INTERNAL, "signature.wrong",
                       "the key of the authority \"%.*s\" made a wrong signature; nothing was "
                       "written, and the token must be examined",
                       SIGNET_FORMAT(authority->name));
}
