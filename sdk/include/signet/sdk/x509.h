/* Requests and certificates, read with the SDK's own DER reader. Everything points into the
 * input or the arena. */
#ifndef SIGNET_SDK_X509_H
#define SIGNET_SDK_X509_H

#include <signet/sdk/der.h>

/* Limits on outside input. */
#define SIGNET_CSR_MAX 65536U
#define SIGNET_CSR_MAX_EXTENSIONS 32U
#define SIGNET_CSR_MAX_NAMES 1000U

/* An attribute of a distinguished name, in order of encoding. */
typedef struct signet_attribute {
    signet_bytes_t oid;
    uint8_t tag;         /* of the value as encoded */
    signet_text_t value; /* UTF-8 */
    uint32_t rdn;        /* index of the RDN it belongs to */
} signet_attribute_t;

/* An extension. */
typedef struct signet_extension {
    signet_bytes_t oid;
    int critical;
    signet_bytes_t value; /* content of the OCTET STRING */
} signet_extension_t;

/* A subject alternative name (GeneralName). */
typedef struct signet_general_name {
    uint8_t type;         /* context tag number: 1 email, 2 dns, 4 directory, 6 uri, 7 ip, … */
    signet_bytes_t value; /* content as encoded */
} signet_general_name_t;

/* A public key with what is needed to judge it. */
typedef struct signet_public_key {
    signet_bytes_t spki;     /* whole SubjectPublicKeyInfo */
    signet_bytes_t bits;     /* content of the BIT STRING */
    signet_text_t type;      /* "EC-P256", "RSA-2048", "RSA-3071", "RSA-PSS-2048", "ED25519",
                              * "ML-DSA-65", … */
    signet_text_t algorithm; /* the one that a key for RSASSA-PSS alone is bound to; or empty */
    signet_bytes_t modulus;  /* RSA */
    signet_bytes_t exponent; /* RSA */
} signet_public_key_t;

/* A PKCS#10 request (RFC 2986). */
typedef struct signet_csr {
    signet_bytes_t info;    /* CertificationRequestInfo, as signed */
    signet_bytes_t subject; /* Name, whole */
    const signet_attribute_t *attributes;
    uint64_t attribute_count;
    signet_public_key_t key;
    const signet_extension_t *extensions; /* of extensionRequest */
    uint64_t extension_count;
    const signet_general_name_t *names; /* of the requested subjectAltName */
    uint64_t name_count;
    signet_text_t challenge; /* challengePassword, or empty */
    signet_text_t algorithm; /* SIGNET_SIGN_*, of the signature */
    signet_bytes_t signature;
} signet_csr_t;

/* A certificate (RFC 5280). */
typedef struct signet_x509 {
    signet_bytes_t der;
    signet_bytes_t tbs;
    signet_bytes_t serial; /* without a leading zero octet */
    signet_bytes_t issuer;
    signet_bytes_t subject;
    const signet_attribute_t *attributes; /* of the subject */
    uint64_t attribute_count;
    int64_t not_before;
    int64_t not_after;
    signet_public_key_t key;
    const signet_extension_t *extensions;
    uint64_t extension_count;
    signet_bytes_t subject_key_id;
    int is_ca;
    int64_t path_length; /* -1: none */
    uint32_t key_usage;  /* named bits as SIGNET_KEY_USAGE_*; 0 where absent */
    signet_text_t algorithm;
    signet_bytes_t signature;
} signet_x509_t;

/* Named bits of KeyUsage (RFC 5280, 4.2.1.3). */
#define SIGNET_KEY_USAGE_DIGITAL_SIGNATURE 1U
#define SIGNET_KEY_USAGE_NON_REPUDIATION 2U
#define SIGNET_KEY_USAGE_KEY_ENCIPHERMENT 4U
#define SIGNET_KEY_USAGE_DATA_ENCIPHERMENT 8U
#define SIGNET_KEY_USAGE_KEY_AGREEMENT 16U
#define SIGNET_KEY_USAGE_KEY_CERT_SIGN 32U
#define SIGNET_KEY_USAGE_CRL_SIGN 64U
#define SIGNET_KEY_USAGE_ENCIPHER_ONLY 128U
#define SIGNET_KEY_USAGE_DECIPHER_ONLY 256U

/* Parses a request. INVALID ("csr.malformed", "csr.duplicate-extension", …), TOO_LARGE. Refuses
 * duplicate extensions and a second extensionRequest. The signature is not checked. [any] */
int32_t signet_csr_parse(signet_call_t *call, signet_bytes_t der, const signet_csr_t **csr);
/* Parses a certificate. INVALID ("certificate.malformed"). [any] */
int32_t signet_x509_parse(signet_call_t *call, signet_bytes_t der, const signet_x509_t **x509);
/* Parses a SubjectPublicKeyInfo. INVALID ("key.malformed", "key.unsupported"). [any] */
int32_t signet_public_key_parse(signet_call_t *call, signet_bytes_t spki, signet_public_key_t *key);
/* Parses GeneralNames (the value of subjectAltName). INVALID, TOO_LARGE. [any] */
int32_t signet_general_names_parse(signet_call_t *call, signet_bytes_t value,
                                   const signet_general_name_t **names, uint64_t *count);
/* A distinguished name as text (RFC 4514) from its attributes. [any] */
int32_t signet_name_text(signet_call_t *call, const signet_attribute_t *attributes, uint64_t count,
                         signet_text_t *text);
/* Attributes of an encoded Name. INVALID. [any] */
int32_t signet_name_parse(signet_call_t *call, signet_bytes_t name,
                          const signet_attribute_t **attributes, uint64_t *count);
/* The OID of an attribute type by its short name ("CN", "O", "OU", "C", "ST", "L", "serialNumber",
 * "emailAddress", "UID", "DC", "GN", "SN", "title") or dotted OID; an empty one where unknown.
 * [any] */
signet_bytes_t signet_attribute_oid(signet_text_t name);
/* Encodes a Name of one-attribute RDNs from (short name, value) pairs in order; C and serialNumber
 * as PrintableString, emailAddress and DC as IA5String, the rest as UTF8String. INVALID where a
 * value does not fit the type or its RFC 5280 upper bound. [any] */
int32_t signet_name_encode(signet_call_t *call, const signet_text_t *types,
                           const signet_text_t *values, uint64_t count, signet_bytes_t *name);
/* An extension by OID, or NULL. [any] */
const signet_extension_t *signet_extension_find(const signet_extension_t *extensions,
                                                uint64_t count, const uint8_t *oid,
                                                uint64_t oid_length);

#endif
