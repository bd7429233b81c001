/* Verification of attestations: one function for each format. Nothing here stores or permits
 * anything; which device it is, not whose. */
#ifndef ACME_ATTEST_H
#define ACME_ATTEST_H

#include <signet/sdk/x509.h>

#include "identity.h"
#include "object.h"

/* What an attestation is for. */
typedef struct acme_attest_challenge {
    signet_text_t token;
    signet_text_t key_authorization;
} acme_attest_challenge_t;

/* What one says. */
typedef struct acme_attested {
    signet_bytes_t spki; /* the key that is attested, SubjectPublicKeyInfo */
    acme_identities_t identities;
} acme_attested_t;

/* What an object says whose leaf certificate is trusted. NULL, or what is wrong with it, as a
 * sentence's end; in the arena or static. [any] */
typedef const char *acme_attest_format_t(signet_call_t *call, const acme_attest_object_t *object,
                                         const signet_x509_t *leaf,
                                         const acme_attest_challenge_t *challenge,
                                         acme_attested_t *attested);

/* Apple's Managed Device Attestation: the key is the leaf's; its extensions hold serial number,
 * UDID and the SHA-256 of the token. [any] */
acme_attest_format_t acme_attest_apple;
/* PIV keys, as step clients send them: the key is the leaf's and has signed the key authorization;
 * an extension holds the serial number. [any] */
acme_attest_format_t acme_attest_step;
/* A TPM 2.0 (WebAuthn, 8.3): the leaf is an attestation key's, which certified the key together
 * with the key authorization; its alternative names say which device. [any] */
acme_attest_format_t acme_attest_tpm;

/* The function of a format, or NULL. [any] */
acme_attest_format_t *acme_attest_format(signet_text_t name);

#endif
