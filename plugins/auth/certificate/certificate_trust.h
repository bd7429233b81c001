/* What certificates of one authority are validated against, as it stands at a moment: a trust
 * anchor, authorities below it, revocation lists. Shared by those who use it and replaced as a
 * whole when one of these changes. */
#ifndef CERTIFICATE_TRUST_H
#define CERTIFICATE_TRUST_H

#include <openssl/x509.h>
#include <signet/call.h>

#define CERTIFICATE_DIGEST 32

typedef struct certificate_trust certificate_trust_t;

/* Nothing trusted yet; used once. [any] */
certificate_trust_t *certificate_trust_new(signet_call_t *call);
certificate_trust_t *certificate_trust_hold(certificate_trust_t *trust);
/* The last release frees it; NULL is nothing. [any] */
void certificate_trust_release(certificate_trust_t *trust);
/* Differs for any two in a process. [any] */
uint64_t certificate_trust_number(const certificate_trust_t *trust);

/* Before it is shared: adds an anchor; an authority below it; a list, from when on lists are asked
 * for every certificate below the anchor. [any] */
int32_t certificate_trust_anchor(signet_call_t *call, certificate_trust_t *trust, X509 *anchor);
int32_t certificate_trust_below(signet_call_t *call, certificate_trust_t *trust, X509 *authority);
int32_t certificate_trust_list(signet_call_t *call, certificate_trust_t *trust, X509_CRL *list);
/* Has it accept only what the key of this authority, or of another one that was named so, has
 * signed itself. [any] */
int32_t certificate_trust_issuer(signet_call_t *call, certificate_trust_t *trust, X509 *issuer);

/* What is validated, and what comes of it. */
typedef struct certificate_path {
    signet_bytes_t certificate;
    const signet_bytes_t *chain; /* what else may lead to the anchor */
    uint64_t chain_count;
    int client_auth; /* 1: clientAuth must be named among the extended key usages */
    const char *why; /* what was wrong, for the log */
    int foreign;     /* 1: the path does not lead to the anchor at all */
    int64_t until;   /* ms since 1970 UTC: when the first thing that it rests on ends */
} certificate_path_t;

/* Validates a path for a TLS client, now (RFC 5280, 6), of at least two certificates: 1, or 0 with
 * `why`. [worker] */
int certificate_trust_validate(const certificate_trust_t *trust, certificate_path_t *path);
/* A certificate from the DER of a whole one, to be freed; NULL where it is none. [any] */
X509 *certificate_decode(signet_bytes_t der);
/* An ASN.1 time in ms since 1970 UTC; INT64_MIN where it is none. [any] */
int64_t certificate_time(const ASN1_TIME *time);

#endif
