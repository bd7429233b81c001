/* What every key backend (signet.key/1) judges in the same way: names, types, purposes, algorithms
 * and the rules of signing. */
#ifndef SIGNET_SDK_BACKEND_H
#define SIGNET_SDK_BACKEND_H

#include <signet/key.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

/* The longest digest of any algorithm. */
#define SIGNET_DIGEST_MAX 64U
/* The longest name of a key. */
#define SIGNET_KEY_NAME_MAX 64U

/* Families of keys. */
#define SIGNET_FAMILY_EC 1
#define SIGNET_FAMILY_RSA 2
#define SIGNET_FAMILY_EDWARDS 3
#define SIGNET_FAMILY_LATTICE 4 /* ML-DSA, by OpenSSL's names */

/* A type of key. */
typedef struct signet_key_type {
    const char *name; /* SIGNET_KEY_* */
    int family;       /* SIGNET_FAMILY_* */
    uint32_t bits;
    const char *group; /* OpenSSL's name of the curve or, for ML-DSA, of the type; NULL for RSA */
} signet_key_type_t;

/* Kinds of signatures. */
#define SIGNET_SCHEME_ECDSA 1
#define SIGNET_SCHEME_RSA 2 /* PKCS #1 v1.5 */
#define SIGNET_SCHEME_PSS 3
#define SIGNET_SCHEME_EDDSA 4
#define SIGNET_SCHEME_MLDSA 5

#define SIGNET_SCHEME_COUNT 14U

/* A signature algorithm. */
typedef struct signet_scheme {
    const char *algorithm; /* SIGNET_SIGN_* */
    int kind;              /* SIGNET_SCHEME_* */
    uint32_t index;        /* 0 … SIGNET_SCHEME_COUNT - 1 */
    const char *digest;    /* OpenSSL's name; NULL where the whole message is signed */
    uint64_t digest_length;
} signet_scheme_t;

/* The type with this name, or NULL. [any] */
const signet_key_type_t *signet_key_type(signet_text_t name);
/* The type of an EC or Edwards key by its curve, or of an RSA key by its bits; NULL where it is
 * none of ours. `group` is any name OpenSSL has for the curve. [any] */
const signet_key_type_t *signet_key_type_of_group(const char *group);
const signet_key_type_t *signet_key_type_of_rsa(uint64_t bits);
/* UNSUPPORTED ("key.unsupported") for a type that the OpenSSL at hand does not have, with the
 * remedy. [any] */
int32_t signet_key_type_available(signet_call_t *call, const signet_key_type_t *type);
/* The purposes as words, "certificate crl", in the arena; and back. INVALID ("key.purpose-unknown")
 * for a word that is none. [any] */
signet_text_t signet_purposes_text(signet_call_t *call, uint32_t purposes);
int32_t signet_purposes_parse(signet_call_t *call, signet_text_t words, uint32_t *purposes);
/* Whether a text can be the name of a key: 1 to 64 letters, digits, '-', '_', '.', no '.' first.
 * [any] */
int signet_key_name_valid(signet_text_t name);
/* Judges a request for a key: INVALID ("key.name-invalid", "key.purposes-invalid"), UNSUPPORTED
 * ("key.type-unknown"). [any] */
int32_t signet_key_request_check(signet_call_t *call, const signet_key_request_t *request,
                                 const signet_key_type_t **type);
/* Judges a request for a signature by a key of these purposes and type. DENIED
 * ("key.purpose-refused", "key.intent-missing", "key.digest-refused"), INVALID, UNSUPPORTED
 * ("key.algorithm-unknown", "key.algorithm-unsuited"). [any] */
int32_t signet_sign_request_check(signet_call_t *call, const signet_sign_request_t *request,
                                  uint32_t purposes, const signet_key_type_t *type,
                                  const signet_scheme_t **scheme);
/* The digest to sign, scheme->digest_length octets: of the message, or the one handed in. Not
 * where the whole message is signed. [any] */
int32_t signet_sign_request_digest(signet_call_t *call, const signet_sign_request_t *request,
                                   const signet_scheme_t *scheme,
                                   uint8_t digest[SIGNET_DIGEST_MAX]);

/* Judges a request to decipher by a key of these purposes and type; `digest` becomes OpenSSL's name
 * of the hash. DENIED ("key.purpose-refused"), UNSUPPORTED ("key.algorithm-unknown",
 * "key.algorithm-unsuited"), INVALID ("key.decrypt-failed": the ciphertext is not as long as the
 * modulus). [any] */
int32_t signet_decrypt_request_check(signet_call_t *call, const signet_decrypt_request_t *request,
                                     uint32_t purposes, const signet_key_type_t *type,
                                     const char **digest);
/* The one error of every decryption that fails. `detail` is for the log. [any] */
int32_t signet_decrypt_failed(signet_call_t *call, const char *detail);

#endif
