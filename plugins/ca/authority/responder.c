#include "authority/responder.h"

#include "issue/prepare.h"
#include "issue/recorded.h"
#include "issue/request.h"
#include "issue/signing.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define SECOND_MS 1000
/* How often a certificate may be begun and left by a crash, or be asked for with another request,
 * before somebody must look. */
#define ATTEMPTS 16

/* The draft of its certificate, by every rule that the profile has. */
static int32_t prepare(const ca_lifecycle_t *life, signet_call_t *call, ca_authority_t *authority,
                       ca_draft_t *draft)
{
    int32_t status = ca_prepare_authorise(life->ca, call, draft);
    if (status == SIGNET_OK && draft->profile->kind != CA_KIND_OCSP_RESPONDER)
        return signet_fail_field(call, SIGNET_INVALID, "profile.kind", "profile",
                                 "the profile \"%.*s\" is not for OCSP responders; use one with "
                                 "kind = \"ocsp-responder\"",
                                 SIGNET_FORMAT(draft->profile->name));
    draft->authority = authority;
    return status == SIGNET_OK ? ca_prepare_request(life->ca, call, draft) : status;
}

static signet_issue_request_t request_of(const ca_lifecycle_t *life, signet_text_t id)
{
    return (signet_issue_request_t){.size = sizeof(signet_issue_request_t),
                                    .request_id = id,
                                    .profile = life->change->profile,
                                    .authority = life->home->name,
                                    .csr = life->change->responder};
}

int32_t ca_responder_check(const ca_lifecycle_t *life, signet_call_t *call,
                           ca_authority_t *authority)
{
    const signet_issue_request_t request = request_of(life, (signet_text_t){NULL, 0});
    ca_draft_t draft = {.request = &request, .now = signet_now()};
    return prepare(life, call, authority, &draft);
}

static int32_t sign(const ca_lifecycle_t *life, signet_call_t *call, ca_authority_t *authority,
                    signet_text_t key_uri, int64_t until, const signet_issue_request_t *request,
                    signet_bytes_t digest, const signet_certificate_t **certificate)
{
    static const ca_policy_outcome_t nobody;
    ca_draft_t draft = {.request = request, .now = signet_now()};
    ca_record_t *record = signet_alloc(call, 1, sizeof *record);
    int32_t status = record == NULL ? SIGNET_NO_MEMORY : prepare(life, call, authority, &draft);
    if (status != SIGNET_OK || record == NULL)
        return status;
    draft.content.not_after = until < authority->not_after ? until : authority->not_after;
    draft.content.not_after -= draft.content.not_after % SECOND_MS;
    draft.content.outlives = 1;
    status = ca_recorded_fill(life->ca, call, &draft, &nobody, NULL, record);
    ca_signing_t signing = {.authority = authority,
                            .regardless = 1,
                            .key_uri = key_uri,
                            .content = &draft.content,
                            .record = record,
                            .request = request,
                            .request_digest = digest};
    if (status == SIGNET_OK)
        status = ca_signing_run(life->ca, call, &signing);
    *certificate = &record->certificate;
    return status;
}

int32_t ca_responder_certify(const ca_lifecycle_t *life, signet_call_t *call,
                             ca_authority_t *authority, signet_text_t key_uri, int64_t until,
                             const signet_certificate_t **certificate)
{
    signet_store_t store;
    int32_t status = ca_store(life->ca, call, &store);
    for (int attempt = 1; status == SIGNET_OK && attempt <= ATTEMPTS; attempt++) {
        signet_bytes_t digest;
        ca_record_t *found = NULL;
        /* One for each last list: what is certified must last as long as that. */
        const signet_issue_request_t request = request_of(
            life,
            signet_format(call, "destroy-key/%.*s/%llu/%lld/%d", SIGNET_FORMAT(life->home->name),
                          (unsigned long long)authority->generation, (long long)until, attempt));
        if (request.request_id.data == NULL)
            return SIGNET_NO_MEMORY;
        status = ca_request_digest(call, &request, &digest);
        if (status == SIGNET_OK)
            status = ca_request_find(call, &store, &request, digest, &found);
        if (status == SIGNET_CONFLICT) {
            call->services->clear(call);
            status = SIGNET_OK;
            continue;
        }
        if (status == SIGNET_OK && found == NULL)
            return sign(life, call, authority, key_uri, until, &request, digest, certificate);
        if (status == SIGNET_OK)
            *certificate = &found->certificate;
        return status;
    }
    return status != SIGNET_OK
               ? status
               : signet_fail(call, SIGNET_CONFLICT, "authority.responder",
                             "the certificate of the responder of the authority \"%.*s\" was begun "
                             "too often and never finished; see what is wrong with its key",
                             SIGNET_FORMAT(life->home->name));
}
