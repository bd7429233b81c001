#include "algorithm.h"

#include "digest.h"

#include <pthread.h>
#include <signet/sdk/error.h>

#define DER(...)                                                                                   \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
/* OIDs without their last arc. */
#define RSA_ARC 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01
#define HASH_ARC 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02
#define ECDSA(arc) DER(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, arc)
#define RSA(arc) DER(0x30, 0x0d, RSA_ARC, arc, 0x05, 0x00)
#define HASH(arc) 0x30, 0x0d, HASH_ARC, arc, 0x05, 0x00
/* RSASSA-PSS-params with every member given, hashes with NULL parameters (RFC 4055, 2.1 and 3.1).
 */
#define PSS(arc, salt)                                                                             \
    DER(0x30, 0x41, RSA_ARC, 0x0a, 0x30, 0x34, 0xa0, 0x0f, HASH(arc), 0xa1, 0x1c, 0x30, 0x1a,      \
        RSA_ARC, 0x08, HASH(arc), 0xa2, 0x03, 0x02, 0x01, salt)

static const signet_algorithm_t algorithms[] = {
    {SIGNET_TEXT_INIT(SIGNET_SIGN_ECDSA_SHA256), ECDSA(2), SIGNET_FAMILY_EC, SIGNET_HASH_SHA256, 0},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_ECDSA_SHA384), ECDSA(3), SIGNET_FAMILY_EC, SIGNET_HASH_SHA384, 0},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_ECDSA_SHA512), ECDSA(4), SIGNET_FAMILY_EC, SIGNET_HASH_SHA512, 0},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_RSA_SHA256), RSA(11), SIGNET_FAMILY_RSA, SIGNET_HASH_SHA256, 0},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_RSA_SHA384), RSA(12), SIGNET_FAMILY_RSA, SIGNET_HASH_SHA384, 0},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_RSA_SHA512), RSA(13), SIGNET_FAMILY_RSA, SIGNET_HASH_SHA512, 0},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_PSS_SHA256), PSS(1, 32), SIGNET_FAMILY_RSA, SIGNET_HASH_SHA256,
     1},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_PSS_SHA384), PSS(2, 48), SIGNET_FAMILY_RSA, SIGNET_HASH_SHA384,
     1},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_PSS_SHA512), PSS(3, 64), SIGNET_FAMILY_RSA, SIGNET_HASH_SHA512,
     1},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_ED25519), DER(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70),
     SIGNET_FAMILY_ED25519, 0, 0},
    {SIGNET_TEXT_INIT(SIGNET_SIGN_ED448), DER(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71),
     SIGNET_FAMILY_ED448, 0, 0},
};

#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

/* Room for one algorithm of each named type of key, which bears the key's name. */
#define NAMED_MAX 32
static signet_algorithm_t named_algorithms[NAMED_MAX];
static pthread_once_t named_once = PTHREAD_ONCE_INIT;

static void fill_named(void)
{
    for (int i = 0; i < NAMED_MAX; i++) {
        const signet_named_key_t *type = signet_named_key_at(SIGNET_FAMILY_NAMED + i);
        if (type != NULL) {
            named_algorithms[i] = (signet_algorithm_t){type->name, type->identifier,
                                                       signet_named_key_family(type), 0, 0};
        }
    }
}

static const signet_algorithm_t *named_algorithm(const signet_named_key_t *type)
{
    if (type == NULL || pthread_once(&named_once, fill_named) != 0) {
        return NULL;
    }
    return &named_algorithms[signet_named_key_family(type) - SIGNET_FAMILY_NAMED];
}

const signet_algorithm_t *signet_algorithm_named(signet_text_t name)
{
    for (unsigned i = 0; i < ALGORITHMS; i++) {
        if (signet_text_equal(name, algorithms[i].name)) {
            return &algorithms[i];
        }
    }
    return named_algorithm(signet_named_key(name));
}

int signet_family_digests(int family)
{
    return family == SIGNET_FAMILY_EC || family == SIGNET_FAMILY_RSA;
}

const signet_algorithm_t *signet_algorithm_find(int family, int hash, int pss)
{
    int free = !signet_family_digests(family);
    for (unsigned i = 0; i < ALGORITHMS; i++) {
        const signet_algorithm_t *algorithm = &algorithms[i];
        if (algorithm->family == family &&
            (free || (algorithm->hash == hash && algorithm->pss == pss))) {
            return algorithm;
        }
    }
    return named_algorithm(signet_named_key_at(family));
}

int signet_family_of(signet_text_t key_type)
{
    if (signet_text_starts(key_type, "RSA-")) {
        return SIGNET_FAMILY_RSA;
    }
    if (signet_text_is(key_type, SIGNET_KEY_P256) || signet_text_is(key_type, SIGNET_KEY_P384) ||
        signet_text_is(key_type, SIGNET_KEY_P521)) {
        return SIGNET_FAMILY_EC;
    }
    if (signet_text_is(key_type, SIGNET_KEY_ED25519)) {
        return SIGNET_FAMILY_ED25519;
    }
    if (signet_text_is(key_type, SIGNET_KEY_ED448)) {
        return SIGNET_FAMILY_ED448;
    }
    const signet_named_key_t *named = signet_named_key(key_type);
    return named != NULL ? signet_named_key_family(named) : 0;
}

/* The SIGNET_HASH_* of an AlgorithmIdentifier, whose parameters may be NULL or absent (RFC 4055,
 * 2.1), or -1. */
static int read_hash(signet_der_t *der)
{
    static const uint8_t arc[] = {HASH_ARC};
    static const int by_arc[] = {SIGNET_HASH_SHA256, SIGNET_HASH_SHA384, SIGNET_HASH_SHA512};
    signet_der_t inside;
    signet_der_item_t null;
    signet_bytes_t oid;
    const signet_bytes_t known = {arc + 2, sizeof(arc) - 2};
    if (signet_der_enter(der, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_oid(&inside, &oid) != 0 || oid.length != known.length + 1 ||
        !signet_bytes_equal((signet_bytes_t){oid.data, known.length}, known)) {
        return -1;
    }
    if (!signet_der_empty(&inside) && (signet_der_expect(&inside, SIGNET_DER_NULL, &null) != 0 ||
                                       null.content.length != 0 || !signet_der_empty(&inside))) {
        return -1;
    }
    uint8_t last = oid.data[oid.length - 1];
    return last >= 1 && last <= 3 ? by_arc[last - 1] : -1;
}

/* RSASSA-PSS-params with hash, MGF1 with the same hash, and a salt of its length. */
const signet_algorithm_t *signet_algorithm_pss(signet_der_t *parameters)
{
    static const uint8_t mgf1_tlv[] = {RSA_ARC, 0x08};
    const signet_bytes_t mgf1 = {mgf1_tlv + 2, sizeof(mgf1_tlv) - 2};
    signet_der_t sequence;
    signet_der_t member;
    signet_der_t generator;
    signet_bytes_t oid;
    int64_t salt;
    if (signet_der_enter(parameters, SIGNET_DER_SEQUENCE, &sequence) != 0 ||
        signet_der_enter(&sequence, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &member) != 0) {
        return NULL;
    }
    int hash = read_hash(&member);
    if (hash < 0 || !signet_der_empty(&member) ||
        signet_der_enter(&sequence, SIGNET_DER_CONTEXT_CONSTRUCTED(1), &member) != 0 ||
        signet_der_enter(&member, SIGNET_DER_SEQUENCE, &generator) != 0 ||
        !signet_der_empty(&member) || signet_der_oid(&generator, &oid) != 0 ||
        !signet_bytes_equal(oid, mgf1) || read_hash(&generator) != hash ||
        !signet_der_empty(&generator) ||
        signet_der_enter(&sequence, SIGNET_DER_CONTEXT_CONSTRUCTED(2), &member) != 0 ||
        signet_der_integer(&member, &salt) != 0 || !signet_der_empty(&member) ||
        salt != (int64_t)signet_hash_length(hash) || !signet_der_empty(&sequence)) {
        return NULL;
    }
    return signet_algorithm_find(SIGNET_FAMILY_RSA, hash, 1);
}

/* The forms of an identifier that differ from the one written here: RSA PKCS#1 without parameters,
 * which must be accepted (RFC 4055, 5), and the spellings of RSASSA-PSS-params. */
static const signet_algorithm_t *read_rsa(signet_bytes_t identifier)
{
    static const uint8_t arc[] = {RSA_ARC};
    static const int by_arc[] = {SIGNET_HASH_SHA256, SIGNET_HASH_SHA384, SIGNET_HASH_SHA512};
    const signet_bytes_t known = {arc + 2, sizeof(arc) - 2};
    signet_der_t der = signet_der(identifier);
    signet_der_t inside;
    signet_bytes_t oid;
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&der) ||
        signet_der_oid(&inside, &oid) != 0 || oid.length != known.length + 1 ||
        !signet_bytes_equal((signet_bytes_t){oid.data, known.length}, known)) {
        return NULL;
    }
    uint8_t last = oid.data[oid.length - 1];
    if (last >= 11 && last <= 13 && signet_der_empty(&inside)) {
        return signet_algorithm_find(SIGNET_FAMILY_RSA, by_arc[last - 11], 0);
    }
    if (last != 10) {
        return NULL;
    }
    const signet_algorithm_t *algorithm = signet_algorithm_pss(&inside);
    return signet_der_empty(&inside) ? algorithm : NULL;
}

const signet_algorithm_t *signet_algorithm_of(signet_bytes_t identifier)
{
    for (unsigned i = 0; i < ALGORITHMS; i++) {
        if (signet_bytes_equal(identifier, algorithms[i].identifier)) {
            return &algorithms[i];
        }
    }
    const signet_named_key_t *named = signet_named_key_of(identifier);
    return named != NULL ? named_algorithm(named) : read_rsa(identifier);
}

int32_t signet_algorithm_encode(signet_call_t *call, signet_text_t algorithm,
                                signet_bytes_t *identifier)
{
    const signet_algorithm_t *found = signet_algorithm_named(algorithm);
    if (found == NULL) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "algorithm.unsupported",
                           "\"%.*s\" is not a signature algorithm that is supported.",
                           SIGNET_FORMAT(algorithm));
    }
    *identifier = found->identifier;
    return SIGNET_OK;
}

int32_t signet_algorithm_decode(signet_call_t *call, signet_bytes_t identifier,
                                signet_text_t *algorithm)
{
    const signet_algorithm_t *found = signet_algorithm_of(identifier);
    if (found == NULL) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "algorithm.unsupported",
                           "The signature algorithm is not supported: sign with ECDSA, RSA (PKCS#1 "
                           "or PSS with a salt as long as the digest) and SHA-256, SHA-384 or "
                           "SHA-512, or with Ed25519, Ed448, ML-DSA or SLH-DSA.");
    }
    *algorithm = found->name;
    return SIGNET_OK;
}

signet_text_t signet_algorithm_for(signet_text_t key_type)
{
    int hash = signet_text_is(key_type, SIGNET_KEY_P384)   ? SIGNET_HASH_SHA384
               : signet_text_is(key_type, SIGNET_KEY_P521) ? SIGNET_HASH_SHA512
                                                           : SIGNET_HASH_SHA256;
    int pss = signet_text_starts(key_type, "RSA-PSS-");
    const signet_algorithm_t *found = signet_algorithm_find(signet_family_of(key_type), hash, pss);
    return found != NULL ? found->name : (signet_text_t){NULL, 0};
}
