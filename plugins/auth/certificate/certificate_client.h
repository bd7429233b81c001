/* A client's certificate, taken apart into the fields that rules and templates speak of. */
#ifndef CERTIFICATE_CLIENT_H
#define CERTIFICATE_CLIENT_H

#include <signet/sdk/name.h>

/* Where the value of a field comes from. */
#define CERTIFICATE_FIELD_UNKNOWN 0
#define CERTIFICATE_FIELD_CHOSEN 1 /* text that its holder may have chosen: subject, san */
#define CERTIFICATE_FIELD_GIVEN 2  /* text of ours: authority, profile, serial, fingerprint */

typedef struct certificate_client {
    const signet_x509_t *x509;
    signet_bytes_t fingerprint;      /* SHA-256 of the whole */
    const signet_canonical_t *names; /* dns, ip, email and uri of the subjectAltName */
    uint64_t name_count;
    signet_text_t authority; /* as configuration calls it; set once the path was validated */
    signet_text_t profile;   /* as the inventory has it; empty for foreign ones */
} certificate_client_t;

/* Reads a certificate. INVALID where it or one of its names is malformed. [any] */
int32_t certificate_client_read(signet_call_t *call, signet_bytes_t der,
                                certificate_client_t *client);
/* What kind of field has this name: "subject", "subject.CN", "san.email", "serial", …
 * (CERTIFICATE_FIELD_*). [any] */
int certificate_field_kind(signet_text_t name);
/* All values of a field, in their order; none where the certificate has none. [any] */
int32_t certificate_client_values(signet_call_t *call, const certificate_client_t *client,
                                  signet_text_t field, const signet_text_t **values,
                                  uint64_t *count);

#endif
