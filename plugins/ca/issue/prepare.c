#include "issue/prepare.h"

#include "archive/archive.h"
#include "authority/lineage.h"
#include "issue/generated.h"
#include "issue/predecessor.h"
#include "issue/reuse.h"
#include "issue/serial.h"
#include "permission.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

/* No name of a profile or an authority is longer. */
#define NAME_MAX_LENGTH 64U

int32_t ca_prepare_authorise(ca_t *ca, signet_call_t *call, ca_draft_t *draft)
{
    const signet_issue_request_t *request = draft->request;
    if (request->profile.length <= NAME_MAX_LENGTH)
        draft->profile = ca_tenant_profile(ca, call, request->profile);
    if (draft->profile == NULL)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "profile.not-found", "profile",
                                 "there is no such profile; the list of profiles says which there "
                                 "are");
    draft->authority = draft->profile->authority;
    if (request->authority.length > 0)
        draft->authority = ca_tenant_authority(ca, call, request->authority);
    if (draft->authority == NULL)
        return signet_fail_field(call,
                                 request->authority.length > 0 ? SIGNET_NOT_FOUND : SIGNET_INVALID,
                                 "authority.not-found", "authority",
                                 "name the authority that is to issue; the list of authorities "
                                 "says which there are");
    /* Root and policy authorities are never permitted for end-entity profiles. */
    if (!draft->profile->permitted[ca_authority_index(ca, draft->authority)])
        return signet_fail_field(
            call, SIGNET_DENIED, "profile.authority-not-permitted", "authority",
            "the profile \"%.*s\" may not be used with the authority "
            "\"%.*s\"",
            SIGNET_FORMAT(draft->profile->name), SIGNET_FORMAT(draft->authority->name));
    /* From here to the end with the one key that issues now. */
    draft->authority = ca_authority_now(draft->authority);
    return ca_permission_request(call, draft->profile, draft->authority);
}

/* An authority's key must not come back in another certificate; that of a subordinate is certified
 * by those above it alone. */
static int is_authority_key(const ca_t *ca, const ca_draft_t *draft)
{
    int subordinate = draft->profile->kind == CA_KIND_SUBORDINATE;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *authority = &ca->authorities[i];
        int above = authority->parent != NULL && authority->parent->home == draft->authority->home;
        if (ca_lineage_has_key(authority, draft->csr->key.spki) && (!subordinate || !above))
            return 1;
    }
    return 0;
}

/* Whether the key is known as compromised: reported here, or named by the operator's lists. */
int32_t ca_prepare_blocked(ca_t *ca, signet_call_t *call, const signet_public_key_t *key)
{
    signet_bytes_t digest;
    int listed = 0;
    int32_t status = signet_sha256(call, key->spki, &digest);
    if (status == SIGNET_OK)
        status = ca_blocklist_has(call, &ca->blocklist, key, digest, &listed);
    if (status == SIGNET_OK && (listed || ca_blocked_keys_has(ca->blocked, digest)))
        return signet_fail_field(call, SIGNET_INVALID, "key.blocked", "csr",
                                 "the key in the request is known as compromised; make a new one");
    return status;
}

static int32_t check_key(ca_t *ca, signet_call_t *call, ca_draft_t *draft)
{
    const signet_csr_t *csr = draft->csr;
    int32_t status = signet_key_judge(call, &csr->key);
    if (status != SIGNET_OK)
        return status;
    if (!ca_profile_permits_key(draft->profile, csr->key.type))
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-type", "csr",
                                 "the profile \"%.*s\" does not permit keys of the type %.*s",
                                 SIGNET_FORMAT(draft->profile->name), SIGNET_FORMAT(csr->key.type));
    if (is_authority_key(ca, draft))
        return signet_fail_field(call, SIGNET_INVALID, "key.of-authority", "csr",
                                 "the key in the request is that of an authority");
    status = ca_prepare_blocked(ca, call, &csr->key);
    /* The key that is kept was proved when it was first certified; one that is made is ours. */
    if (status != SIGNET_OK || draft->key_kept || draft->key_generated)
        return status;
    status = signet_verify(call, &csr->key, csr->algorithm, csr->info, csr->signature);
    if (status != SIGNET_DENIED)
        return status;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "csr.proof-of-possession", "csr",
                             "the request is not signed by the key that it holds");
}

/* Names and subject as the profile has them, within the actor's grant. */
static int32_t check_names(signet_call_t *call, ca_draft_t *draft)
{
    int32_t status = ca_draft_names(call, draft);
    if (status == SIGNET_OK)
        status = ca_permission_names(call, draft->profile, draft->authority, &draft->all);
    return status;
}

/* The fields of the request. Whoever may set the SID of an account becomes that account. */
static int32_t take_fields(signet_call_t *call, ca_draft_t *draft)
{
    draft->requester = call->services->actor(call)->id;
    int32_t status = ca_fields_collect(call, draft->request, &draft->fields);
    if (status == SIGNET_OK && ca_field_value(&draft->fields, SIGNET_TEXT(CA_FIELD_SID)) != NULL &&
        !ca_permission_officer(call, draft->profile, draft->authority))
        return signet_fail_field(call, SIGNET_DENIED, "permission.sid", "fields",
                                 "only an officer may say whose SID a certificate holds");
    return status;
}

/* As it was sent, or made for a key of the predecessor's or of our own. */
static int32_t take_request(signet_call_t *call, ca_draft_t *draft)
{
    if (ca_generated_wanted(draft->request))
        return ca_generated_make(call, draft);
    if (SIGNET_HAS(draft->request, subject.length))
        return signet_fail_field(call, SIGNET_INVALID, "request.subject", "subject",
                                 "a subject is given beside `generate` alone; a certificate "
                                 "request holds its own");
    return ca_predecessor_request(call, draft);
}

int32_t ca_prepare(ca_t *ca, signet_call_t *call, ca_draft_t *draft)
{
    int32_t status = ca_authority_ready(call, draft->authority, draft->now);
    return status == SIGNET_OK ? ca_prepare_request(ca, call, draft) : status;
}

int32_t ca_prepare_request(ca_t *ca, signet_call_t *call, ca_draft_t *draft)
{
    int32_t status = take_fields(call, draft);
    if (status == SIGNET_OK)
        status = ca_predecessor_find(ca, call, draft);
    if (status == SIGNET_OK)
        status = take_request(call, draft);
    if (status == SIGNET_OK)
        status = ca_archive_check(ca, call, draft);
    if (status == SIGNET_OK)
        status = check_key(ca, call, draft);
    if (status == SIGNET_OK)
        status = check_names(call, draft);
    if (status == SIGNET_OK)
        status = ca_attestation_check(call, draft);
    if (status == SIGNET_OK)
        status = ca_reuse_check(ca, call, draft);
    if (status == SIGNET_OK)
        status = ca_serial_new(call, draft->now, draft->serial);
    if (status == SIGNET_OK)
        status = ca_draft_content(call, draft);
    return status;
}

int32_t ca_prepare_own(ca_t *ca, signet_call_t *call, ca_draft_t *draft, const signet_csr_t *csr)
{
    draft->requester = call->services->actor(call)->id;
    draft->csr = csr;
    draft->key_generated = 1;
    int32_t status = check_key(ca, call, draft);
    if (status == SIGNET_OK)
        status = ca_draft_names(call, draft);
    if (status == SIGNET_OK)
        status = ca_serial_new(call, draft->now, draft->serial);
    return status == SIGNET_OK ? ca_draft_content(call, draft) : status;
}
