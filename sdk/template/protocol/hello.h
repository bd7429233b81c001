/* The greeter: what one instance of the plugin knows and does. */
#ifndef HELLO_H
#define HELLO_H

#include <signet/signet.h>

/* An instance: one block of configuration. */
typedef struct hello {
    const signet_host_t *host;
    signet_text_t greeting; /* lives in the host's settings, as long as the instance */
    uint64_t greetings;     /* number of the metric */
    _Atomic int64_t count;  /* greetings since the start */
} hello_t;

/* Registers the route, the metric and the job. [any] */
int32_t hello_register(hello_t *hello, signet_call_t *call);

#endif
