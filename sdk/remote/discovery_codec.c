#include "discovery_codec.h"

#include "pair_codec.h"

/* Two lengths and a count; three lengths. */
#define FOUND_OCTETS 24U
#define FAULT_OCTETS 24U

void remote_write_page(remote_writer_t *writer, const signet_discovery_page_t *page)
{
    remote_write_u64(writer, page->count);
    for (uint64_t at = 0; at < page->count; at++) {
        const signet_found_t *found = page->found[at];
        remote_write_bytes(writer, found->der);
        remote_write_text(writer, found->place);
        remote_write_pairs(writer, found->fields, found->field_count);
    }
    remote_write_u64(writer, page->fault_count);
    for (uint64_t at = 0; at < page->fault_count; at++) {
        const signet_discovery_fault_t *fault = page->faults[at];
        remote_write_text(writer, fault->place);
        remote_write_text(writer, fault->reason);
        remote_write_text(writer, fault->message);
    }
    remote_write_text(writer, page->cursor);
}

static void read_found(remote_reader_t *reader, signet_call_t *call, signet_discovery_page_t *page)
{
    uint64_t count = remote_read_count(reader, FOUND_OCTETS);
    signet_found_t *found = remote_read_room(reader, call, count, sizeof *found);
    const signet_found_t **pointers =
        remote_read_room(reader, call, count, sizeof(const signet_found_t *));
    for (uint64_t at = 0; found && pointers && at < count; at++) {
        found[at].size = sizeof *found;
        found[at].der = remote_read_bytes(reader);
        found[at].place = remote_read_text(reader);
        found[at].fields = remote_read_pairs(reader, call, &found[at].field_count);
        pointers[at] = &found[at];
    }
    page->found = pointers;
    page->count = count;
}

static void read_faults(remote_reader_t *reader, signet_call_t *call, signet_discovery_page_t *page)
{
    uint64_t count = remote_read_count(reader, FAULT_OCTETS);
    signet_discovery_fault_t *faults = remote_read_room(reader, call, count, sizeof *faults);
    const signet_discovery_fault_t **pointers =
        remote_read_room(reader, call, count, sizeof(const signet_discovery_fault_t *));
    for (uint64_t at = 0; faults && pointers && at < count; at++) {
        faults[at].size = sizeof *faults;
        faults[at].place = remote_read_text(reader);
        faults[at].reason = remote_read_text(reader);
        faults[at].message = remote_read_text(reader);
        pointers[at] = &faults[at];
    }
    page->faults = pointers;
    page->fault_count = count;
}

const signet_discovery_page_t *remote_read_page(remote_reader_t *reader, signet_call_t *call)
{
    signet_discovery_page_t *page = remote_read_room(reader, call, 1, sizeof *page);
    if (!page)
        return NULL;
    page->size = sizeof *page;
    read_found(reader, call, page);
    read_faults(reader, call, page);
    page->cursor = remote_read_text(reader);
    return reader->failed ? NULL : page;
}
