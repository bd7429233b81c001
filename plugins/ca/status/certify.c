#include "authority/lineage.h"
#include "error.h"
#include "issue/prepare.h"
#include "issue/recorded.h"
#include "issue/signing.h"
#include "status/status.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

static int32_t find_profile(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                            signet_text_t name, const ca_profile_t **profile)
{
    *profile = ca_profile_find(ca->profiles, ca->profile_count, name);
    if (*profile == NULL)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "profile.not-found", "profile",
                                 "there is no profile \"%.*s\"", SIGNET_FORMAT(name));
    if ((*profile)->kind != CA_KIND_OCSP_RESPONDER)
        return signet_fail_field(call, SIGNET_INVALID, "profile.kind", "profile",
                                 "the profile \"%.*s\" is not for OCSP responders; use one with "
                                 "kind = \"ocsp-responder\"",
                                 SIGNET_FORMAT(name));
    if (!(*profile)->permitted[ca_authority_index(ca, authority)])
        return signet_fail_field(call, SIGNET_DENIED, "profile.authority-not-permitted",
                                 "authority",
                                 "the profile \"%.*s\" may not be used with the authority \"%.*s\"",
                                 SIGNET_FORMAT(name), SIGNET_FORMAT(authority->name));
    return SIGNET_OK;
}

/* Whether the key may sign anything any more. It may be that of an authority that issues nothing:
 * responders speak for what it issued before. */
static int32_t check_authority(signet_call_t *call, const ca_authority_t *authority)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    const ca_generation_t *item =
        lineage != NULL ? ca_lineage_find(lineage, authority->generation) : NULL;
    if (authority->key_uri.length > 0 && item != NULL && item->compromised == 0 &&
        !atomic_load(&authority->key_destroyed) && !atomic_load(&authority->suspended))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_UNAVAILABLE, "authority.cannot-sign",
                       "the key %llu of the authority \"%.*s\" signs nothing here",
                       (unsigned long long)authority->generation, SIGNET_FORMAT(authority->name));
}

/* What a request of the responder's would say. */
static int32_t describe(signet_call_t *call, const ca_authority_t *authority, signet_bytes_t key,
                        signet_csr_t *csr)
{
    const signet_text_t type = SIGNET_TEXT("CN");
    const signet_text_t name =
        signet_format(call, "%.*s OCSP responder", SIGNET_FORMAT(authority->name));
    int32_t status = name.data == NULL ? SIGNET_NO_MEMORY
                                       : signet_name_encode(call, &type, &name, 1, &csr->subject);
    if (status == SIGNET_OK)
        status = signet_name_parse(call, csr->subject, &csr->attributes, &csr->attribute_count);
    return status == SIGNET_OK ? signet_public_key_parse(call, key, &csr->key) : status;
}

static int32_t issue(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                     const ca_profile_t *profile, signet_bytes_t key, ca_record_t *record)
{
    static const ca_policy_outcome_t nobody;
    /* It never outlives its issuer. */
    const signet_issue_request_t request = {.size = sizeof request,
                                            .profile = profile->name,
                                            .authority = authority->name,
                                            .not_after = authority->not_after};
    ca_draft_t draft = {
        .request = &request, .profile = profile, .authority = authority, .now = signet_now()};
    signet_csr_t *csr = signet_alloc(call, 1, sizeof *csr);
    int32_t status = csr == NULL ? SIGNET_NO_MEMORY : describe(call, authority, key, csr);
    if (status == SIGNET_OK)
        status = ca_prepare_own(ca, call, &draft, csr);
    if (status == SIGNET_OK)
        status = ca_recorded_fill(ca, call, &draft, &nobody, NULL, record);
    ca_signing_t signing = {.authority = authority,
                            .regardless = 1,
                            .key_uri = authority->key_uri,
                            .content = &draft.content,
                            .record = record};
    return status == SIGNET_OK ? ca_signing_run(ca, call, &signing) : status;
}

int32_t ca_status_certify(void *instance, signet_call_t *call, signet_text_t name,
                          uint64_t generation, signet_text_t profile_name,
                          signet_bytes_t public_key, const signet_certificate_t **certificate)
{
    ca_t *ca = instance;
    ca_authority_t *authority = NULL;
    const ca_profile_t *profile = NULL;
    ca_record_t *record = signet_alloc(call, 1, sizeof *record);
    int32_t status = record == NULL ? SIGNET_NO_MEMORY : ca_status_job(call);
    if (status == SIGNET_OK)
        status = ca_status_authority(ca, call, name, generation, &authority);
    if (status == SIGNET_OK)
        status = check_authority(call, authority);
    if (status == SIGNET_OK)
        status = find_profile(ca, call, authority, profile_name, &profile);
    if (status != SIGNET_OK)
        return status;
    signet_call_t *child = ca_status_enter(call, authority);
    if (child == NULL)
        return signet_status(call);
    status = issue(ca, child, authority, profile, public_key, record);
    if (status == SIGNET_OK) {
        signet_certificate_t *made = signet_alloc(call, 1, sizeof *made);
        if (made != NULL) {
            *made = (signet_certificate_t){.size = sizeof *made,
                                           .authority = authority->name,
                                           .serial =
                                               signet_bytes_copy(call, record->certificate.serial),
                                           .der = signet_bytes_copy(call, record->certificate.der),
                                           .state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID),
                                           .not_before = record->certificate.not_before,
                                           .not_after = record->certificate.not_after,
                                           .generation = authority->generation};
            *certificate = made;
        }
        if (made == NULL || made->serial.data == NULL || made->der.data == NULL)
            status = SIGNET_NO_MEMORY;
    } else {
        status = signet_error_pass(call, child);
    }
    call->services->end(child);
    return status;
}
