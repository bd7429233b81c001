/* What the SDK knows of a signature algorithm. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_ALGORITHM_H
#define SIGNET_SDK_SRC_ALGORITHM_H

#include "named_key.h"

#include <signet/sdk/crypto.h>

/* Families of keys. */
#define SIGNET_FAMILY_EC 1
#define SIGNET_FAMILY_RSA 2
#define SIGNET_FAMILY_ED25519 3
#define SIGNET_FAMILY_ED448 4

typedef struct signet_algorithm {
    signet_text_t name;        /* SIGNET_SIGN_* */
    signet_bytes_t identifier; /* AlgorithmIdentifier, DER */
    int family;
    int hash; /* SIGNET_HASH_*; unused for EdDSA */
    int pss;
} signet_algorithm_t;

/* By name, or NULL. */
const signet_algorithm_t *signet_algorithm_named(signet_text_t name);
/* By AlgorithmIdentifier, or NULL. */
const signet_algorithm_t *signet_algorithm_of(signet_bytes_t identifier);
/* By what makes it up, or NULL; `hash` and `pss` are ignored where there is no choice. */
const signet_algorithm_t *signet_algorithm_find(int family, int hash, int pss);
/* The family of a key type, or 0. */
int signet_family_of(signet_text_t key_type);
/* Whether keys of a family sign digests; the others sign whole messages. */
int signet_family_digests(int family);
/* The algorithm that RSASSA-PSS-params demand, or NULL. */
const signet_algorithm_t *signet_algorithm_pss(signet_der_t *parameters);

#endif
