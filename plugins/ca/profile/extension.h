/* The extensions that certificates of this authority carry (RFC 5280, 4.2), encoded. */
#ifndef CA_EXTENSION_H
#define CA_EXTENSION_H

#include <signet/option.h>
#include <signet/sdk/name.h>

extern const signet_bytes_t ca_oid_subject_key_id;
extern const signet_bytes_t ca_oid_key_usage;
extern const signet_bytes_t ca_oid_subject_alt_name;
extern const signet_bytes_t ca_oid_basic_constraints;
extern const signet_bytes_t ca_oid_name_constraints;
extern const signet_bytes_t ca_oid_crl_points;
extern const signet_bytes_t ca_oid_policies;
extern const signet_bytes_t ca_oid_freshest_crl;
extern const signet_bytes_t ca_oid_no_revocation; /* noRevAvail (RFC 9608) */
extern const signet_bytes_t ca_oid_tls_feature;
extern const signet_bytes_t ca_oid_sid; /* szOID_NTDS_CA_SECURITY_EXT of Active Directory */
extern const signet_bytes_t ca_oid_authority_key_id;
extern const signet_bytes_t ca_oid_extended_key_usage;
extern const signet_bytes_t ca_oid_authority_information;
extern const signet_bytes_t ca_oid_ocsp_no_check;
extern const signet_bytes_t ca_oid_extension_request; /* PKCS#9, of a request */

#define CA_KEY_ID_LENGTH 20U

/* What tells the published names of an authority's keys apart: its URLs may hold {generation} and
 * {key-id}. */
typedef struct ca_published {
    signet_text_t generation; /* "1", "2", … */
    signet_text_t key_id;     /* in hexadecimal */
} ca_published_t;

/* Each appends one whole Extension. A failed append is kept in the buffer. */
void ca_extension_add(signet_buffer_t *buffer, signet_bytes_t oid, int critical,
                      signet_bytes_t value);
/* cA, and the path length where it is not negative; critical. */
void ca_extension_basic_constraints(signet_buffer_t *buffer, int is_ca, int64_t path_length);
/* SIGNET_KEY_USAGE_* bits; critical. */
void ca_extension_key_usage(signet_buffer_t *buffer, uint32_t bits);
void ca_extension_subject_key_id(signet_buffer_t *buffer, signet_bytes_t key_id);
void ca_extension_authority_key_id(signet_buffer_t *buffer, signet_bytes_t key_id);
/* Encoded OIDs. */
void ca_extension_extended_key_usage(signet_buffer_t *buffer, const signet_bytes_t *oids,
                                     uint64_t count);
/* A URL with the marks {generation} and {key-id} replaced. */
void ca_published_add(signet_buffer_t *buffer, const ca_published_t *published, signet_text_t url);
/* Whether every mark in a URL is one of these; `marked` gets whether it holds one. */
int ca_published_check(signet_text_t url, int *marked);
/* URLs as TEXTS settings, with their marks replaced; nothing where there are none. */
void ca_extension_authority_information(signet_buffer_t *buffer, const ca_published_t *published,
                                        const signet_setting_t *issuers,
                                        const signet_setting_t *responders);
void ca_extension_crl_points(signet_buffer_t *buffer, const ca_published_t *published,
                             const signet_setting_t *urls);
void ca_extension_freshest_crl(signet_buffer_t *buffer, const ca_published_t *published,
                               const signet_setting_t *urls);
/* Must staple (RFC 7633). */
void ca_extension_tls_feature(signet_buffer_t *buffer);
/* The SID of an account: one OtherName whose value is the SID as text. */
void ca_extension_sid(signet_buffer_t *buffer, signet_text_t sid);
/* The tag of a GeneralName by its number. */
uint8_t ca_general_name_tag(uint8_t type);
/* Critical where the subject is empty. */
void ca_extension_subject_alt_name(signet_buffer_t *buffer, const signet_canonical_t *names,
                                   uint64_t count, int critical);
/* The identifier of a public key: the first 20 octets of the SHA-256 of its bits (RFC 7093, 2,
 * method 1). */
int32_t ca_key_id(signet_call_t *call, const signet_public_key_t *key, signet_bytes_t *key_id);

#endif
