/* A request for status (RFC 6960, 4.1), read. Everything points into the input. */
#ifndef STATUS_OCSP_REQUEST_H
#define STATUS_OCSP_REQUEST_H

#include <signet/sdk/der.h>

#define STATUS_OCSP_MAX 32U        /* certificates in one request */
#define STATUS_OCSP_NONCE_MAX 128U /* octets (RFC 9654, 2.1) */

/* One certificate that is asked about. */
typedef struct status_certificate_id {
    signet_bytes_t whole;     /* CertID, DER: it is repeated in the answer */
    unsigned hash;            /* 0: SHA-1, 1: SHA-256; another: unknown here */
    signet_bytes_t name_hash; /* of the issuer's name */
    signet_bytes_t key_hash;  /* and of its key */
    signet_bytes_t serial;    /* without a leading zero octet; empty: none that a certificate has */
} status_certificate_id_t;

typedef struct status_ocsp_request {
    status_certificate_id_t ids[STATUS_OCSP_MAX];
    uint64_t count;
    signet_bytes_t nonce; /* octets; empty: none was sent */
} status_ocsp_request_t;

/* Reads a request; 0, or -1 for whatever is no request: DER that is malformed, no or too many
 * certificates, a nonce of a length that is not permitted, an unknown critical extension. A
 * signature is not looked at: everybody may ask. [any] */
int status_ocsp_request_read(signet_bytes_t der, status_ocsp_request_t *request);

#endif
