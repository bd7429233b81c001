/* One hop: a request on one handle and its answer. Internal to the dialer. */
#ifndef SIGNET_SDK_OUTBOUND_TRANSFER_H
#define SIGNET_SDK_OUTBOUND_TRANSFER_H

#include "outbound.h"

#include <signet/sdk/text.h>

#define SIGNET_TRANSFER_HEADERS 256U

typedef struct signet_outbound_transfer {
    signet_call_t *call;
    const signet_outbound_t *outbound;
    const signet_outbound_request_t *request;
    const char *method;
    uint64_t header_limit;
    uint64_t body_limit;
    int64_t ends;               /* on the monotonic clock */
    struct curl_slist *connect; /* where to connect instead; NULL: where the name leads */
    /* Of this hop. */
    const char *url;
    signet_text_t origin;
    struct curl_slist *headers;
    signet_pair_t pairs[SIGNET_TRANSFER_HEADERS];
    uint64_t pair_count;
    uint64_t header_octets;
    signet_buffer_t body;
    int has_body;     /* octets of it have arrived */
    int too_large;    /* the answer was cut off */
    int tried;        /* a permitted address was found */
    int refused;      /* a denied one was */
    char address[64]; /* the last denied one, for the message */
    char reason[CURL_ERROR_SIZE];
} signet_outbound_transfer_t;

/* Carries out one hop; the answer's headers and body are then in the transfer. */
int32_t signet_outbound_hop(signet_outbound_transfer_t *transfer, CURL *curl);
/* Has a handle give what it receives to the transfer, which is emptied first. */
CURLcode signet_outbound_receive(signet_outbound_transfer_t *transfer, CURL *curl);
/* The call's error for a hop that failed. */
int32_t signet_outbound_failed(const signet_outbound_transfer_t *transfer, CURLcode code);

#endif
