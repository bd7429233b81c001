#include "authority/evidence.h"

#include "permission.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

static void add_key(signet_json_writer_t *writer, const ca_lifecycle_t *life,
                    const ca_destruction_t *destruction, signet_bytes_t digest)
{
    const signet_key_t *key = destruction->key;
    signet_json_begin_object(writer, "key");
    signet_json_text(writer, "backend", life->home->keys);
    signet_json_text(writer, "uri", key->uri);
    signet_json_text(writer, "type", key->type);
    signet_json_hex(writer, "public_key_sha256", digest);
    if (destruction->authority != NULL)
        signet_json_hex(writer, "key_id", destruction->authority->key_id);
    signet_json_text(writer, "token", key->module);
    signet_json_text(writer, "origin", key->origin);
    signet_json_boolean(writer, "hardware", key->hardware != 0);
    signet_json_boolean(writer, "exportable", key->exportable != 0);
    signet_json_text(writer, "state", destruction->item.state);
    signet_json_end_object(writer);
}

/* Persons are who answers for it; credentials say how they were known. */
static void add_people(signet_json_writer_t *writer, signet_call_t *call,
                       const ca_lifecycle_t *life)
{
    const signet_actor_t *actor = call->services->actor(call);
    signet_json_text(writer, "asked_by", actor->id);
    signet_json_text(writer, "person", ca_permission_person(actor));
    signet_json_begin_array(writer, "approved_by");
    for (uint64_t i = 0; life->approval != NULL && i < life->approval->decision_count; i++) {
        const signet_approval_decision_t *decision = life->approval->decisions[i];
        if (decision->decision != SIGNET_DECISION_APPROVE)
            continue;
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "actor", decision->actor);
        signet_json_text(writer, "person", decision->person);
        signet_json_time(writer, "at", decision->at);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
    signet_json_text(writer, "reason", life->change->comment);
}

static void add_certificates(signet_json_writer_t *writer, const ca_lifecycle_t *life,
                             const ca_destruction_t *destruction)
{
    const ca_issued_count_t *issued = &destruction->issued;
    signet_json_begin_object(writer, "certificates");
    signet_json_integer(writer, "left", (int64_t)issued->left);
    signet_json_integer(writer, "revoked", (int64_t)issued->revoked);
    if (issued->last_not_after != 0)
        signet_json_time(writer, "last_not_after", issued->last_not_after);
    if (issued->left > 0)
        signet_json_text(writer, "override", life->change->override);
    signet_json_end_object(writer);
}

int32_t ca_evidence_begin(const ca_lifecycle_t *life, signet_call_t *call,
                          const ca_destruction_t *destruction, signet_text_t *evidence)
{
    signet_bytes_t digest;
    const ca_last_list_t *list = &destruction->list;
    signet_json_writer_t writer = signet_json_writer(call, 2048);
    int32_t status = signet_sha256(call, destruction->key->public_key, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "authority", life->home->name);
    signet_json_integer(&writer, "generation", (int64_t)destruction->item.number);
    add_key(&writer, life, destruction, digest);
    add_people(&writer, call, life);
    add_certificates(&writer, life, destruction);
    if (list->number.length > 0) {
        signet_json_begin_object(&writer, "last_list");
        signet_json_hex(&writer, "number", list->number);
        signet_json_hex(&writer, "sha256", list->sha256);
        signet_json_integer(&writer, "entries", (int64_t)list->entry_count);
        signet_json_time(&writer, "this_update", list->this_update);
        signet_json_time(&writer, "next_update", list->next_update);
        signet_json_end_object(&writer);
    }
    if (destruction->responder != NULL) {
        signet_json_begin_object(&writer, "responder");
        signet_json_hex(&writer, "serial", destruction->responder->serial);
        signet_json_hex(&writer, "fingerprint", destruction->responder->fingerprint);
        signet_json_time(&writer, "not_after", destruction->responder->not_after);
        signet_json_end_object(&writer);
    }
    signet_json_time(&writer, "begun", signet_now());
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, evidence);
}

int32_t ca_evidence_end(signet_call_t *call, const ca_destruction_t *destruction, int64_t now,
                        int found, signet_text_t *evidence)
{
    signet_text_t begun = destruction->item.evidence;
    const ca_last_list_t *list = &destruction->list;
    signet_json_writer_t writer = signet_json_writer(call, begun.length + 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_raw(&writer, "destroyed", begun);
    signet_json_text(&writer, "found",
                     found ? SIGNET_TEXT("destroyed, and looked for again: not there")
                           : SIGNET_TEXT("not there any more when this was taken up again"));
    signet_json_time(&writer, "at", now);
    /* One that was revoked while this was on its way made another list necessary. */
    if (list->number.length > 0) {
        signet_json_hex(&writer, "last_list_number", list->number);
        signet_json_hex(&writer, "last_list_sha256", list->sha256);
    }
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, evidence);
}

int32_t ca_evidence_gone(signet_call_t *call, const signet_key_interface_t *keys, void *instance,
                         signet_text_t uri)
{
    const signet_key_t *left = NULL;
    int32_t status = keys->find(instance, call, uri, &left);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    return status != SIGNET_OK
               ? status
               : signet_fail(call, SIGNET_INTERNAL, "key.still-there",
                             "the key \"%.*s\" was destroyed and is there still; destroy it by the "
                             "means of its maker",
                             SIGNET_FORMAT(uri));
}
