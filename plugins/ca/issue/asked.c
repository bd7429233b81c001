#include "issue/asked.h"

#include <signet/sdk/json.h>

/* One text, which could not be made where it has no data. */
static void add_asked(signet_json_writer_t *writer, signet_text_t text)
{
    writer->buffer.failed = writer->buffer.failed || text.data == NULL;
    signet_json_text(writer, NULL, text);
}

static void add_fields(signet_json_writer_t *writer, const signet_issue_request_t *request)
{
    if (!SIGNET_HAS(request, field_count))
        return;
    signet_json_begin_object(writer, "fields");
    for (uint64_t i = 0; i < request->field_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, request->fields, i);
        signet_json_member(writer, pair->name, pair->value);
    }
    signet_json_end_object(writer);
}

static void add_approval(signet_json_writer_t *writer, const signet_approval_t *approval)
{
    signet_json_begin_object(writer, "approval");
    signet_json_text(writer, "id", approval->id);
    signet_json_begin_array(writer, "approved_by");
    for (uint64_t i = 0; i < approval->decision_count; i++) {
        if (approval->decisions[i]->decision == SIGNET_DECISION_APPROVE)
            signet_json_text(writer, NULL, approval->decisions[i]->person);
    }
    signet_json_end_array(writer);
    signet_json_end_object(writer);
}

int32_t ca_asked_describe(signet_call_t *call, const ca_draft_t *draft,
                          const ca_policy_outcome_t *policies, const signet_approval_t *approval,
                          signet_text_t *json)
{
    const signet_issue_request_t *request = draft->request;
    const signet_csr_t *csr = draft->csr;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_text_t subject = {NULL, 0};
    int32_t status = signet_name_text(call, csr->attributes, csr->attribute_count, &subject);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "subject", subject);
    signet_json_text(&writer, "key_type", csr->key.type);
    if (draft->key_generated)
        signet_json_boolean(&writer, "key_generated", 1);
    signet_json_begin_array(&writer, "extensions");
    for (uint64_t i = 0; i < csr->extension_count; i++)
        add_asked(&writer, signet_oid_text(call, csr->extensions[i].oid));
    signet_json_end_array(&writer);
    signet_json_begin_array(&writer, "names");
    for (uint64_t i = 0; i < request->name_count; i++) {
        const signet_requested_name_t *name = SIGNET_AT(signet_requested_name_t, request->names, i);
        add_asked(&writer, signet_format(call, "%.*s:%.*s", SIGNET_FORMAT(name->type),
                                         SIGNET_FORMAT(name->value)));
    }
    for (uint64_t i = 0; request->name_count == 0 && i < draft->names.asked; i++)
        add_asked(&writer, draft->names.items[i].text);
    signet_json_end_array(&writer);
    /* Those of the certificate are not all asked for. */
    if (draft->profile->added_count > 0)
        signet_json_boolean(&writer, "names_added", 1);
    if (request->not_before != 0)
        signet_json_time(&writer, "not_before", request->not_before);
    if (request->not_after != 0)
        signet_json_time(&writer, "not_after", request->not_after);
    if (SIGNET_HAS(request, validity_ms))
        signet_json_integer(&writer, "validity_ms", request->validity_ms);
    add_fields(&writer, request);
    if (policies->document.length > 0)
        signet_json_raw(&writer, "policies", policies->document);
    if (approval != NULL)
        add_approval(&writer, approval);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, json);
}
