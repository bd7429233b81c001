/* Identities of devices: identifiers of orders (draft-ietf-acme-device-attest-09) and alternative
 * names of certificates (RFC 4043, RFC 4108). */
#ifndef ACME_ATTEST_IDENTITY_H
#define ACME_ATTEST_IDENTITY_H

#include <signet/sdk/x509.h>

#define ACME_PERMANENT_IDENTIFIER "permanent-identifier"
#define ACME_HARDWARE_MODULE "hardware-module"
#define ACME_ATTEST_IDENTITIES_MAX 16U

typedef struct acme_identity {
    const char *type;    /* ACME_PERMANENT_IDENTIFIER, ACME_HARDWARE_MODULE */
    signet_text_t value; /* "SERIAL", "SERIAL/1.2.3" */
} acme_identity_t;

typedef struct acme_identities {
    acme_identity_t items[ACME_ATTEST_IDENTITIES_MAX];
    uint64_t count;
} acme_identities_t;

/* Whether a type of identifier is a device's: its name above, or NULL. [any] */
const char *acme_identity_type(signet_text_t type);
/* Whether a value has the form of its type: UTF-8 without '/', and, behind one '/', an object
 * identifier, which a hardware module must have. [any] */
int acme_identity_valid(signet_call_t *call, const char *type, signet_text_t value);
/* The identity in an alternative name (otherName). NOT_FOUND where it is none of a device, INVALID
 * ("acme.malformed") where it is malformed. [any] */
int32_t acme_identity_from_name(signet_call_t *call, const signet_general_name_t *name,
                                acme_identity_t *identity);
/* All identities in a certificate's alternative names. INVALID. [any] */
int32_t acme_identities_of(signet_call_t *call, const signet_x509_t *certificate,
                           acme_identities_t *identities);
int acme_identities_have(const acme_identities_t *identities, signet_text_t type,
                         signet_text_t value);

#endif
