/* Records of certificates: the collection ca.certificates, keyed "authority/serial". */
#ifndef CA_RECORD_H
#define CA_RECORD_H

#include <signet/inventory.h>
#include <signet/sdk/name.h>
#include <signet/sdk/record.h>

#define CA_CERTIFICATES "ca.certificates"
#define CA_ARCHIVE "ca.archive" /* those that expired long ago, in the same form */
#define CA_RECORD_FIELDS 32U

/* How far a certificate got; what is revoked keeps it. */
#define CA_STAGE_WHOLE 0
#define CA_STAGE_PRECERTIFICATE 1 /* the body is a precertificate, no certificate followed */

/* A certificate beside what only its record knows. */
typedef struct ca_record {
    signet_certificate_t certificate;
    int unconfirmed;     /* an abandoned intent that was revoked: no certificate is known */
    signet_bytes_t body; /* the certificate; of an unconfirmed one its to-be-signed part */
    int64_t invalid_since;
    signet_text_t comment; /* given with the revocation */
    signet_bytes_t key;    /* SHA-256 of the SubjectPublicKeyInfo; empty: no profile asks for it */
    int stage;             /* CA_STAGE_* */
    signet_bytes_t precertificate; /* of a certificate that has one */
    int renewal_set;               /* when to renew it was set, and is not computed */
} ca_record_t;

int32_t ca_record_declare(signet_call_t *call, const signet_store_t *store);
/* "authority/serial in lower-case hexadecimal"; NULL data on NO_MEMORY. */
signet_text_t ca_record_key(signet_call_t *call, signet_text_t authority, signet_bytes_t serial);
/* A change that puts the record; `fields` has room for CA_RECORD_FIELDS. */
int32_t ca_record_put(signet_call_t *call, signet_text_t key, uint64_t expected,
                      const ca_record_t *record, signet_field_t *fields, signet_change_t *change);
int32_t ca_record_decode(signet_call_t *call, const signet_record_t *stored, ca_record_t **record);
/* NOT_FOUND ("certificate.not-found"). */
int32_t ca_record_get(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                      signet_bytes_t serial, ca_record_t **record);
/* The field "owner" of a certificate; the empty text where it has none. */
signet_text_t ca_record_owner(const signet_certificate_t *certificate);
/* The canonical names of a certificate as texts. */
int32_t ca_record_names(signet_call_t *call, const signet_canonical_t *names, uint64_t count,
                        signet_certificate_t *certificate);
/* The fields of a certificate as text and back: NAME=VALUE, one a line. */
int32_t ca_record_fields_write(signet_call_t *call, const signet_certificate_t *certificate,
                               signet_text_t *lines);
int32_t ca_record_fields_read(signet_call_t *call, signet_text_t lines,
                              signet_certificate_t *certificate);
/* NOT_FOUND for a serial, always in the same words. */
int32_t ca_record_missing(signet_call_t *call, signet_text_t authority, signet_bytes_t serial);

#endif
