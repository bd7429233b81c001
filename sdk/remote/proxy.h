/* What stands in the daemon for an isolated instance: it has the process started, hands calls on
 * to it, and has it started again when it is lost. */
#ifndef SDK_REMOTE_PROXY_H
#define SDK_REMOTE_PROXY_H

#include "channel.h"

#include <signet/host.h>

typedef struct remote_proxy {
    const signet_host_t *host;
    channel_t channel;
    char name[65];
    int down;           /* the loss was noticed; it is to be started anew */
    uint32_t tries;     /* since it was up for a while */
    int64_t began;      /* when it was started last; monotonic */
    int64_t next_try;   /* monotonic */
    uint64_t up_metric; /* numbers of metrics */
    uint64_t lost_metric;
    uint64_t failed_metric;
} remote_proxy_t;

/* Interfaces, as requests name them. */
#define REMOTE_KEY 1U
#define REMOTE_NOTIFIER 2U
#define REMOTE_EXPORTER 3U
#define REMOTE_DISCOVERY 4U

/* Begins a request to `function` of an interface; what it takes is written next. The error is set
 * where the call may go no further. */
int32_t remote_request_begin(remote_proxy_t *proxy, signet_call_t *call, remote_writer_t *request,
                             uint8_t interface, uint8_t function);
/* Sends the request, frees it, and answers what the function did: its status, with the error set,
 * or OK with a reader at what it answered, in the arena. May pause. */
int32_t remote_request(remote_proxy_t *proxy, signet_call_t *call, remote_writer_t *request,
                       remote_reader_t *answer);
/* OK where all of an answer was read; else INTERNAL, for a process that answers nonsense. */
int32_t remote_request_end(remote_proxy_t *proxy, signet_call_t *call,
                           const remote_reader_t *answer);

#endif
