/* Frames: what goes over the socket between a daemon and the process of an isolated instance.
 *
 *     'S' 'R'  version  kind  length (4)  id (8)  payload (length)
 *
 * The process begins with HELLO or REFUSED. From then on the daemon sends REQUESTs, many at a time,
 * and the process one REPLY to each, in any order. Anything else ends the connection. */
#ifndef SDK_REMOTE_FRAME_H
#define SDK_REMOTE_FRAME_H

#include "wire.h"

#define REMOTE_VERSION 1U
#define REMOTE_HEADER 16U
#define REMOTE_PAYLOAD_MAX (UINT32_C(32) * 1024 * 1024)

#define REMOTE_HELLO 1U   /* the interfaces that are served: count, texts */
#define REMOTE_REFUSED 2U /* the instance did not start: an error */
#define REMOTE_REQUEST 3U /* interface (1), function (1), caller, what the function takes */
#define REMOTE_REPLY 4U   /* status (4); then what the function answers, or an error */

/* A header that was read. */
typedef struct remote_frame {
    uint8_t kind;
    uint32_t length; /* of the payload */
    uint64_t id;
} remote_frame_t;

/* Begins a frame in an empty writer. */
void remote_frame_begin(remote_writer_t *writer, uint8_t kind, uint64_t id);
/* Writes the id into a frame that was begun. */
void remote_frame_number(remote_writer_t *writer, uint64_t id);
/* Writes the length; 0 where memory was missing or the frame is too long. */
int remote_frame_end(remote_writer_t *writer);
/* Reads REMOTE_HEADER octets; 0 where they are no header. */
int remote_frame_read(const uint8_t *header, remote_frame_t *frame);

/* Frames that arrive on a stream. All zero at first. */
typedef struct remote_inbox {
    uint8_t *data;
    uint64_t length; /* received */
    uint64_t taken;  /* of it */
    uint64_t capacity;
} remote_inbox_t;

#define REMOTE_INBOX_FRAME 1  /* there is one */
#define REMOTE_INBOX_MORE 0   /* more must be received first */
#define REMOTE_INBOX_BAD (-1) /* what came is no frame, or memory is missing */

/* The next frame, whose payload lies in the inbox until the next call. */
int remote_inbox_next(remote_inbox_t *inbox, remote_frame_t *frame, signet_bytes_t *payload);
/* Receives what there is, with recv's flags; its answer. */
int64_t remote_inbox_receive(remote_inbox_t *inbox, int socket, int flags);
/* Wipes and frees it. */
void remote_inbox_free(remote_inbox_t *inbox);
/* Sends all of a frame, waiting where it must; 0 where the other side is gone. */
int remote_send(int socket, const remote_writer_t *writer);

#endif
