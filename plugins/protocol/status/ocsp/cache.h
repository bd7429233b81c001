/* Whole answers without a nonce about one certificate, kept until they are half as old as they may
 * get; a bounded number of octets. Loops look into it without waiting. */
#ifndef STATUS_OCSP_CACHE_H
#define STATUS_OCSP_CACHE_H

#include <signet/call.h>

typedef struct status_cache status_cache_t;

/* By what an answer is kept. */
typedef struct status_cache_key {
    uint64_t issuer; /* its place among the issuers */
    unsigned hash;   /* of its certificate id */
    signet_bytes_t serial;
} status_cache_key_t;

/* An answer. */
typedef struct status_kept {
    signet_bytes_t der;
    int64_t this_update;
    int64_t next_update;
} status_kept_t;

status_cache_t *status_cache_new(signet_call_t *call, uint64_t octets);
void status_cache_free(status_cache_t *cache);
/* 1 with a copy in the arena; 0 where there is none, or where somebody else is at it and the caller
 * must not wait. */
int status_cache_find(status_cache_t *cache, signet_call_t *call, const status_cache_key_t *key,
                      int may_block, status_kept_t *kept);
/* Keeps a copy in place of what is there; what does not fit is not kept. */
void status_cache_put(status_cache_t *cache, const status_cache_key_t *key,
                      const status_kept_t *kept);
/* Forgets all that is said of a serial. */
void status_cache_drop(status_cache_t *cache, uint64_t issuer, signet_bytes_t serial);
/* Grows with each drop: an answer that was looked up before one is not kept after it. */
uint64_t status_cache_turn(const status_cache_t *cache);

#endif
