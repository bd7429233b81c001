/* Private keys for people: made here, and handed over in files that a password protects. */
#ifndef SIGNET_SDK_PKCS12_H
#define SIGNET_SDK_PKCS12_H

#include <signet/sdk/text.h>

/* Limits on files that come from outside. */
#define SIGNET_PKCS12_MAX (UINT64_C(1024) * 1024)
#define SIGNET_PKCS12_MAX_ITERATIONS 2000000U /* of all derivations of one file together */
#define SIGNET_PKCS12_MAX_BAGS 100U

/* Shortest password of a file that is written. */
#define SIGNET_PKCS12_PASSWORD_MIN 12U

/* A private key with its certificates. */
typedef struct signet_key_bundle {
    signet_bytes_t private_key; /* PrivateKeyInfo, DER (RFC 5958); secret */
    signet_bytes_t certificate; /* DER */
    const signet_bytes_t *chain;
    uint64_t chain_count;
    signet_text_t name; /* friendlyName; may be empty */
} signet_key_bundle_t;

/* Makes a key of a type (SIGNET_KEY_*) in memory, as PrivateKeyInfo and SubjectPublicKeyInfo. The
 * arena wipes it. UNSUPPORTED. [any] */
int32_t signet_private_key_generate(signet_call_t *call, signet_text_t type,
                                    signet_bytes_t *private_key, signet_bytes_t *spki);
/* A private key in PEM: EncryptedPrivateKeyInfo under PBES2 (AES-256-CBC, PBKDF2 with HMAC-SHA256),
 * or plain where `password` is empty. INVALID (a password that is too short). [any] */
int32_t signet_private_key_pem(signet_call_t *call, signet_bytes_t private_key,
                               signet_text_t password, uint32_t iterations, signet_text_t *pem);
/* A PKCS#12 file (RFC 7292): key and certificates under PBES2 (AES-256-CBC, PBKDF2 with
 * HMAC-SHA256), HMAC-SHA256 over all, each with so many iterations. INVALID. [any] */
int32_t signet_pkcs12_write(signet_call_t *call, const signet_key_bundle_t *bundle,
                            signet_text_t password, uint32_t iterations, signet_bytes_t *der);
/* Reads a PKCS#12 file: one key, and the certificate that belongs to it. Counts of iterations are
 * summed before anything is derived. TOO_LARGE; DENIED (the password); INVALID (malformed, no MAC,
 * no key or several, weak or unknown encryption). [any] */
int32_t signet_pkcs12_read(signet_call_t *call, signet_bytes_t der, signet_text_t password,
                           const signet_key_bundle_t **bundle);

#endif
