/* The daemon's end of the socket to the process of an isolated instance.
 *
 * Many calls are in flight at a time: each sends its request, pauses, and is resumed when its reply
 * has come, its time is up, or the process is gone. One thread receives. */
#ifndef SDK_REMOTE_CHANNEL_H
#define SDK_REMOTE_CHANNEL_H

#include "frame.h"

#include <pthread.h>

#define CHANNEL_CALLS 1024U

/* A call in flight; it lives on the stack of the function that makes it. */
typedef struct channel_call {
    signet_call_t *call;
    int state;
    int64_t deadline; /* of the monotonic clock */
    uint8_t *reply;
    uint64_t reply_length;
} channel_call_t;

/* A place for a call in flight. */
typedef struct channel_slot {
    channel_call_t *owner; /* NULL while `used`: whoever asked has gone */
    uint64_t id;
    int64_t began;
    int used;
} channel_slot_t;

/* Why there is no connection. */
#define CHANNEL_UP 0
#define CHANNEL_CLOSED 1  /* the process ended, or closed the socket */
#define CHANNEL_HUNG 2    /* a call was not answered in time */
#define CHANNEL_GARBLED 3 /* what came was no answer */
#define CHANNEL_DOWN 4    /* it was not begun, or was ended */

typedef struct channel {
    pthread_mutex_t lock;
    const char *name; /* of the instance, for messages */
    int64_t limit_ms; /* for one call; after that the process counts as hung */
    int state;
    int stopping;
    int socket;
    int wake; /* an eventfd, which has the thread look at `unsent` */
    pthread_t thread;
    int running; /* the thread is to be joined */
    channel_slot_t slots[CHANNEL_CALLS];
    uint16_t spare[CHANNEL_CALLS]; /* indexes of unused slots */
    uint32_t spares;
    uint64_t last; /* part of the ids, so that none comes again soon */
    remote_writer_t unsent;
    uint64_t sent;   /* of `unsent` */
    int64_t looked;  /* when deadlines were looked at */
    uint64_t failed; /* calls that the loss of the process has failed */
} channel_t;

/* All zero but `name` and `limit_ms` before; 0 where there is no descriptor. */
int channel_init(channel_t *channel);
void channel_free(channel_t *channel);
/* Takes over a connected socket; the process has said hello. 0 without a thread; the socket is the
 * caller's then. */
int channel_begin(channel_t *channel, int socket);
/* Takes no further calls, has the other side end and waits for that at most `wait_ms`; 0 where it
 * does not end. */
int channel_end(channel_t *channel, int64_t wait_ms);
/* Why there is no connection any more: CHANNEL_UP while there is one. `*failed` gets the number of
 * calls that its loss has failed. */
int channel_state(channel_t *channel, uint64_t *failed);
/* Cleans up after a connection that was lost. */
void channel_forget(channel_t *channel);
/* Sends a request frame, whose writer is freed, and waits for its reply, which is copied into the
 * arena. May pause: not with a lock held. UNAVAILABLE, TIMEOUT, BUSY, NO_MEMORY. */
int32_t channel_call(channel_t *channel, signet_call_t *call, remote_writer_t *request,
                     signet_bytes_t *reply);
/* How long the other side gets for a call made now, in ms; the error is set where it has none. */
int32_t channel_time(const channel_t *channel, signet_call_t *call, int64_t *time_ms);

#endif
