#include "exporter_codec.h"

#include "pair_codec.h"

/* A flag, a time, seven texts with their lengths. */
#define ENTRY_OCTETS 68U

static void write_entry(remote_writer_t *writer, const signet_journal_entry_t *entry)
{
    remote_write_u32(writer, entry->sealed);
    remote_write_text(writer, entry->key);
    remote_write_u64(writer, (uint64_t)entry->time);
    remote_write_text(writer, entry->event);
    remote_write_text(writer, entry->object);
    remote_write_text(writer, entry->actor);
    remote_write_text(writer, entry->tenant);
    remote_write_text(writer, entry->trace);
    remote_write_text(writer, entry->body);
}

static void read_entry(remote_reader_t *reader, signet_journal_entry_t *entry)
{
    entry->size = sizeof *entry;
    entry->sealed = remote_read_u32(reader);
    entry->key = remote_read_text(reader);
    entry->time = (int64_t)remote_read_u64(reader);
    entry->event = remote_read_text(reader);
    entry->object = remote_read_text(reader);
    entry->actor = remote_read_text(reader);
    entry->tenant = remote_read_text(reader);
    entry->trace = remote_read_text(reader);
    entry->body = remote_read_text(reader);
}

void remote_write_batch(remote_writer_t *writer, const signet_export_batch_t *batch)
{
    remote_write_text(writer, batch->id);
    remote_write_u64(writer, batch->count);
    for (uint64_t at = 0; at < batch->count; at++)
        write_entry(writer, batch->entries[at]);
}

void remote_read_batch(remote_reader_t *reader, signet_call_t *call, signet_export_batch_t *batch)
{
    *batch = (signet_export_batch_t){.size = sizeof *batch, .id = remote_read_text(reader)};
    uint64_t count = remote_read_count(reader, ENTRY_OCTETS);
    signet_journal_entry_t *entries = remote_read_room(reader, call, count, sizeof *entries);
    const signet_journal_entry_t **pointers =
        remote_read_room(reader, call, count, sizeof(const signet_journal_entry_t *));
    if (!entries || !pointers)
        return;
    for (uint64_t at = 0; at < count; at++) {
        read_entry(reader, &entries[at]);
        pointers[at] = &entries[at];
    }
    batch->entries = pointers;
    batch->count = count;
}
