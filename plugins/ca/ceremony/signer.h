/* Signatures of people over a transcript, with the keys of their certificates. */
#ifndef CA_SIGNER_H
#define CA_SIGNER_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <signet/call.h>

/* Signs octets: EdDSA as it is, other keys with SHA-256, behind a text that says what for. */
int32_t ca_signer_sign(signet_call_t *call, EVP_PKEY *key, signet_bytes_t octets,
                       signet_bytes_t *signature);
/* Whether the key of a certificate (DER) made a signature. OK, DENIED. */
int32_t ca_signer_verify(signet_call_t *call, signet_bytes_t certificate, signet_bytes_t octets,
                         signet_bytes_t signature);
/* The certificate in DER as OpenSSL has it; NULL with the error set. */
X509 *ca_signer_certificate(signet_call_t *call, signet_bytes_t der);
/* INTERNAL with OpenSSL's own words as the detail. */
int32_t ca_signer_fail(signet_call_t *call, const char *what);

#endif
