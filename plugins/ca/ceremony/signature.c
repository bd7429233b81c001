#include "ceremony/signature.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

int32_t ca_signature_ready(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                           ca_authority_t *authority)
{
    if (!ca_session_is_open(session, authority))
        return signet_setting_fail(call, step->setting, "key.locked",
                                   "the keys of the authority \"%.*s\" are locked; a step "
                                   "\"unlock\" comes before this one",
                                   SIGNET_FORMAT(authority->name));
    int32_t status = ca_refresh(session->ca, call, authority);
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
