#include "issue/predecessor.h"

#include "issue/renew.h"
#include "permission.h"
#include "record/record.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

static int32_t refuse(signet_call_t *call, const char *reason, const char *message)
{
    return signet_fail_field(call, SIGNET_INVALID, reason, "replaces", "%s", message);
}

/* What cannot be renewed was ended on purpose, or belongs to another profile's rules. */
static int32_t check(signet_call_t *call, const ca_draft_t *draft,
                     const signet_certificate_t *certificate)
{
    if (!signet_text_is(certificate->state, SIGNET_CERTIFICATE_VALID))
        return refuse(call, "renewal.revoked",
                      "the certificate is revoked or held; ask for a new one instead");
    if (certificate->not_after < draft->now)
        return refuse(call, "renewal.expired",
                      "the certificate has expired; ask for a new one instead");
    if (!signet_text_equal(certificate->profile, draft->profile->name))
        return refuse(call, "renewal.profile",
                      "a certificate is renewed under its own profile; ask for a new one instead");
    return SIGNET_OK;
}

int32_t ca_predecessor_find(ca_t *ca, signet_call_t *call, ca_draft_t *draft)
{
    const signet_issue_request_t *request = draft->request;
    signet_store_t store;
    ca_record_t *record = NULL;
    if (!SIGNET_HAS(request, replaces_serial.length))
        return SIGNET_OK;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &store, request->replaces_authority, request->replaces_serial,
                               &record);
    if (status == SIGNET_OK)
        status = ca_permission_change(call, &record->certificate);
    if (status == SIGNET_OK)
        status = check(call, draft, &record->certificate);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, record->certificate.der, &draft->predecessor);
    if (status != SIGNET_OK)
        return status;
    ca_renew_adjust(ca, record);
    draft->predecessor_due = record->renewal_set && record->certificate.renew_from <= draft->now;
    draft->predecessor_key =
        ca_record_key(call, request->replaces_authority, request->replaces_serial);
    return draft->predecessor_key.data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

int32_t ca_predecessor_request(signet_call_t *call, ca_draft_t *draft)
{
    if (draft->predecessor == NULL || draft->request->csr.length > 0)
        return signet_csr_parse(call, draft->request->csr, &draft->csr);
    signet_csr_t *csr = signet_alloc(call, 1, sizeof *csr);
    if (csr == NULL)
        return SIGNET_NO_MEMORY;
    csr->subject = draft->predecessor->subject;
    csr->attributes = draft->predecessor->attributes;
    csr->attribute_count = draft->predecessor->attribute_count;
    csr->key = draft->predecessor->key;
    draft->csr = csr;
    draft->key_kept = 1;
    return SIGNET_OK;
}
