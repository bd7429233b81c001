/* The instance: what it publishes, and for whom. */
#ifndef STATUS_STATUS_H
#define STATUS_STATUS_H

#include <signet/host.h>
#include <signet/sdk/record.h>
#include <stdatomic.h>

#include "issuer.h"

typedef struct status {
    const signet_host_t *host;
    signet_text_t ca;
    signet_text_t store;
    signet_text_t journal;
    signet_text_t folder;

    /* Lists. */
    int64_t list_period_ms;   /* between scheduled lists */
    int64_t list_validity_ms; /* from thisUpdate to nextUpdate */
    int64_t list_delay_ms;    /* until a revocation is on a list, at most */
    int64_t list_max_age_ms;

    /* OCSP. */
    signet_text_t responder_profile;
    signet_text_t responder_keys;     /* the backend of their keys; empty: the authority's */
    signet_text_t responder_key_type; /* SIGNET_KEY_*; empty: as the authority's */
    int by_name;                      /* ResponderID: 1 by name, 0 by key */
    int signs_unknown;                /* 1: what was not issued is `unknown`, signed */
    int64_t answer_validity_ms;
    int64_t answer_max_age_ms;
    int64_t signers;      /* how many answers are signed at one time, at most */
    atomic_llong signing; /* how many are now */
    struct status_cache *cache;
    atomic_llong followed_at; /* when the journal was last read to its end, monotonic ms */

    status_issuers_t issuers;
    uint64_t lists_metric;
    uint64_t answers_metric;
    uint64_t cached_metric;
    uint64_t busy_metric;
} status_t;

/* signet.status/1 of the CA, through the call. */
typedef struct status_source {
    const struct signet_status_interface *interface;
    void *instance;
} status_source_t;
int32_t status_source(const status_t *status, signet_call_t *call, status_source_t *source);

#endif
