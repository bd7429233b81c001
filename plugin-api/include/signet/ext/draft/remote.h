/* signet.remote/1 (draft): carries the interfaces of an instance from one process to another.
 *
 * An instance whose block says `isolate = true` lives in a process of its own. In the daemon stands
 * a proxy for it: an instance of the plugin that provides this interface, whose other provided
 * vtables are those of the proxies, one for each interface that can be carried. In the process of
 * the instance the same plugin serves: it takes calls from the socket and makes them. The host
 * knows neither what is carried nor how; it starts the process (host.start_process) and lends the
 * side that serves what only a host can do. */
#ifndef SIGNET_EXT_DRAFT_REMOTE_H
#define SIGNET_EXT_DRAFT_REMOTE_H

#include <signet/host.h>

#define SIGNET_REMOTE_INTERFACE "signet.remote/1"

/* Who a carried call is made for. */
typedef struct signet_remote_caller {
    uint32_t size;
    uint32_t reserved;
    const signet_actor_t *actor; /* never NULL; an empty id: nobody yet */
    signet_text_t tenant;
    signet_text_t trace;  /* 32 hexadecimal digits */
    int64_t remaining_ms; /* until the deadline; INT64_MAX: none */
} signet_remote_caller_t;

/* An interface of the instance that is served. */
typedef struct signet_remote_target {
    uint32_t size;
    uint32_t reserved;
    signet_text_t interface; /* "signet.key/1" */
    const void *vtable;
    void *instance;
} signet_remote_target_t;

/* What the side that serves is given. Lives until serve returns. */
typedef struct signet_remote_service {
    uint32_t size;
    int32_t socket; /* a stream to the daemon; the caller of serve closes it */
    const signet_host_t *host;
    const signet_error_t *refusal; /* why the instance did not start, to be told; or NULL */
    const signet_remote_target_t *targets;
    uint64_t target_count;
    /* Makes a call for somebody else, who was authenticated in the daemon; NULL without memory.
     * Required. [any] */
    signet_call_t *(*begin)(const signet_remote_caller_t *caller);
    /* Ends it and wipes its arena. Required. [any] */
    void (*end)(signet_call_t *call);
} signet_remote_service_t;

/* The interface. */
typedef struct signet_remote_interface {
    uint32_t size;
    uint32_t reserved;
    /* Tells the daemon that the instance is there, or that it is refused, and then serves calls
     * until the daemon closes its side. A failure is for the log. Required. [worker] */
    int32_t (*serve)(signet_call_t *call, const signet_remote_service_t *service);
} signet_remote_interface_t;

#endif
