#include "frame.h"

#include <errno.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RECEIVE 65536U

void remote_frame_begin(remote_writer_t *writer, uint8_t kind, uint64_t id)
{
    remote_write_u8(writer, 'S');
    remote_write_u8(writer, 'R');
    remote_write_u8(writer, REMOTE_VERSION);
    remote_write_u8(writer, kind);
    remote_write_u32(writer, 0);
    remote_write_u64(writer, id);
}

void remote_frame_number(remote_writer_t *writer, uint64_t id)
{
    for (unsigned at = 0; at < 8 && !writer->failed; at++)
        writer->data[8 + at] = (uint8_t)(id >> (8 * at));
}

int remote_frame_end(remote_writer_t *writer)
{
    if (writer->failed || writer->length - REMOTE_HEADER > REMOTE_PAYLOAD_MAX)
        return 0;
    uint32_t length = (uint32_t)(writer->length - REMOTE_HEADER);
    for (unsigned at = 0; at < 4; at++)
        writer->data[4 + at] = (uint8_t)(length >> (8 * at));
    return 1;
}

int remote_frame_read(const uint8_t *header, remote_frame_t *frame)
{
    remote_reader_t reader = remote_reader((signet_bytes_t){header, REMOTE_HEADER});
    uint8_t first = remote_read_u8(&reader);
    uint8_t second = remote_read_u8(&reader);
    uint8_t version = remote_read_u8(&reader);
    frame->kind = remote_read_u8(&reader);
    frame->length = remote_read_u32(&reader);
    frame->id = remote_read_u64(&reader);
    return first == 'S' && second == 'R' && version == REMOTE_VERSION &&
           frame->kind >= REMOTE_HELLO && frame->kind <= REMOTE_REPLY &&
           frame->length <= REMOTE_PAYLOAD_MAX;
}

/* Makes room for `wanted` octets from `taken` on. */
static int make_room(remote_inbox_t *inbox, uint64_t wanted)
{
    uint64_t kept = inbox->length - inbox->taken;
    if (inbox->capacity >= wanted) {
        if (inbox->taken && inbox->capacity - inbox->taken < wanted) {
            memmove(inbox->data, inbox->data + inbox->taken, kept);
            inbox->length = kept;
            inbox->taken = 0;
        }
        return 1;
    }
    uint8_t *data = malloc(wanted);
    if (!data)
        return 0;
    if (inbox->data) {
        memcpy(data, inbox->data + inbox->taken, kept);
        signet_wipe(inbox->data, inbox->length);
        free(inbox->data);
    }
    *inbox = (remote_inbox_t){.data = data, .length = kept, .capacity = wanted};
    return 1;
}

int remote_inbox_next(remote_inbox_t *inbox, remote_frame_t *frame, signet_bytes_t *payload)
{
    uint64_t left = inbox->length - inbox->taken;
    if (left == 0) {
        /* What was read may have been a secret, and it is a good moment to begin anew. */
        if (inbox->length)
            signet_wipe(inbox->data, inbox->length);
        inbox->length = 0;
        inbox->taken = 0;
    }
    if (left < REMOTE_HEADER)
        return REMOTE_INBOX_MORE;
    if (!remote_frame_read(inbox->data + inbox->taken, frame))
        return REMOTE_INBOX_BAD;
    uint64_t whole = REMOTE_HEADER + (uint64_t)frame->length;
    if (left < whole)
        return make_room(inbox, whole) ? REMOTE_INBOX_MORE : REMOTE_INBOX_BAD;
    *payload = (signet_bytes_t){inbox->data + inbox->taken + REMOTE_HEADER, frame->length};
    inbox->taken += whole;
    return REMOTE_INBOX_FRAME;
}

int64_t remote_inbox_receive(remote_inbox_t *inbox, int socket, int flags)
{
    if (inbox->length == inbox->capacity && inbox->taken) {
        uint64_t kept = inbox->length - inbox->taken;
        memmove(inbox->data, inbox->data + inbox->taken, kept);
        inbox->length = kept;
        inbox->taken = 0;
    }
    if (inbox->capacity < RECEIVE && !make_room(inbox, RECEIVE)) {
        errno = ENOMEM;
        return -1;
    }
    int64_t got = recv(socket, inbox->data + inbox->length, inbox->capacity - inbox->length, flags);
    if (got > 0)
        inbox->length += (uint64_t)got;
    return got;
}

void remote_inbox_free(remote_inbox_t *inbox)
{
    if (inbox->data)
        signet_wipe(inbox->data, inbox->length);
    free(inbox->data);
    *inbox = (remote_inbox_t){.data = NULL};
}

int remote_send(int socket, const remote_writer_t *writer)
{
    for (uint64_t done = 0; done < writer->length;) {
        ssize_t sent = send(socket, writer->data + done, writer->length - done, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return 0;
        done += (uint64_t)sent;
    }
    return 1;
}
