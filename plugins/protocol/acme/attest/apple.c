/* Extensions hold their values bare, without an encoding of their own. */
#include <signet/sdk/crypto.h>

#include "attest.h"

#define PART_MAX 128U

/* 1.2.840.113635.100.8.9.1, …8.9.2 and …8.11.1. */
#define APPLE 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x08
static const uint8_t serial_number[] = {APPLE, 0x09, 0x01};
static const uint8_t udid[] = {APPLE, 0x09, 0x02};
static const uint8_t nonce[] = {APPLE, 0x0b, 0x01};

static const signet_extension_t *find(const signet_x509_t *leaf, const uint8_t *oid,
                                      uint64_t length)
{
    return signet_extension_find(leaf->extensions, leaf->extension_count, oid, length);
}

static void add(acme_identities_t *identities, const signet_extension_t *extension)
{
    if (extension != NULL && extension->value.length > 0 && extension->value.length <= PART_MAX) {
        identities->items[identities->count++] =
            (acme_identity_t){ACME_PERMANENT_IDENTIFIER, signet_bytes_text(extension->value)};
    }
}

const char *acme_attest_apple(signet_call_t *call, const acme_attest_object_t *object,
                              const signet_x509_t *leaf, const acme_attest_challenge_t *challenge,
                              acme_attested_t *attested)
{
    signet_bytes_t digest = {NULL, 0};
    const signet_extension_t *fresh = find(leaf, nonce, sizeof nonce);
    (void)object;
    if (signet_sha256(call, signet_text_bytes(challenge->token), &digest) != SIGNET_OK) {
        return "no memory is left";
    }
    if (fresh == NULL || !signet_bytes_equal(fresh->value, digest)) {
        return "it is not for this challenge: the digest of the token is not its nonce";
    }
    add(&attested->identities, find(leaf, serial_number, sizeof serial_number));
    add(&attested->identities, find(leaf, udid, sizeof udid));
    attested->spki = leaf->key.spki;
    return NULL;
}
