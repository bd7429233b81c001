/* Signatures, digests and random octets, on contexts kept per thread. */
#ifndef SIGNET_SDK_CRYPTO_H
#define SIGNET_SDK_CRYPTO_H

#include <signet/key.h>
#include <signet/sdk/x509.h>

/* SHA-256 of octets, 32 octets in the arena. [any] */
int32_t signet_sha256(signet_call_t *call, signet_bytes_t input, signet_bytes_t *digest);
int32_t signet_sha1(signet_call_t *call, signet_bytes_t input, signet_bytes_t *digest);
/* HMAC with SHA-256 (RFC 2104), 32 octets in the arena; the key is not kept. [any] */
int32_t signet_hmac_sha256(signet_call_t *call, signet_bytes_t key, signet_bytes_t input,
                           signet_bytes_t *mac);
/* Random octets from OpenSSL's private DRBG, drawn in blocks per thread; unmodified. INTERNAL.
 * [any] */
int32_t signet_random(signet_call_t *call, void *output, uint64_t length);
/* Whether the signature over `message` is right. OK; DENIED ("signature.wrong") where it is not;
 * UNSUPPORTED for an algorithm or key type; INVALID for a key that cannot be loaded. `key` is
 * loaded anew each time on the calling thread's context (P-256: about 60 µs in all). [any] */
int32_t signet_verify(signet_call_t *call, const signet_public_key_t *key, signet_text_t algorithm,
                      signet_bytes_t message, signet_bytes_t signature);
/* A public key kept for many verifications, with a context for each thread that uses it. */
typedef struct signet_verifier signet_verifier_t;
int32_t signet_verifier_new(signet_call_t *call, signet_bytes_t spki, signet_verifier_t **verifier);
int32_t signet_verifier_verify(signet_call_t *call, signet_verifier_t *verifier,
                               signet_text_t algorithm, signet_bytes_t message,
                               signet_bytes_t signature);
void signet_verifier_free(signet_verifier_t *verifier);
/* Wraps octets to an RSA key (SubjectPublicKeyInfo, DER) by an algorithm SIGNET_DECRYPT_*, for the
 * backend that holds it to decipher. INVALID (no RSA key, too many octets), UNSUPPORTED. [any] */
int32_t signet_encrypt(signet_call_t *call, signet_bytes_t spki, signet_text_t algorithm,
                       signet_bytes_t plaintext, signet_bytes_t *ciphertext);
/* The AlgorithmIdentifier (DER) of a signature algorithm. UNSUPPORTED. [any] */
int32_t signet_algorithm_encode(signet_call_t *call, signet_text_t algorithm,
                                signet_bytes_t *identifier);
/* The algorithm behind an AlgorithmIdentifier as SIGNET_SIGN_*. UNSUPPORTED; a PSS salt other than
 * the digest's length or another MGF hash is UNSUPPORTED too. [any] */
int32_t signet_algorithm_decode(signet_call_t *call, signet_bytes_t identifier,
                                signet_text_t *algorithm);
/* The algorithm that suits a key type by default: EC-P256 → ECDSA-SHA256, RSA-* →
 * RSA-PKCS1-SHA256, … Empty where the type is unknown. [any] */
signet_text_t signet_algorithm_for(signet_text_t key_type);
/* Judges a subject's public key: RSA 2048 to 4096 bits and divisible by 8, odd exponent from 65537
 * up to 2^64, no small factor, no ROCA fingerprint, no close primes (100 rounds of Fermat); EC on
 * a named curve and a point on it. INVALID ("key.weak", "key.unsupported")
 * names the rule. [any] */
int32_t signet_key_judge(signet_call_t *call, const signet_public_key_t *key);

#endif
