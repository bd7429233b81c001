/* The side that serves: what a function of an interface is given, and where it answers. */
#ifndef SDK_REMOTE_SERVER_H
#define SDK_REMOTE_SERVER_H

#include "key_purposes.h"
#include "wire.h"

#include <signet/ext/draft/remote.h>

typedef struct signing_log signing_log_t;

/* One call that came over the socket. */
typedef struct remote_service {
    const signet_remote_target_t *target;
    signing_log_t *log;    /* of what was signed; NULL where no keys are served */
    key_purposes_t *known; /* of the keys that are served */
    signet_call_t *call;
    uint8_t function;
    remote_reader_t *request; /* what the function takes */
    remote_writer_t *reply;   /* what it answers, after OK alone */
} remote_service_t;

/* Makes the call to one interface. Any failure is set in the call. */
int32_t remote_serve_key(const remote_service_t *service);
int32_t remote_serve_notifier(const remote_service_t *service);
int32_t remote_serve_exporter(const remote_service_t *service);
int32_t remote_serve_discovery(const remote_service_t *service);
/* INVALID where a request was not read whole. */
int32_t remote_service_check(const remote_service_t *service);
/* UNSUPPORTED, for a function that the instance does not have. */
int32_t remote_service_lacks(const remote_service_t *service);

#endif
