/* The attestation certificate is made by the token when the key is, and holds no challenge: the
 * key's signature over the key authorization shows that this client has it. */
#include <signet/key.h>
#include <signet/sdk/crypto.h>
#include <string.h>

#include "attest.h"

/* 1.3.6.1.4.1.41482.3.7, the serial number of a YubiKey, an INTEGER. */
static const uint8_t serial_number[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xc4, 0x0a, 0x03, 0x07};

/* What a key signs with here: what clients choose for its type. */
static const char *algorithm_of(signet_text_t type)
{
    if (signet_text_is(type, SIGNET_KEY_P256)) {
        return SIGNET_SIGN_ECDSA_SHA256;
    }
    if (signet_text_is(type, SIGNET_KEY_ED25519)) {
        return SIGNET_SIGN_ED25519;
    }
    return signet_text_starts(type, "RSA-") && !signet_text_starts(type, "RSA-PSS-")
               ? SIGNET_SIGN_RSA_SHA256
               : NULL;
}

static const char *read_serial(signet_call_t *call, const signet_x509_t *leaf,
                               acme_attested_t *attested)
{
    int64_t number = 0;
    const signet_extension_t *extension = signet_extension_find(
        leaf->extensions, leaf->extension_count, serial_number, sizeof serial_number);
    if (extension == NULL) {
        return "its certificate has no serial number of the device";
    }
    signet_der_t der = signet_der(extension->value);
    if (signet_der_integer(&der, &number) != 0 || !signet_der_empty(&der)) {
        return "the device's serial number is malformed";
    }
    signet_text_t text = signet_format(call, "%lld", (long long)number);
    attested->identities.items[attested->identities.count++] =
        (acme_identity_t){ACME_PERMANENT_IDENTIFIER, text};
    return text.data != NULL ? NULL : "no memory is left";
}

const char *acme_attest_step(signet_call_t *call, const acme_attest_object_t *object,
                             const signet_x509_t *leaf, const acme_attest_challenge_t *challenge,
                             acme_attested_t *attested)
{
    signet_bytes_t signature;
    const char *algorithm = algorithm_of(leaf->key.type);
    if (algorithm == NULL) {
        return "its key is of a type that is not used here";
    }
    if (acme_attest_octets(object->signature, &signature) != 0) {
        return "sig is not what an encoded byte string holds";
    }
    int32_t status = signet_verify(call, &leaf->key, signet_text(algorithm),
                                   signet_text_bytes(challenge->key_authorization), signature);
    if (status != SIGNET_OK) {
        call->services->clear(call);
        return "the key did not sign the key authorization of this challenge";
    }
    attested->spki = leaf->key.spki;
    return read_serial(call, leaf, attested);
}
