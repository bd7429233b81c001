/* Types of keys that OpenSSL knows by the very names used here and that sign whole messages without
 * a choice: ML-DSA (RFC 9881) and SLH-DSA (RFC 9909). Whether they can be used is found out at run
 * time. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_NAMED_KEY_H
#define SIGNET_SDK_SRC_NAMED_KEY_H

#include <signet/sdk/x509.h>

/* Their families are numbered on from here, one for each type. */
#define SIGNET_FAMILY_NAMED 16

typedef struct signet_named_key {
    signet_text_t name;        /* SIGNET_KEY_*, SIGNET_SIGN_* and OpenSSL's name; NUL-terminated */
    signet_bytes_t identifier; /* AlgorithmIdentifier of key and signature alike */
    uint64_t length;           /* of the public key */
} signet_named_key_t;

/* By name, by AlgorithmIdentifier, by family; or NULL. */
const signet_named_key_t *signet_named_key(signet_text_t name);
const signet_named_key_t *signet_named_key_of(signet_bytes_t identifier);
const signet_named_key_t *signet_named_key_at(int family);
int signet_named_key_family(const signet_named_key_t *type);
/* UNSUPPORTED ("key.unsupported") where the OpenSSL at hand does not have it, with the remedy. */
int32_t signet_named_key_available(signet_call_t *call, const signet_named_key_t *type);

#endif
