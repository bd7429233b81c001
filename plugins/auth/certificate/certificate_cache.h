/* Paths that were validated a moment ago, so that a busy client costs no signature verification for
 * each request. Only the path is kept: revocation is looked at each time, and a path is kept no
 * longer than everything it rests on is valid and unchanged. */
#ifndef CERTIFICATE_CACHE_H
#define CERTIFICATE_CACHE_H

#include <signet/call.h>

typedef struct certificate_cache certificate_cache_t;

/* What was found for a certificate. */
typedef struct certificate_verdict {
    uint64_t authority; /* index in configuration */
    uint64_t trust;     /* number of the certificate_trust_t that it was validated against */
    int64_t until;      /* wall clock, ms */
} certificate_verdict_t;

/* NULL when out of memory. */
certificate_cache_t *certificate_cache_new(void);
void certificate_cache_free(certificate_cache_t *cache);
/* What is kept for a certificate, by its SHA-256: 1, or 0 where nothing is. [any] */
int certificate_cache_get(certificate_cache_t *cache, signet_bytes_t fingerprint,
                          certificate_verdict_t *verdict);
/* Keeps a verdict in place of what had its place. [any] */
void certificate_cache_put(certificate_cache_t *cache, signet_bytes_t fingerprint,
                           const certificate_verdict_t *verdict);

#endif
