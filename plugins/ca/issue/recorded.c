#include "issue/recorded.h"

#include "issue/asked.h"

#include <signet/sdk/crypto.h>

int32_t ca_recorded_fill(const ca_t *ca, signet_call_t *call, const ca_draft_t *draft,
                         const ca_policy_outcome_t *policies, const signet_approval_t *approval,
                         ca_record_t *record)
{
    signet_certificate_t *certificate = &record->certificate;
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    certificate->size = sizeof *certificate;
    certificate->authority = draft->authority->name;
    certificate->profile = draft->profile->name;
    certificate->profile_version = draft->profile->version;
    certificate->requester = call->services->actor(call)->id;
    certificate->request_id = draft->request->request_id;
    certificate->state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID);
    certificate->not_before = draft->content.not_before;
    certificate->not_after = draft->content.not_after;
    certificate->issued_at = draft->now;
    certificate->generation = draft->authority->generation;
    certificate->replaces = draft->predecessor_key;
    certificate->fields = draft->fields.items;
    certificate->field_count = draft->fields.count;
    certificate->serial = signet_bytes_copy(call, draft->content.serial);
    if (certificate->serial.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_name_parse(call, draft->subject.name, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &certificate->subject);
    if (status == SIGNET_OK)
        status = ca_record_names(call, draft->all.items, draft->all.count, certificate);
    if (status == SIGNET_OK)
        status = ca_asked_describe(call, draft, policies, approval, &certificate->asked);
    if (status == SIGNET_OK && ca->keys_indexed)
        status = signet_sha256(call, draft->csr->key.spki, &record->key);
    return status;
}
