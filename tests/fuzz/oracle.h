/* OpenSSL as the oracle of the SDK's own readers.
 *
 * What the SDK accepts, OpenSSL must accept with the same values. What OpenSSL accepts and the SDK
 * refuses must have a reason of strictness that is listed here. */
#ifndef SIGNET_FUZZ_ORACLE_H
#define SIGNET_FUZZ_ORACLE_H

#include <openssl/x509v3.h>
#include <signet/sdk/crypto.h>

/* What the SDK and OpenSSL made of an input. */
typedef struct oracle_verdict {
    int accepted;           /* by both */
    const char *difference; /* NULL, or what must not differ and does */
} oracle_verdict_t;

/* A request: parsed, compared member by member, its signature verified by both. */
oracle_verdict_t oracle_csr(signet_call_t *call, signet_bytes_t input);
/* A certificate: parsed and compared member by member. */
oracle_verdict_t oracle_x509(signet_call_t *call, signet_bytes_t input);

/* Parts of both; each answers NULL or the difference. */
const char *oracle_name(const X509_NAME *theirs, signet_bytes_t whole,
                        const signet_attribute_t *attributes, uint64_t count);
const char *oracle_key(signet_call_t *call, const X509_PUBKEY *theirs,
                       const signet_public_key_t *key);
const char *oracle_extensions(const X509_EXTENSIONS *theirs, const signet_extension_t *extensions,
                              uint64_t count);
const char *oracle_names(const GENERAL_NAMES *theirs, const signet_general_name_t *names,
                         uint64_t count);
const char *oracle_algorithm(const X509_ALGOR *theirs, signet_text_t algorithm);
/* Whether octets equal an object's own content. */
int oracle_same(signet_bytes_t ours, const uint8_t *theirs, uint64_t length);
/* Whether the input is strict DER, by OpenSSL's reader and writer of headers. */
int oracle_is_der(signet_bytes_t input);
/* Whether the refusal that is set in `call` is a listed one. */
int oracle_refusal_is_listed(signet_call_t *call, signet_bytes_t input);

#endif
