/* Names and values, on the wire. */
#ifndef SDK_REMOTE_PAIR_CODEC_H
#define SDK_REMOTE_PAIR_CODEC_H

#include "wire.h"

#include <signet/http.h>

void remote_write_pairs(remote_writer_t *writer, const signet_pair_t *pairs, uint64_t count);
/* Into the arena; the texts lie in the message. A failure is the reader's. */
const signet_pair_t *remote_read_pairs(remote_reader_t *reader, signet_call_t *call,
                                       uint64_t *count);
/* `count` zeroed elements of `size` octets in the arena; NULL fails the reader too. */
void *remote_read_room(remote_reader_t *reader, signet_call_t *call, uint64_t count, uint64_t size);

#endif
