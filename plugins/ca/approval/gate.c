#include "approval/gate.h"

#include "approval/paper.h"
#include "issue/request.h"

#include <signet/auth.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* Octets of a request id that is made here. */
#define ID_LENGTH 16U

int ca_gate_possible(const ca_t *ca, const ca_profile_t *profile)
{
    return profile->approval > 0 || (ca->policies != NULL && ca->policies->member_count > 0);
}

/* The matter that was put down under a request id. NOT_FOUND without an error set. */
static int32_t find(ca_t *ca, signet_call_t *call, signet_text_t request_id, ca_matter_t **matter)
{
    signet_text_t id;
    int32_t status = ca_matter_id(call, SIGNET_TEXT(CA_GATE_KIND), request_id, &id);
    return status == SIGNET_OK ? ca_matter_get(ca, call, id, matter) : status;
}

int32_t ca_gate_restore(ca_t *ca, signet_call_t *call, signet_text_t request_id,
                        const signet_issue_request_t **request)
{
    ca_matter_t *matter = NULL;
    int32_t status = find(ca, call, request_id, &matter);
    if (status == SIGNET_NOT_FOUND ||
        (status == SIGNET_OK &&
         !signet_text_equal(matter->approval.requester, call->services->actor(call)->id)))
        return signet_fail_field(call, SIGNET_NOT_FOUND, "request.not-found", "request_id",
                                 "no request was put down under this id");
    return status == SIGNET_OK ? ca_paper_restore(call, &matter->approval, request) : status;
}

int32_t ca_gate_look(ca_t *ca, signet_call_t *call, ca_gate_t *gate)
{
    ca_matter_t *matter = NULL;
    gate->approval = NULL;
    if (gate->request.request_id.length == 0)
        return SIGNET_OK;
    int32_t status = find(ca, call, gate->request.request_id, &matter);
    if (status != SIGNET_OK)
        return status == SIGNET_NOT_FOUND ? SIGNET_OK : status;
    signet_text_t digest;
    status = ca_paper_request_digest(call, &matter->approval, &digest);
    if (status != SIGNET_OK)
        return status;
    if (!signet_text_equal(digest, signet_hex(call, gate->request_digest)))
        return signet_fail_field(call, SIGNET_CONFLICT, "request.id-reused", "request_id",
                                 "the request id \"%.*s\" was used for another request",
                                 SIGNET_FORMAT(gate->request.request_id));
    status = ca_approval_standing(call, matter);
    if (status == SIGNET_OK)
        gate->approval = &matter->approval;
    return status;
}

/* An id of our own, so that the request can be asked for again. */
static int32_t make_id(signet_call_t *call, ca_gate_t *gate)
{
    uint8_t octets[ID_LENGTH];
    if (gate->request.request_id.length > 0)
        return SIGNET_OK;
    int32_t status = signet_random(call, octets, sizeof octets);
    if (status != SIGNET_OK)
        return status;
    signet_text_t hex = signet_hex(call, (signet_bytes_t){octets, sizeof octets});
    gate->request.request_id = signet_format(call, "approval/%.*s", SIGNET_FORMAT(hex));
    if (gate->request.request_id.data == NULL)
        return SIGNET_NO_MEMORY;
    return ca_request_digest(call, &gate->request, &gate->request_digest);
}

/* Roles and ways of authenticating are lists of text. */
static int32_t texts(signet_call_t *call, const signet_setting_t *list, const signet_text_t **made,
                     uint64_t *count)
{
    *count = list == NULL ? 0 : list->member_count;
    signet_text_t *copies = signet_alloc(call, *count + 1, sizeof *copies);
    if (copies == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < *count; i++)
        copies[i] = signet_setting_at(list, i)->text;
    *made = copies;
    return SIGNET_OK;
}

static int32_t put_down(ca_t *ca, signet_call_t *call, ca_gate_t *gate, const ca_draft_t *draft,
                        const ca_policy_outcome_t *policies, uint32_t required)
{
    static const signet_text_t officer = SIGNET_TEXT_INIT(SIGNET_ROLE_OFFICER);
    const ca_profile_t *profile = draft->profile;
    signet_approval_matter_t matter = {
        .size = sizeof matter,
        .required = required,
        .kind = SIGNET_TEXT(CA_GATE_KIND),
        .key = gate->request.request_id,
        .object = signet_format(call, "profile:%.*s", SIGNET_FORMAT(profile->name)),
        .authority = draft->authority->name,
        .profile = profile->name,
        .expires_ms = profile->approval_expires_ms,
        .escalate_ms = profile->approval_escalates_ms};
    if (matter.object.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = texts(call, profile->approvers, &matter.roles, &matter.role_count);
    if (status == SIGNET_OK)
        status = texts(call, profile->approver_methods, &matter.methods, &matter.method_count);
    if (status == SIGNET_OK && matter.role_count == 0) {
        matter.roles = &officer;
        matter.role_count = 1;
    }
    if (status == SIGNET_OK)
        status = ca_paper_write(call, draft, &gate->request, gate->request_digest, policies,
                                &matter.document);
    if (status == SIGNET_OK)
        status = ca_paper_digest(call, draft, gate->request_digest, &matter.digest);
    return status == SIGNET_OK ? ca_approval_require(ca, call, &matter, &gate->approval) : status;
}

int32_t ca_gate_pass(ca_t *ca, signet_call_t *call, ca_gate_t *gate, const ca_draft_t *draft,
                     const ca_policy_outcome_t *policies)
{
    uint32_t required = draft->profile->approval;
    /* What was put down for a policy's sake takes approval even if the policy has thought better of
     * it: others were asked. */
    if (required == 0 && (policies->hold || gate->approval != NULL))
        required = 1;
    if (required == 0)
        return SIGNET_OK;
    gate->approval = NULL;
    int32_t status = make_id(call, gate);
    return status == SIGNET_OK ? put_down(ca, call, gate, draft, policies, required) : status;
}
