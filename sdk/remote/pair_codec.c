#include "pair_codec.h"

#include <signet/sdk/text.h>

/* Two texts, each with its length. */
#define PAIR_OCTETS 16U

void *remote_read_room(remote_reader_t *reader, signet_call_t *call, uint64_t count, uint64_t size)
{
    void *room = signet_alloc(call, count ? count : 1, size);
    reader->failed |= room == NULL;
    return room;
}

void remote_write_pairs(remote_writer_t *writer, const signet_pair_t *pairs, uint64_t count)
{
    remote_write_u64(writer, count);
    for (uint64_t at = 0; at < count; at++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, pairs, at);
        remote_write_text(writer, pair->name);
        remote_write_text(writer, pair->value);
    }
}

const signet_pair_t *remote_read_pairs(remote_reader_t *reader, signet_call_t *call,
                                       uint64_t *count)
{
    *count = remote_read_count(reader, PAIR_OCTETS);
    signet_pair_t *pairs = remote_read_room(reader, call, *count, sizeof *pairs);
    for (uint64_t at = 0; pairs && at < *count; at++) {
        pairs[at].size = sizeof *pairs;
        pairs[at].name = remote_read_text(reader);
        pairs[at].value = remote_read_text(reader);
    }
    return pairs;
}
