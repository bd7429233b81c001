#include "issue/issue.h"

#include "approval/gate.h"
#include "archive/archive.h"
#include "issue/asked.h"
#include "issue/denial.h"
#include "issue/precertificate.h"
#include "issue/prepare.h"
#include "issue/recorded.h"
#include "issue/request.h"
#include "issue/signing.h"
#include "profile/required_field.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <time.h>

/* Answers what the same request was answered before, if there is a request id. */
static int32_t repeat(ca_t *ca, signet_call_t *call, const signet_issue_request_t *request,
                      signet_bytes_t *digest, ca_record_t **record)
{
    signet_store_t store;
    *record = NULL;
    if (request->request_id.length == 0)
        return SIGNET_OK;
    if (request->request_id.length > CA_REQUEST_ID_MAX || !signet_text_valid(request->request_id))
        return signet_fail_field(call, SIGNET_INVALID, "request.id", "request_id",
                                 "a request id is at most %u octets of UTF-8", CA_REQUEST_ID_MAX);
    int32_t status = ca_request_digest(call, request, digest);
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    return status == SIGNET_OK ? ca_request_find(call, &store, request, *digest, record) : status;
}

/* The changes that use the approval up with the intent, and take that back. */
static int32_t use_approval(ca_t *ca, signet_call_t *call, const signet_approval_t *approval,
                            const ca_record_t *record, ca_signing_t *signing)
{
    const signet_certificate_t *certificate = &record->certificate;
    if (approval == NULL)
        return SIGNET_OK;
    signet_text_t key = ca_record_key(call, certificate->authority, certificate->serial);
    signet_text_t result = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(key));
    if (key.data == NULL || result.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_approval_finish(ca, call, approval, result, &signing->finish);
    return status == SIGNET_OK ? ca_approval_reopen(call, approval, &signing->reopen) : status;
}

static int32_t sign(ca_t *ca, signet_call_t *call, ca_draft_t *draft, signet_bytes_t digest,
                    const ca_policy_outcome_t *policies, const signet_approval_t *approval,
                    ca_record_t *record)
{
    const signet_issue_request_t *request = draft->request;
    ca_signing_t signing = {.authority = draft->authority,
                            .key_uri = draft->authority->key_uri,
                            .content = &draft->content,
                            .draft = draft,
                            .record = record,
                            .request = request->request_id.length > 0 ? request : NULL,
                            .request_digest = digest};
    int32_t status = ca_recorded_fill(ca, call, draft, policies, approval, record);
    if (status == SIGNET_OK)
        status = use_approval(ca, call, approval, record, &signing);
    if (status == SIGNET_OK)
        status = ca_archive_seal(call, draft, &record->certificate, &signing.archived);
    if (status == SIGNET_OK && signing.archived != NULL)
        signing.recovery_key = draft->profile->archive->name;
    ca_quota_t *quota = ca_tenant_quota(draft->profile->owner);
    if (status == SIGNET_OK)
        status = ca_quota_take(ca, call, quota);
    if (status != SIGNET_OK)
        return status;
    status = ca_signing_run(ca, call, &signing);
    ca_quota_settle(quota, status == SIGNET_OK);
    if (status == SIGNET_OK)
        record->certificate.private_key = draft->private_key;
    return status;
}

/* A certificate that nobody else needs to agree to, whatever policies say. */
static int32_t issue_at_once(ca_t *ca, signet_call_t *call, ca_draft_t *draft,
                             signet_bytes_t digest, ca_record_t *record)
{
    static const ca_policy_outcome_t nobody;
    int32_t status = ca_prepare(ca, call, draft);
    if (status == SIGNET_OK)
        status = ca_fields_present(call, draft->profile, &draft->fields);
    return status == SIGNET_OK ? sign(ca, call, draft, digest, &nobody, NULL, record) : status;
}

/* One that may take policies and other persons. All checks are made each time it is asked for; what
 * was approved is issued only where it would come out the same. */
static int32_t issue_gated(ca_t *ca, signet_call_t *call, ca_draft_t *draft, signet_bytes_t digest,
                           ca_policy_outcome_t *policies, ca_record_t *record)
{
    ca_gate_t *gate = signet_alloc(call, 1, sizeof *gate);
    if (gate == NULL)
        return SIGNET_NO_MEMORY;
    gate->request = ca_request_take(draft->request);
    gate->request_digest = digest;
    draft->request = &gate->request;
    int32_t status = ca_gate_look(ca, call, gate);
    if (status == SIGNET_OK)
        status = ca_prepare(ca, call, draft);
    if (status == SIGNET_OK)
        status = ca_policies_ask(ca, call, draft, gate->approval != NULL, policies);
    if (status == SIGNET_OK)
        status = ca_fields_present(call, draft->profile, &draft->fields);
    if (status == SIGNET_OK)
        status = ca_gate_pass(ca, call, gate, draft, policies);
    if (status == SIGNET_OK)
        status = sign(ca, call, draft, gate->request_digest, policies, gate->approval, record);
    return status;
}

static int32_t issue(ca_t *ca, signet_call_t *call, const signet_issue_request_t *request,
                     ca_policy_outcome_t *policies, const signet_certificate_t **certificate)
{
    ca_draft_t draft = {.request = request, .now = signet_now()};
    signet_bytes_t digest = {NULL, 0};
    ca_record_t *record = NULL;
    int32_t status = SIGNET_OK;
    /* Who asks by the id alone means the request that was put down under it. */
    if (request->csr.length == 0 && request->profile.length == 0 && request->request_id.length > 0)
        status = ca_gate_restore(ca, call, request->request_id, &draft.request);
    if (status == SIGNET_OK)
        status = ca_prepare_authorise(ca, call, &draft);
    if (status == SIGNET_OK && draft.request->csr.length > SIGNET_CSR_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "csr.too-large", "csr",
                                 "the request is larger than %u octets", SIGNET_CSR_MAX);
    if (status == SIGNET_OK)
        status = repeat(ca, call, draft.request, &digest, &record);
    if (status == SIGNET_OK && record != NULL && record->stage == CA_STAGE_PRECERTIFICATE)
        status = ca_precertificate_resume(ca, call, &draft, record);
    if (status == SIGNET_OK && record == NULL)
        status = ca_quota_look(call, ca_tenant_quota(draft.profile->owner));
    if (status == SIGNET_OK && record == NULL) {
        record = signet_alloc(call, 1, sizeof *record);
        if (record == NULL)
            return SIGNET_NO_MEMORY;
        status = ca_gate_possible(ca, draft.profile)
                     ? issue_gated(ca, call, &draft, digest, policies, record)
                     : issue_at_once(ca, call, &draft, digest, record);
    }
    if (status == SIGNET_OK)
        *certificate = &record->certificate;
    return status;
}

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Whether the lint found something: a defect here, which must not go unnoticed. */
static int is_finding(signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    return status == SIGNET_INTERNAL && error != NULL && signet_text_starts(error->reason, "lint.");
}

int32_t ca_issue(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                 const signet_certificate_t **certificate)
{
    ca_t *ca = instance;
    int64_t begun = microseconds();
    ca_policy_outcome_t policies = {0};
    int32_t status = issue(ca, call, request, &policies, certificate);
    if (status == SIGNET_OK)
        ca->host->services->record(ca->host, ca->duration_metric, microseconds() - begun);
    else if (status == SIGNET_DENIED || status == SIGNET_INVALID || status == SIGNET_TOO_LARGE ||
             status == SIGNET_NOT_FOUND || status == SIGNET_LIMITED || policies.failed ||
             is_finding(call, status))
        ca_denial_issue(ca, call, request, policies.failed ? policies.name : SIGNET_TEXT(""));
    return status;
}
