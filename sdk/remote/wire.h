/* How values stand on the wire between a daemon and the process of an isolated instance.
 *
 * Numbers are little-endian and of fixed width; text and bytes follow their length. Neither side
 * trusts the other: a reader takes nothing that is not there, not in bounds or not well formed. */
#ifndef SDK_REMOTE_WIRE_H
#define SDK_REMOTE_WIRE_H

#include <signet/call.h>

/* A growing message outside of any arena. After a failed append `failed` stays 1 and further
 * appends do nothing. All zero at first. */
typedef struct remote_writer {
    uint8_t *data;
    uint64_t length;
    uint64_t capacity;
    int failed;
} remote_writer_t;

void remote_write(remote_writer_t *writer, const void *data, uint64_t length);
void remote_write_u8(remote_writer_t *writer, uint8_t number);
void remote_write_u32(remote_writer_t *writer, uint32_t number);
void remote_write_u64(remote_writer_t *writer, uint64_t number);
void remote_write_text(remote_writer_t *writer, signet_text_t text);
void remote_write_bytes(remote_writer_t *writer, signet_bytes_t bytes);
/* Wipes and frees it. */
void remote_writer_free(remote_writer_t *writer);

/* What is left of a message. After a failed read `failed` stays 1 and all further reads answer 0 or
 * nothing, so that one check at the end is enough. */
typedef struct remote_reader {
    const uint8_t *at;
    uint64_t left;
    int failed;
} remote_reader_t;

remote_reader_t remote_reader(signet_bytes_t message);
uint8_t remote_read_u8(remote_reader_t *reader);
uint32_t remote_read_u32(remote_reader_t *reader);
uint64_t remote_read_u64(remote_reader_t *reader);
/* Well-formed UTF-8 without NUL; it lies in the message. */
signet_text_t remote_read_text(remote_reader_t *reader);
signet_bytes_t remote_read_bytes(remote_reader_t *reader);
/* A count of elements, each of which has at least `octets` octets of what is left. */
uint64_t remote_read_count(remote_reader_t *reader, uint64_t octets);
/* 1 where all was read, and nothing failed. */
int remote_reader_done(const remote_reader_t *reader);

#endif
