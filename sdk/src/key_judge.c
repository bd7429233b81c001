/* Whether a subject's public key is fit to be certified.
 *
 * Debian's weak keys of 2008 are not recognised here: only lists know them, and the CA reads
 * those. */
#include "key_load.h"
#include "rsa_judge.h"

#include <signet/sdk/error.h>

int32_t signet_key_judge(signet_call_t *call, const signet_public_key_t *key)
{
    signet_ready_key_t *ready;
    switch (signet_family_of(key->type)) {
    case SIGNET_FAMILY_RSA:
        return signet_rsa_judge(call, key->modulus, key->exponent);
    case SIGNET_FAMILY_EC:
        /* Taking the point in checks that it lies on its curve; their cofactor is 1. */
        return signet_key_point(call, key, &ready);
    case SIGNET_FAMILY_ED25519:
    case SIGNET_FAMILY_ED448:
        return SIGNET_OK;
    default:
        if (signet_named_key_at(signet_family_of(key->type)) != NULL) {
            return signet_named_key_available(call, signet_named_key(key->type));
        }
        return signet_fail(call, SIGNET_INVALID, "key.unsupported",
                           "Keys of type \"%.*s\" are not certified.", SIGNET_FORMAT(key->type));
    }
}
