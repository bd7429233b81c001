#include "approval/paper.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

static void write_pairs(signet_json_writer_t *writer, const signet_pair_t *pairs, uint64_t count)
{
    signet_json_begin_object(writer, "fields");
    for (uint64_t i = 0; i < count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, pairs, i);
        signet_json_member(writer, pair->name, pair->value);
    }
    signet_json_end_object(writer);
}

/* The certificate, and beside it the fields as they would be kept. */
static int32_t write_certificate(signet_call_t *call, const ca_draft_t *draft,
                                 signet_json_writer_t *writer)
{
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    signet_text_t subject = {NULL, 0};
    signet_bytes_t digest = {NULL, 0};
    int32_t status = signet_name_parse(call, draft->subject.name, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &subject);
    if (status == SIGNET_OK)
        status = signet_sha256(call, draft->csr->key.spki, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_object(writer, "certificate");
    signet_json_text(writer, "profile", draft->profile->name);
    signet_json_integer(writer, "profile_version", (int64_t)draft->profile->version);
    signet_json_text(writer, "authority", draft->authority->name);
    signet_json_text(writer, "subject", subject);
    signet_json_begin_array(writer, "names");
    for (uint64_t i = 0; i < draft->all.count; i++)
        signet_json_text(writer, NULL, draft->all.items[i].text);
    signet_json_end_array(writer);
    signet_json_text(writer, "key_type", draft->csr->key.type);
    /* A key that is made at each try says nothing. */
    if (!draft->key_generated)
        signet_json_hex(writer, "spki_sha256", digest);
    signet_json_time(writer, "not_before", draft->content.not_before);
    signet_json_time(writer, "not_after", draft->content.not_after);
    write_pairs(writer, draft->fields.items, draft->fields.count);
    signet_json_end_object(writer);
    return SIGNET_OK;
}

static int32_t write_request(signet_call_t *call, const signet_issue_request_t *request,
                             signet_bytes_t digest, signet_json_writer_t *writer)
{
    signet_text_t csr = signet_base64(call, request->csr);
    if (csr.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_json_begin_object(writer, "request");
    signet_json_hex(writer, "digest", digest);
    signet_json_text(writer, "profile", request->profile);
    signet_json_text(writer, "authority", request->authority);
    signet_json_text(writer, "csr", csr);
    signet_json_begin_array(writer, "names");
    for (uint64_t i = 0; i < request->name_count; i++) {
        const signet_requested_name_t *name = SIGNET_AT(signet_requested_name_t, request->names, i);
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "type", name->type);
        signet_json_text(writer, "value", name->value);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
    signet_json_integer(writer, "not_before_ms", request->not_before);
    signet_json_integer(writer, "not_after_ms", request->not_after);
    signet_json_integer(writer, "validity_ms", request->validity_ms);
    write_pairs(writer, request->fields, request->field_count);
    signet_json_text(writer, "replaces_authority", request->replaces_authority);
    signet_json_hex(writer, "replaces_serial", request->replaces_serial);
    signet_json_text(writer, "generate", request->generate);
    signet_json_text(writer, "subject", request->subject);
    signet_json_end_object(writer);
    return SIGNET_OK;
}

int32_t ca_paper_write(signet_call_t *call, const ca_draft_t *draft,
                       const signet_issue_request_t *request, signet_bytes_t request_digest,
                       const ca_policy_outcome_t *policies, signet_text_t *document)
{
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    int32_t status = write_certificate(call, draft, &writer);
    if (status == SIGNET_OK)
        status = write_request(call, request, request_digest, &writer);
    if (status != SIGNET_OK)
        return status;
    if (policies->document.length > 0)
        signet_json_raw(&writer, "policies", policies->document);
    if (policies->hold)
        signet_json_text(&writer, "held_by", policies->name);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, document);
}

/* Each part with its length before it, so that no two run together alike. */
static void add_part(signet_buffer_t *buffer, const void *data, uint64_t length)
{
    signet_buffer_add(buffer, &length, sizeof length);
    signet_buffer_add(buffer, data, length);
}

int32_t ca_paper_digest(signet_call_t *call, const ca_draft_t *draft, signet_bytes_t request_digest,
                        signet_bytes_t *digest)
{
    static const uint8_t one[] = {1};
    const ca_profile_t *profile = draft->profile;
    ca_content_t content = draft->content;
    content.serial = (signet_bytes_t){one, sizeof one};
    content.not_before = 0;
    content.not_after = 0;
    /* A key that is made anew when it is issued cannot be agreed to, but its type can: the digest
     * of the request has it. */
    if (draft->key_generated) {
        content.spki = (signet_bytes_t){NULL, 0};
        content.key_id = (signet_bytes_t){NULL, 0};
    }
    signet_bytes_t tbs;
    int32_t status = ca_template_build(call, &content, &tbs);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t buffer = signet_buffer(call, tbs.length + profile->document.length + 1024);
    add_part(&buffer, request_digest.data, request_digest.length);
    add_part(&buffer, &profile->version, sizeof profile->version);
    add_part(&buffer, profile->document.data, profile->document.length);
    add_part(&buffer, tbs.data, tbs.length);
    for (uint64_t i = 0; i < draft->fields.count; i++) {
        const signet_pair_t *field = &draft->fields.items[i];
        add_part(&buffer, field->name.data, field->name.length);
        add_part(&buffer, field->value.data, field->value.length);
    }
    signet_bytes_t bytes;
    status = signet_buffer_bytes(&buffer, &bytes);
    return status == SIGNET_OK ? signet_sha256(call, bytes, digest) : status;
}

/* The member "request" of a document. CORRUPT. */
static int32_t read_request(signet_call_t *call, const signet_approval_t *approval,
                            const signet_json_t **object)
{
    const signet_json_t *document = NULL;
    int32_t status = signet_json_parse(call, signet_text_bytes(approval->document),
                                       SIGNET_STORE_MAX_BODY, &document);
    if (status == SIGNET_NO_MEMORY)
        return status;
    *object = status == SIGNET_OK ? signet_json_get(document, "request") : NULL;
    if (*object != NULL)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail(call, SIGNET_CORRUPT, "approval.record",
                       "the record of the request %.*s is damaged; restore the store from a backup",
                       SIGNET_FORMAT(approval->id));
}

int32_t ca_paper_request_digest(signet_call_t *call, const signet_approval_t *approval,
                                signet_text_t *digest)
{
    const signet_json_t *object = NULL;
    int32_t status = read_request(call, approval, &object);
    return status == SIGNET_OK ? signet_json_get_text(call, object, "digest", digest) : status;
}

static int32_t restore_names(signet_call_t *call, const signet_json_t *list,
                             signet_issue_request_t *request)
{
    uint64_t count = list == NULL ? 0 : list->count;
    signet_requested_name_t *names = signet_alloc(call, count + 1, sizeof *names);
    int32_t status = names == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        names[i].size = sizeof names[i];
        status = signet_json_get_text(call, &list->items[i], "type", &names[i].type);
        if (status == SIGNET_OK)
            status = signet_json_get_text(call, &list->items[i], "value", &names[i].value);
    }
    request->names = names;
    request->name_count = count;
    return status;
}

static int32_t restore_fields(signet_call_t *call, const signet_json_t *object,
                              signet_issue_request_t *request)
{
    uint64_t count = object == NULL ? 0 : object->count;
    signet_pair_t *fields = signet_alloc(call, count + 1, sizeof *fields);
    if (fields == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++)
        fields[i] = (signet_pair_t){
            .size = sizeof *fields, .name = object->items[i].name, .value = object->items[i].text};
    request->fields = fields;
    request->field_count = count;
    return SIGNET_OK;
}

static int32_t restore_octets(signet_call_t *call, const signet_json_t *object,
                              signet_issue_request_t *request)
{
    signet_text_t csr;
    signet_text_t serial;
    int32_t status = signet_json_get_text(call, object, "csr", &csr);
    if (status == SIGNET_OK)
        status = signet_base64_decode(call, csr, &request->csr);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "replaces_serial", &serial);
    if (status == SIGNET_OK && serial.length > 0)
        status = signet_hex_decode(call, serial, &request->replaces_serial);
    return status;
}

int32_t ca_paper_restore(signet_call_t *call, const signet_approval_t *approval,
                         const signet_issue_request_t **request)
{
    const signet_json_t *object = NULL;
    signet_issue_request_t *restored = signet_alloc(call, 1, sizeof *restored);
    if (restored == NULL)
        return SIGNET_NO_MEMORY;
    restored->size = sizeof *restored;
    restored->request_id = approval->key;
    int32_t status = read_request(call, approval, &object);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "profile", &restored->profile);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "authority", &restored->authority);
    if (status == SIGNET_OK)
        status =
            signet_json_get_text(call, object, "replaces_authority", &restored->replaces_authority);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "generate", &restored->generate);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "subject", &restored->subject);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, object, "not_before_ms", &restored->not_before);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, object, "not_after_ms", &restored->not_after);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, object, "validity_ms", &restored->validity_ms);
    if (status == SIGNET_OK)
        status = restore_octets(call, object, restored);
    if (status == SIGNET_OK)
        status = restore_names(call, signet_json_get(object, "names"), restored);
    if (status == SIGNET_OK)
        status = restore_fields(call, signet_json_get(object, "fields"), restored);
    if (status == SIGNET_OK)
        *request = restored;
    return status;
}
