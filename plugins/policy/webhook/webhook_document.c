#include "webhook_document.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>

static void write_actor(signet_json_writer_t *writer, const signet_actor_t *actor)
{
    signet_json_begin_object(writer, "actor");
    signet_json_text(writer, "id", actor->id);
    signet_json_text(writer, "name", actor->name);
    signet_json_text(writer, "method", actor->method);
    if (SIGNET_HAS(actor, person.data)) {
        signet_json_text(writer, "person", actor->person);
    }
    signet_json_begin_array(writer, "roles");
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        signet_json_text(writer, NULL, SIGNET_AT(signet_grant_t, actor->grants, i)->role);
    }
    signet_json_end_array(writer);
    signet_json_end_object(writer);
}

/* The request as it came in. */
static void write_request(signet_call_t *call, signet_json_writer_t *writer,
                          const signet_issue_request_t *request)
{
    signet_json_text(writer, "csr", signet_pem(call, "CERTIFICATE REQUEST", request->csr));
    signet_json_begin_object(writer, "fields");
    if (SIGNET_HAS(request, fields) && SIGNET_HAS(request, field_count)) {
        for (uint64_t i = 0; i < request->field_count; i++) {
            const signet_pair_t *field = SIGNET_AT(signet_pair_t, request->fields, i);
            signet_json_member(writer, field->name, field->value);
        }
    }
    signet_json_end_object(writer);
    if (SIGNET_HAS(request, replaces_serial.data)) {
        signet_json_begin_object(writer, "renews");
        signet_json_text(writer, "authority", request->replaces_authority);
        signet_json_hex(writer, "serial", request->replaces_serial);
        signet_json_end_object(writer);
    }
}

int32_t webhook_document(signet_call_t *call, const signet_policy_request_t *request,
                         signet_text_t *json)
{
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    signet_json_time(&writer, "timestamp", signet_now());
    signet_json_text(&writer, "trace_id", call->services->trace(call));
    signet_json_text(&writer, "tenant", call->services->tenant(call));
    signet_json_text(&writer, "request_id", request->request->request_id);
    signet_json_boolean(&writer, "approved", request->approved != 0);
    write_actor(&writer, call->services->actor(call));
    signet_json_text(&writer, "profile", request->profile);
    signet_json_integer(&writer, "profile_version", (int64_t)request->profile_version);
    signet_json_text(&writer, "authority", request->authority);
    signet_json_text(&writer, "subject", request->subject);
    signet_json_texts(&writer, "names", request->names, request->name_count);
    signet_json_text(&writer, "key_type", request->key_type);
    signet_json_text(&writer, "public_key", signet_pem(call, "PUBLIC KEY", request->spki));
    signet_json_texts(&writer, "requested_extensions", request->extensions,
                      request->extension_count);
    signet_json_time(&writer, "not_before", request->not_before);
    signet_json_time(&writer, "not_after", request->not_after);
    write_request(call, &writer, request->request);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, json);
}
