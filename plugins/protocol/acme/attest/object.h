/* Attestation objects as WebAuthn has them (Level 2, 6.5.4), of which device-attest-01 uses format
 * and statement. */
#ifndef ACME_ATTEST_OBJECT_H
#define ACME_ATTEST_OBJECT_H

#include <signet/sdk/text.h>

#define ACME_ATTEST_CERTIFICATES_MAX 8U

/* What the statements of all formats hold together; everything points into the input. Missing
 * octets are empty. */
typedef struct acme_attest_object {
    signet_text_t format;                                      /* "fmt" */
    signet_text_t version;                                     /* "ver" */
    int64_t algorithm;                                         /* "alg", of COSE; 0: missing */
    signet_bytes_t signature;                                  /* "sig" */
    signet_bytes_t cert_info;                                  /* "certInfo" */
    signet_bytes_t public_area;                                /* "pubArea" */
    signet_bytes_t certificates[ACME_ATTEST_CERTIFICATES_MAX]; /* "x5c", DER, the leaf first */
    uint64_t certificate_count;
} acme_attest_object_t;

/* Reads an object. NULL, or what is wrong with it, as a sentence's end: only items of definite
 * length, no member twice, of the members above the right types; others are passed over. [any] */
const char *acme_attest_object_read(signet_bytes_t input, acme_attest_object_t *object);
/* The octets in an encoded byte string, which is how the format "step" wraps its signature. 0, or
 * -1. [any] */
int acme_attest_octets(signet_bytes_t input, signet_bytes_t *octets);

#endif
