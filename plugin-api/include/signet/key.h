/* signet.key/1: private keys that sign and never leave.
 *
 * A backend sees a key's URI, a purpose and bytes to sign; it knows nothing of certificates. It
 * refuses a purpose that the key was not made for, and a signature over a certificate that comes
 * without the id of its intent. */
#ifndef SIGNET_KEY_H
#define SIGNET_KEY_H

#include <signet/call.h>

#define SIGNET_KEY_INTERFACE "signet.key/1"

/* Purposes, as a set. */
#define SIGNET_PURPOSE_CERTIFICATE 1U /* certificates, and certification requests for the key */
#define SIGNET_PURPOSE_CRL 2U
#define SIGNET_PURPOSE_OCSP 4U
#define SIGNET_PURPOSE_TIMESTAMP 8U
#define SIGNET_PURPOSE_CMS 16U
#define SIGNET_PURPOSE_SEAL 32U /* seals of the journal */
/* Deciphering what was wrapped to the public key: of RSA keys, and never beside another purpose. */
#define SIGNET_PURPOSE_DECRYPT 64U

/* Types of keys, as text. */
#define SIGNET_KEY_P256 "EC-P256"
#define SIGNET_KEY_P384 "EC-P384"
#define SIGNET_KEY_P521 "EC-P521"
#define SIGNET_KEY_RSA2048 "RSA-2048"
#define SIGNET_KEY_RSA3072 "RSA-3072"
#define SIGNET_KEY_RSA4096 "RSA-4096"
#define SIGNET_KEY_ED25519 "ED25519"
#define SIGNET_KEY_ED448 "ED448"
/* Where the library behind a backend has them (RFC 9881); SLH-DSA too, by OpenSSL's names
 * ("SLH-DSA-SHA2-128s", RFC 9909). Such keys sign with the algorithm of the same name. */
#define SIGNET_KEY_MLDSA44 "ML-DSA-44"
#define SIGNET_KEY_MLDSA65 "ML-DSA-65"
#define SIGNET_KEY_MLDSA87 "ML-DSA-87"
/* RSA keys of subjects that sign with RSASSA-PSS alone (id-RSASSA-PSS, RFC 4055). */
#define SIGNET_KEY_RSAPSS2048 "RSA-PSS-2048"
#define SIGNET_KEY_RSAPSS3072 "RSA-PSS-3072"
#define SIGNET_KEY_RSAPSS4096 "RSA-PSS-4096"

/* Signature algorithms, as text. */
#define SIGNET_SIGN_ECDSA_SHA256 "ECDSA-SHA256"
#define SIGNET_SIGN_ECDSA_SHA384 "ECDSA-SHA384"
#define SIGNET_SIGN_ECDSA_SHA512 "ECDSA-SHA512"
#define SIGNET_SIGN_RSA_SHA256 "RSA-PKCS1-SHA256"
#define SIGNET_SIGN_RSA_SHA384 "RSA-PKCS1-SHA384"
#define SIGNET_SIGN_RSA_SHA512 "RSA-PKCS1-SHA512"
#define SIGNET_SIGN_PSS_SHA256 "RSA-PSS-SHA256" /* salt as long as the digest, MGF1 with it */
#define SIGNET_SIGN_PSS_SHA384 "RSA-PSS-SHA384"
#define SIGNET_SIGN_PSS_SHA512 "RSA-PSS-SHA512"
#define SIGNET_SIGN_ED25519 "ED25519"
#define SIGNET_SIGN_ED448 "ED448"

/* Algorithms of decryption, as text: RSAES-OAEP (RFC 8017, 7.1) with an empty label, MGF1 with the
 * same hash. Tokens often have SHA-1 alone there, whose collisions do no harm in OAEP. */
#define SIGNET_DECRYPT_OAEP_SHA256 "RSA-OAEP-SHA256"
#define SIGNET_DECRYPT_OAEP_SHA1 "RSA-OAEP-SHA1"

/* A key to be made. */
typedef struct signet_key_request {
    uint32_t size;
    uint32_t purposes;  /* SIGNET_PURPOSE_*, at least one */
    signet_text_t name; /* unique in the backend: letters, digits, '-', '_', '.'; 1 to 64 */
    signet_text_t type; /* SIGNET_KEY_* */
} signet_key_request_t;

/* A key as its backend describes it. */
typedef struct signet_key {
    uint32_t size;
    uint32_t purposes;
    signet_text_t uri; /* inside the backend: "file:device", "pkcs11:object=device…" */
    signet_text_t name;
    signet_text_t type;         /* SIGNET_KEY_* */
    signet_bytes_t public_key;  /* SubjectPublicKeyInfo, DER (RFC 5280, 4.1.2.7) */
    uint32_t exportable;        /* 1: the private key could leave the backend */
    uint32_t hardware;          /* 1: the backend claims a hardware token */
    signet_text_t module;       /* the module and token behind it, for people */
    signet_text_t origin;       /* what the backend vouches for: "made here, never extractable" */
    signet_bytes_t attestation; /* a statement that the token's maker signed, DER; or empty */
} signet_key_t;

/* What an empty token is made ready with. Both secrets lie in the caller's locked memory and are
 * not kept. */
typedef struct signet_token_request {
    uint32_t size;
    uint32_t reserved;
    signet_bytes_t officer_secret; /* the security officer's PIN, where the backend knows one */
    signet_bytes_t secret;         /* what unlock will be given: the user PIN, a passphrase */
} signet_token_request_t;

/* Something to sign. Exactly one of message and digest is set. */
typedef struct signet_sign_request {
    uint32_t size;
    uint32_t purpose;        /* one SIGNET_PURPOSE_* */
    signet_text_t uri;       /* of the key */
    signet_text_t algorithm; /* SIGNET_SIGN_*, which must suit the key's type */
    signet_bytes_t message;  /* the whole message */
    signet_bytes_t digest;   /* of the message, by the algorithm's hash; for CRLs alone */
    signet_text_t intent;    /* the intent's id; required for CERTIFICATE */
} signet_sign_request_t;

/* Something to decipher. */
typedef struct signet_decrypt_request {
    uint32_t size;
    uint32_t reserved;
    signet_text_t uri;       /* of the key */
    signet_text_t algorithm; /* SIGNET_DECRYPT_* */
    signet_bytes_t ciphertext;
} signet_decrypt_request_t;

/* The interface. */
typedef struct signet_key_interface {
    uint32_t size;
    uint32_t reserved;
    /* Makes a key, non-exportable where the backend can. EXISTS, UNSUPPORTED (type), UNAVAILABLE.
     * Required. [worker] */
    int32_t (*generate)(void *instance, signet_call_t *call, const signet_key_request_t *request,
                        const signet_key_t **key);
    /* The key with this URI or name. NOT_FOUND; CONFLICT where two keys match. Required. [worker]
     */
    int32_t (*find)(void *instance, signet_call_t *call, signet_text_t uri,
                    const signet_key_t **key);
    /* The signature as X.509 carries it in a BIT STRING: ECDSA as Ecdsa-Sig-Value (RFC 3279,
     * 2.2.3), RSA as octets (RFC 8017), EdDSA as octets (RFC 8032). DENIED (purpose, intent),
     * NOT_FOUND, UNSUPPORTED (algorithm), UNAVAILABLE. Required. [worker] */
    int32_t (*sign)(void *instance, signet_call_t *call, const signet_sign_request_t *request,
                    signet_bytes_t *signature);
    /* All keys of the backend, as an array of `*count` pointers. Optional. [worker] */
    int32_t (*list)(void *instance, signet_call_t *call, const signet_key_t *const **keys,
                    uint64_t *count);
    /* Makes an empty token ready, for a ceremony: sets its label and its secrets. It is locked
     * afterwards. EXISTS where it is not empty: nothing is ever erased. Optional. [worker] */
    int32_t (*initialise)(void *instance, signet_call_t *call,
                          const signet_token_request_t *request, signet_text_t *description);
    /* Opens the keys with a secret that no configuration names; until then, in a backend that was
     * configured without one, everything else is UNAVAILABLE ("key.locked"). The secret lies in
     * the caller's locked memory; an empty one leaves it to the token to ask for its own quorum.
     * DENIED where it is wrong. Optional. [worker] */
    int32_t (*unlock)(void *instance, signet_call_t *call, signet_bytes_t secret);
    /* Closes them again and forgets the secret. Optional, together with unlock. [worker] */
    int32_t (*lock)(void *instance, signet_call_t *call);
    /* Deciphers; the plaintext is a secret of the call's arena. DENIED (purpose), NOT_FOUND,
     * UNSUPPORTED (algorithm), UNAVAILABLE; INVALID ("key.decrypt-failed") for whatever else is
     * wrong, all alike, so that nobody learns from the answer what a ciphertext holds.
     * Optional. [worker] */
    int32_t (*decrypt)(void *instance, signet_call_t *call, const signet_decrypt_request_t *request,
                       signet_bytes_t *plaintext);
    /* Destroys a key for good; it is gone, durably, when this answers OK: its octets are
     * overwritten where the backend can do that, its public key's object goes with it, and nothing
     * signs with it any more. `public_key` is its SubjectPublicKeyInfo: CONFLICT ("key.other")
     * where the key at the URI is another one. Interrupted and asked again it goes on. NOT_FOUND
     * where there is none (any more), DENIED where the backend keeps this key, UNAVAILABLE.
     * Optional. [worker] */
    int32_t (*destroy)(void *instance, signet_call_t *call, signet_text_t uri,
                       signet_bytes_t public_key);
} signet_key_interface_t;

#endif
