#include "issue/precertificate.h"

#include "issue/prepare.h"
#include "transparency/entry.h"
#include "transparency/transparency.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

int ca_precertificate_wanted(const ca_content_t *content)
{
    return content->profile != NULL && content->profile->transparency != NULL;
}

int32_t ca_precertificate_content(signet_call_t *call, const ca_content_t *content,
                                  const ca_content_t **poisoned)
{
    signet_buffer_t buffer = signet_buffer(call, content->extra.length + ca_entry_poison.length);
    ca_content_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    *made = *content;
    signet_buffer_add(&buffer, content->extra.data, content->extra.length);
    signet_buffer_add(&buffer, ca_entry_poison.data, ca_entry_poison.length);
    made->extra_count++;
    *poisoned = made;
    return signet_buffer_bytes(&buffer, &made->extra);
}

int32_t ca_precertificate_log(ca_t *ca, signet_call_t *call, ca_signing_t *signing,
                              signet_bytes_t *tbs)
{
    ca_record_t *record = signing->record;
    ca_record_t *before = signet_alloc(call, 1, sizeof *before);
    const signet_x509_t *x509 = NULL;
    signet_bytes_t list = {NULL, 0};
    if (before == NULL)
        return SIGNET_NO_MEMORY;
    ca_submit_t submit = {.policy = signing->content->profile->transparency,
                          .authority = signing->authority,
                          .precertificate = record->body,
                          .not_after = record->certificate.not_after,
                          .signed_at = record->certificate.issued_at};
    int32_t status = signet_x509_parse(call, record->body, &x509);
    if (status == SIGNET_OK)
        status = ca_entry_replace(call, x509->tbs, ca_oid_poison, (signet_bytes_t){NULL, 0},
                                  &submit.bare);
    if (status == SIGNET_OK)
        status = ca_transparency_submit(ca->transparency, call, &submit, &list, &signing->logs);
    if (status == SIGNET_OK)
        status = ca_entry_complete(call, x509->tbs, submit.bare, list, tbs);
    if (status != SIGNET_OK)
        return status;
    *before = *record;
    signing->precertified = before;
    record->precertificate = record->body;
    record->stage = CA_STAGE_WHOLE;
    record->certificate.state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID);
    return SIGNET_OK;
}

static int32_t stale(signet_call_t *call, const ca_record_t *record, const char *what)
{
    return signet_fail_field(call, SIGNET_CONFLICT, "precertificate.stale", "request_id",
                             "the precertificate %.*s cannot become a certificate because %s; "
                             "revoke it, then ask under another id",
                             SIGNET_FORMAT(signet_hex(call, record->certificate.serial)), what);
}

/* Whether the key that signs now is the one that signed the precertificate. */
static int32_t check_issuer(signet_call_t *call, const ca_authority_t *authority,
                            const ca_record_t *record, const signet_x509_t *x509)
{
    int32_t status = SIGNET_DENIED;
    if (signet_bytes_equal(x509->issuer, authority->subject) &&
        signet_text_equal(x509->algorithm, authority->algorithm))
        status = signet_verifier_verify(call, authority->verifier, x509->algorithm, x509->tbs,
                                        x509->signature);
    if (status != SIGNET_DENIED && status != SIGNET_INVALID)
        return status;
    call->services->clear(call);
    return stale(call, record, "its authority has another key now");
}

int32_t ca_precertificate_resume(ca_t *ca, signet_call_t *call, const ca_draft_t *draft,
                                 ca_record_t *record)
{
    const signet_certificate_t *certificate = &record->certificate;
    const signet_x509_t *x509 = NULL;
    ca_authority_t *authority = draft->authority;
    if (!signet_text_equal(authority->name, certificate->authority) ||
        draft->profile->transparency == NULL ||
        draft->profile->version != certificate->profile_version)
        return stale(call, record, "its profile was changed");
    if (certificate->not_after <= draft->now)
        return stale(call, record, "it has expired");
    int32_t status = ca_authority_ready(call, authority, draft->now);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, record->body, &x509);
    if (status == SIGNET_OK)
        status = check_issuer(call, authority, record, x509);
    if (status == SIGNET_OK)
        status = ca_prepare_blocked(ca, call, &x509->key);
    if (status != SIGNET_OK)
        return status;
    ca_content_t content = {.serial = certificate->serial,
                            .identifier = authority->identifier,
                            .profile = draft->profile};
    ca_signing_t signing = {.authority = authority,
                            .key_uri = authority->key_uri,
                            .content = &content,
                            .record = record};
    return ca_signing_resume(ca, call, &signing);
}
