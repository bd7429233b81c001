#include "authority/report.h"

#include <signet/ca.h>
#include <signet/sdk/encode.h>

static void add_time(signet_json_writer_t *writer, const char *name, int64_t time)
{
    if (time != 0)
        signet_json_time(writer, name, time);
}

static void add_certificate(signet_json_writer_t *writer, signet_call_t *call, const char *name,
                            signet_bytes_t der)
{
    if (der.length > 0)
        signet_json_text(writer, name, signet_pem(call, "CERTIFICATE", der));
}

static void add_generation(signet_json_writer_t *writer, signet_call_t *call,
                           const ca_generation_t *item)
{
    const ca_authority_t *authority = item->authority;
    signet_json_begin_object(writer, NULL);
    signet_json_integer(writer, "generation", (int64_t)item->number);
    signet_json_text(writer, "state", item->state);
    if (authority != NULL) {
        signet_json_text(writer, "key_type", authority->key_type);
        signet_json_text(writer, "key",
                         authority->key_uri.length > 0 ? authority->key_uri : item->key_uri);
        signet_json_hex(writer, "key_id", authority->key_id);
        signet_json_time(writer, "not_before", authority->not_before);
        signet_json_time(writer, "not_after", authority->not_after);
        add_certificate(writer, call, "certificate", authority->certificate);
    } else {
        signet_json_text(writer, "key", item->key_uri);
    }
    add_certificate(writer, call, "old_with_new", item->old_with_new);
    add_certificate(writer, call, "new_with_old", item->new_with_old);
    add_time(writer, "created", item->created);
    add_time(writer, "activated", item->activated);
    add_time(writer, "retired", item->retired);
    add_time(writer, "destroyed", item->destroyed);
    add_time(writer, "compromised", item->compromised);
    if (item->reason.length > 0)
        signet_json_text(writer, "reason", item->reason);
    if (item->evidence.length > 0)
        signet_json_raw(writer, "evidence", item->evidence);
    signet_json_end_object(writer);
}

int32_t ca_report(signet_call_t *call, const ca_authority_t *home, const ca_lineage_t *lineage,
                  signet_text_t *document)
{
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "authority", home->name);
    signet_json_text(&writer, "state",
                     ca_authority_state(lineage != NULL ? lineage->issuing : home));
    if (lineage != NULL && lineage->reason.length > 0)
        signet_json_text(&writer, "reason", lineage->reason);
    if (lineage != NULL)
        add_time(&writer, "since", lineage->since);
    signet_json_begin_array(&writer, "generations");
    for (uint64_t i = 0; lineage != NULL && i < lineage->count; i++)
        add_generation(&writer, call, &lineage->items[i]);
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, document);
}
