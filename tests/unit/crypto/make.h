/* Keys, requests and certificates made by OpenSSL, for the SDK to read. */
#ifndef TEST_CRYPTO_MAKE_H
#define TEST_CRYPTO_MAKE_H

#include <openssl/evp.h>
#include <signet/sdk/crypto.h>

/* The key of this type, made once and kept: SIGNET_KEY_*, or "EC-" and a curve's name in OpenSSL.
 * Ends the test where it cannot be made. */
EVP_PKEY *make_key(const char *type);
void make_key_cleanup(void);

/* What goes into a request or certificate. */
typedef struct make_spec {
    EVP_PKEY *key;
    const char *digest;      /* NULL for EdDSA */
    int pss_salt;            /* RSA-PSS with this salt where not 0 */
    const char *subject;     /* "CN=a.example,O=Example"; '+' joins an RDN; NULL: empty */
    int string_type;         /* MBSTRING_UTF8, V_ASN1_BMPSTRING, …; 0: UTF8String */
    const char *names;       /* subjectAltName in OpenSSL's notation, or NULL */
    const char *key_usage;   /* in OpenSSL's notation, or NULL */
    const char *constraints; /* basicConstraints in OpenSSL's notation, or NULL */
    const char *challenge;   /* challengePassword, or NULL */
} make_spec_t;

/* DER in the arena. */
signet_bytes_t make_csr(signet_call_t *call, const make_spec_t *spec);
/* Self-signed, valid from `not_before` for `days`. */
signet_bytes_t make_certificate(signet_call_t *call, const make_spec_t *spec, int64_t not_before,
                                int days);
/* A signature over octets. */
signet_bytes_t make_signature(signet_call_t *call, EVP_PKEY *key, const char *digest, int pss_salt,
                              signet_bytes_t message);
/* The key's SubjectPublicKeyInfo. */
signet_bytes_t make_spki(signet_call_t *call, EVP_PKEY *key);

#endif
