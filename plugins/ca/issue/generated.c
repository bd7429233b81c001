#include "issue/generated.h"

#include "authority/distinguished.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <signet/sdk/pkcs12.h>

#define SUBJECT_MAX 2048U

int ca_generated_wanted(const signet_issue_request_t *request)
{
    return SIGNET_HAS(request, generate.length);
}

static int32_t check(signet_call_t *call, const ca_draft_t *draft)
{
    const signet_issue_request_t *request = draft->request;
    if (!draft->profile->generate_keys)
        return signet_fail_field(call, SIGNET_DENIED, "profile.generate-keys", "generate",
                                 "no keys are made for the profile \"%.*s\"; make one yourself and "
                                 "send a certificate request",
                                 SIGNET_FORMAT(draft->profile->name));
    if (request->csr.length > 0)
        return signet_fail_field(call, SIGNET_INVALID, "request.generate", "generate",
                                 "either a key is made or a certificate request is sent, not both");
    /* Before a key is made, which can take a second. */
    if (!ca_profile_permits_key(draft->profile, request->generate))
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-type", "generate",
                                 "the profile \"%.*s\" does not permit keys of the type %.*s",
                                 SIGNET_FORMAT(draft->profile->name),
                                 SIGNET_FORMAT(request->generate));
    return SIGNET_OK;
}

/* The subject as a request would have held it. */
static int32_t take_subject(signet_call_t *call, signet_text_t text, signet_csr_t *csr)
{
    csr->subject = ca_empty_name;
    if (text.length == 0)
        return SIGNET_OK;
    signet_setting_t setting = {.size = sizeof setting, .text = text};
    if (text.length > SUBJECT_MAX ||
        ca_distinguished_encode(call, &setting, &csr->subject) != SIGNET_OK) {
        call->services->clear(call);
        return signet_fail_field(call, SIGNET_INVALID, "request.subject", "subject",
                                 "the subject is not a name such as CN=Ada Lovelace,O=Example "
                                 "(RFC 4514), or a value in it is too long");
    }
    return signet_name_parse(call, csr->subject, &csr->attributes, &csr->attribute_count);
}

int32_t ca_generated_make(signet_call_t *call, ca_draft_t *draft)
{
    signet_bytes_t spki = {NULL, 0};
    signet_csr_t *csr = signet_alloc(call, 1, sizeof *csr);
    if (csr == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = check(call, draft);
    if (status == SIGNET_OK)
        status = take_subject(call, draft->request->subject, csr);
    if (status == SIGNET_OK)
        status =
            signet_private_key_generate(call, draft->request->generate, &draft->private_key, &spki);
    if (status == SIGNET_OK)
        status = signet_public_key_parse(call, spki, &csr->key);
    if (status != SIGNET_OK)
        return status;
    draft->csr = csr;
    draft->key_generated = 1;
    return SIGNET_OK;
}
