/* The dialer itself. Internal to it. */
#ifndef SIGNET_SDK_OUTBOUND_OUTBOUND_H
#define SIGNET_SDK_OUTBOUND_OUTBOUND_H

#include <curl/curl.h>
#include <pthread.h>
#include <signet/sdk/outbound.h>

#include "range.h"

/* Handles that wait for their next request, each with the connections it keeps open. */
#define SIGNET_OUTBOUND_IDLE 8U

struct signet_outbound {
    const signet_host_t *host;
    signet_range_t *ranges;
    uint64_t range_count;
    char *roots;       /* path, or NULL: the system's */
    char *pins;        /* as libcurl takes them, joined by ';'; NULL: none */
    char *certificate; /* path, or NULL */
    signet_text_t key; /* reference of the secret; the setting's own text */
    char *proxy;       /* "": none */
    int64_t timeout_ms;
    pthread_mutex_t lock; /* of what follows */
    CURL *idle[SIGNET_OUTBOUND_IDLE];
    uint32_t idle_count;
};

/* A handle for one request, reset, and its return. NULL without memory. */
CURL *signet_outbound_take(signet_outbound_t *outbound);
void signet_outbound_give(signet_outbound_t *outbound, CURL *curl);
/* Reads the settings of `group` into a dialer whose members are still zero. */
int32_t signet_outbound_configure(signet_call_t *call, const signet_setting_t *group,
                                  signet_outbound_t *outbound);

#endif
