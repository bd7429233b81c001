/* SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; RFC 3279, 5480, 8410). */
#include "algorithm.h"
#include "malformed.h"

#include <signet/key.h>
#include <signet/sdk/error.h>
#include <signet/sdk/x509.h>

#define MODULUS_MAX 2048U /* octets: what OpenSSL takes */
#define ED25519_LENGTH 32U
#define ED448_LENGTH 57U

/* AlgorithmIdentifiers of all keys but RSA's parameters leave no choice, so whole ones compare. */
typedef struct key_kind {
    signet_bytes_t identifier;
    signet_text_t type;
    uint64_t length; /* of the BIT STRING's octets; 0 for RSA */
} key_kind_t;

#define DER(...)                                                                                   \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
#define EC_ARC 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01

static const key_kind_t kinds[] = {
    {DER(0x30, 0x13, EC_ARC, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07),
     SIGNET_TEXT_INIT(SIGNET_KEY_P256), 65},
    {DER(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00),
     SIGNET_TEXT_INIT("RSA"), 0},
    {DER(0x30, 0x10, EC_ARC, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22),
     SIGNET_TEXT_INIT(SIGNET_KEY_P384), 97},
    {DER(0x30, 0x10, EC_ARC, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23),
     SIGNET_TEXT_INIT(SIGNET_KEY_P521), 133},
    {DER(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70), SIGNET_TEXT_INIT(SIGNET_KEY_ED25519),
     ED25519_LENGTH},
    {DER(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71), SIGNET_TEXT_INIT(SIGNET_KEY_ED448),
     ED448_LENGTH},
};

static const key_kind_t *find_kind(signet_bytes_t identifier)
{
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (signet_bytes_equal(identifier, kinds[i].identifier)) {
            return &kinds[i];
        }
    }
    return NULL;
}

static uint64_t bit_length(signet_bytes_t magnitude)
{
    uint64_t bits = magnitude.length * 8;
    for (uint8_t top = magnitude.data[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1)) {
        bits--;
    }
    return bits;
}

/* The type by the size of the modulus, and by what may be done with the key. */
static signet_text_t rsa_type(signet_call_t *call, uint64_t bits, int pss)
{
    static const struct {
        uint64_t bits;
        const char *types[2];
    } usual[] = {
        {2048, {SIGNET_KEY_RSA2048, SIGNET_KEY_RSAPSS2048}},
        {3072, {SIGNET_KEY_RSA3072, SIGNET_KEY_RSAPSS3072}},
        {4096, {SIGNET_KEY_RSA4096, SIGNET_KEY_RSAPSS4096}},
    };
    for (unsigned i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        if (bits == usual[i].bits) {
            return signet_text(usual[i].types[pss]);
        }
    }
    return signet_format(call, pss ? "RSA-PSS-%u" : "RSA-%u", (unsigned)bits);
}

static int32_t read_rsa(signet_call_t *call, signet_public_key_t *key, int pss)
{
    signet_der_t der = signet_der(key->bits);
    signet_der_t inside;
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&der) ||
        signet_der_unsigned(&inside, &key->modulus) != 0 ||
        signet_der_unsigned(&inside, &key->exponent) != 0 || !signet_der_empty(&inside)) {
        return signet_malformed(call, "key", "it is not an RSA modulus and exponent");
    }
    if (key->modulus.length > MODULUS_MAX || key->exponent.length > key->modulus.length) {
        return signet_fail(call, SIGNET_INVALID, "key.unsupported",
                           "The RSA key is larger than %u bits, or its exponent than its modulus.",
                           MODULUS_MAX * 8);
    }
    key->type = rsa_type(call, bit_length(key->modulus), pss);
    return key->type.data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

/* id-RSASSA-PSS (RFC 4055, 1.2), without parameters or with such as bind the key to one of our
 * algorithms. 1 where it is that. */
static int read_pss(signet_bytes_t identifier, signet_text_t *algorithm)
{
    static const uint8_t pss[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};
    signet_der_t der = signet_der(identifier);
    signet_der_t inside;
    signet_bytes_t oid;
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_oid(&inside, &oid) != 0 ||
        !signet_bytes_equal(oid, (signet_bytes_t){pss, sizeof(pss)})) {
        return 0;
    }
    if (signet_der_empty(&inside)) {
        return 1;
    }
    const signet_algorithm_t *found = signet_algorithm_pss(&inside);
    if (found == NULL || !signet_der_empty(&inside)) {
        return 0;
    }
    *algorithm = found->name;
    return 1;
}

static int32_t read_named(signet_call_t *call, const signet_named_key_t *named,
                          signet_public_key_t *key)
{
    key->type = named->name;
    return key->bits.length == named->length
               ? SIGNET_OK
               : signet_malformed(call, "key", "it does not have the length of its type");
}

int32_t signet_public_key_parse(signet_call_t *call, signet_bytes_t spki, signet_public_key_t *key)
{
    signet_der_t der = signet_der(spki);
    signet_der_t inside;
    signet_der_item_t identifier;
    *key = (signet_public_key_t){.spki = spki};
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&der) ||
        signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &identifier) != 0) {
        return signet_malformed(call, "key", "it does not begin with an algorithm");
    }
    if (signet_der_bits(&inside, &key->bits) != 0 || !signet_der_empty(&inside)) {
        return signet_malformed(call, "key", "it does not end with a key of whole octets");
    }
    const key_kind_t *kind = find_kind(identifier.whole);
    const signet_named_key_t *named = signet_named_key_of(identifier.whole);
    if (named != NULL) {
        return read_named(call, named, key);
    }
    if (kind == NULL && read_pss(identifier.whole, &key->algorithm)) {
        return read_rsa(call, key, 1);
    }
    if (kind == NULL) {
        return signet_fail(call, SIGNET_INVALID, "key.unsupported",
                           "The key's type or curve is not supported: use EC on the named curves "
                           "P-256, P-384 or P-521, RSA, Ed25519, Ed448, ML-DSA or SLH-DSA.");
    }
    if (kind->length == 0) {
        return read_rsa(call, key, 0);
    }
    key->type = kind->type;
    if (key->bits.length != kind->length) {
        return signet_malformed(call, "key", "it does not have the length of its type");
    }
    /* A point in compressed form has another length and was refused already. */
    int point = kind->length != ED25519_LENGTH && kind->length != ED448_LENGTH;
    if (point && key->bits.data[0] != 0x04) {
        return signet_malformed(call, "key", "its point is not in uncompressed form");
    }
    return SIGNET_OK;
}
