/* The rules that every key backend has in common. */
#include <signet/sdk/backend.h>

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const signet_key_type_t types[] = {
    {SIGNET_KEY_P256, SIGNET_FAMILY_EC, 256, "P-256"},
    {SIGNET_KEY_P384, SIGNET_FAMILY_EC, 384, "P-384"},
    {SIGNET_KEY_P521, SIGNET_FAMILY_EC, 521, "P-521"},
    {SIGNET_KEY_RSA2048, SIGNET_FAMILY_RSA, 2048, NULL},
    {SIGNET_KEY_RSA3072, SIGNET_FAMILY_RSA, 3072, NULL},
    {SIGNET_KEY_RSA4096, SIGNET_FAMILY_RSA, 4096, NULL},
    {SIGNET_KEY_ED25519, SIGNET_FAMILY_EDWARDS, 255, "ED25519"},
    {SIGNET_KEY_ED448, SIGNET_FAMILY_EDWARDS, 448, "ED448"},
    {SIGNET_KEY_MLDSA44, SIGNET_FAMILY_LATTICE, 0, SIGNET_KEY_MLDSA44},
    {SIGNET_KEY_MLDSA65, SIGNET_FAMILY_LATTICE, 0, SIGNET_KEY_MLDSA65},
    {SIGNET_KEY_MLDSA87, SIGNET_FAMILY_LATTICE, 0, SIGNET_KEY_MLDSA87},
};

static const signet_scheme_t schemes[SIGNET_SCHEME_COUNT] = {
    {SIGNET_SIGN_ECDSA_SHA256, SIGNET_SCHEME_ECDSA, 0, "SHA256", 32},
    {SIGNET_SIGN_ECDSA_SHA384, SIGNET_SCHEME_ECDSA, 1, "SHA384", 48},
    {SIGNET_SIGN_ECDSA_SHA512, SIGNET_SCHEME_ECDSA, 2, "SHA512", 64},
    {SIGNET_SIGN_RSA_SHA256, SIGNET_SCHEME_RSA, 3, "SHA256", 32},
    {SIGNET_SIGN_RSA_SHA384, SIGNET_SCHEME_RSA, 4, "SHA384", 48},
    {SIGNET_SIGN_RSA_SHA512, SIGNET_SCHEME_RSA, 5, "SHA512", 64},
    {SIGNET_SIGN_PSS_SHA256, SIGNET_SCHEME_PSS, 6, "SHA256", 32},
    {SIGNET_SIGN_PSS_SHA384, SIGNET_SCHEME_PSS, 7, "SHA384", 48},
    {SIGNET_SIGN_PSS_SHA512, SIGNET_SCHEME_PSS, 8, "SHA512", 64},
    {SIGNET_SIGN_ED25519, SIGNET_SCHEME_EDDSA, 9, NULL, 0},
    {SIGNET_SIGN_ED448, SIGNET_SCHEME_EDDSA, 10, NULL, 0},
    {SIGNET_KEY_MLDSA44, SIGNET_SCHEME_MLDSA, 11, NULL, 0},
    {SIGNET_KEY_MLDSA65, SIGNET_SCHEME_MLDSA, 12, NULL, 0},
    {SIGNET_KEY_MLDSA87, SIGNET_SCHEME_MLDSA, 13, NULL, 0},
};

static const struct {
    uint32_t purpose;
    const char *word;
} purposes_known[] = {
    {SIGNET_PURPOSE_CERTIFICATE, "certificate"},
    {SIGNET_PURPOSE_CRL, "crl"},
    {SIGNET_PURPOSE_OCSP, "ocsp"},
    {SIGNET_PURPOSE_TIMESTAMP, "timestamp"},
    {SIGNET_PURPOSE_CMS, "cms"},
    {SIGNET_PURPOSE_SEAL, "seal"},
    {SIGNET_PURPOSE_DECRYPT, "decrypt"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Digests fetched once: a fetch for each signature costs a lock and a search. */
static EVP_MD *digests[SIGNET_SCHEME_COUNT];
static pthread_once_t digests_once = PTHREAD_ONCE_INIT;

static void digests_fetch(void)
{
    for (size_t i = 0; i < SIGNET_SCHEME_COUNT; i++) {
        if (schemes[i].digest) {
            digests[i] = EVP_MD_fetch(NULL, schemes[i].digest, NULL);
        }
    }
}

const signet_key_type_t *signet_key_type(signet_text_t name)
{
    for (size_t i = 0; i < COUNT(types); i++) {
        if (signet_text_is(name, types[i].name)) {
            return &types[i];
        }
    }
    return NULL;
}

const signet_key_type_t *signet_key_type_of_group(const char *group)
{
    static const char *const names[][2] = {
        {"prime256v1", "P-256"},
        {"secp256r1", "P-256"},
        {"secp384r1", "P-384"},
        {"secp521r1", "P-521"},
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcasecmp(group, names[i][0]) == 0) {
            group = names[i][1];
        }
    }
    for (size_t i = 0; i < COUNT(types); i++) {
        if (types[i].group && strcasecmp(group, types[i].group) == 0) {
            return &types[i];
        }
    }
    return NULL;
}

const signet_key_type_t *signet_key_type_of_rsa(uint64_t bits)
{
    for (size_t i = 0; i < COUNT(types); i++) {
        if (types[i].family == SIGNET_FAMILY_RSA && types[i].bits == bits) {
            return &types[i];
        }
    }
    return NULL;
}

signet_text_t signet_purposes_text(signet_call_t *call, uint32_t purposes)
{
    signet_buffer_t buffer = signet_buffer(call, 64);
    signet_text_t text = {0};
    for (size_t i = 0; i < COUNT(purposes_known); i++) {
        if (purposes & purposes_known[i].purpose) {
            signet_buffer_add_string(&buffer, buffer.length ? " " : "");
            signet_buffer_add_string(&buffer, purposes_known[i].word);
        }
    }
    (void)signet_buffer_text(&buffer, &text);
    return text;
}

int32_t signet_purposes_parse(signet_call_t *call, signet_text_t words, uint32_t *purposes)
{
    *purposes = 0;
    while (words.length) {
        signet_text_t word = signet_text_split(words, ' ', &words);
        uint32_t purpose = 0;
        for (size_t i = 0; i < COUNT(purposes_known); i++) {
            if (signet_text_is(word, purposes_known[i].word)) {
                purpose = purposes_known[i].purpose;
            }
        }
        if (!purpose) {
            return signet_fail(call, SIGNET_INVALID, "key.purpose-unknown",
                               "\"%.*s\" is no purpose of a key", SIGNET_FORMAT(word));
        }
        *purposes |= purpose;
    }
    return SIGNET_OK;
}

int signet_key_name_valid(signet_text_t name)
{
    if (name.length < 1 || name.length > SIGNET_KEY_NAME_MAX || name.data[0] == '.') {
        return 0;
    }
    for (uint64_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.')) {
            return 0;
        }
    }
    return 1;
}

static uint32_t all_purposes(void)
{
    uint32_t all = 0;
    for (size_t i = 0; i < COUNT(purposes_known); i++) {
        all |= purposes_known[i].purpose;
    }
    return all;
}

/* A key that deciphers does nothing else (NIST SP 800-57 part 1, 5.2), and is an RSA key. */
static int32_t check_decrypt(signet_call_t *call, const signet_key_request_t *request,
                             const signet_key_type_t *type)
{
    if (!(request->purposes & SIGNET_PURPOSE_DECRYPT)) {
        return SIGNET_OK;
    }
    if (request->purposes != SIGNET_PURPOSE_DECRYPT) {
        return signet_fail_field(call, SIGNET_INVALID, "key.purposes-invalid", "purposes",
                                 "the key \"%.*s\" is to decipher and so has no other purpose; "
                                 "make a key of its own for each",
                                 SIGNET_FORMAT(request->name));
    }
    if (type->family != SIGNET_FAMILY_RSA) {
        return signet_fail_field(call, SIGNET_UNSUPPORTED, "key.type-unsuited", "type",
                                 "keys of the type %s do not decipher; use RSA-3072 or RSA-4096",
                                 type->name);
    }
    return SIGNET_OK;
}

int32_t signet_key_request_check(signet_call_t *call, const signet_key_request_t *request,
                                 const signet_key_type_t **type)
{
    if (!signet_key_name_valid(request->name)) {
        return signet_fail_field(call, SIGNET_INVALID, "key.name-invalid", "name",
                                 "a key's name has 1 to 64 letters, digits, '-', '_' or '.', and "
                                 "does not begin with '.'");
    }
    if (!request->purposes || (request->purposes & ~all_purposes())) {
        return signet_fail_field(call, SIGNET_INVALID, "key.purposes-invalid", "purposes",
                                 "the key \"%.*s\" needs at least one purpose, and known ones only",
                                 SIGNET_FORMAT(request->name));
    }
    *type = signet_key_type(request->type);
    if (!*type) {
        return signet_fail_field(call, SIGNET_UNSUPPORTED, "key.type-unknown", "type",
                                 "\"%.*s\" is no type of key: use one like EC-P256, RSA-3072 or "
                                 "ED25519",
                                 SIGNET_FORMAT(request->type));
    }
    return check_decrypt(call, request, *type);
}

/* Whether an algorithm suits a type: ECDSA with the hash of the curve's strength, as the CA/Browser
 * Forum's Baseline Requirements (7.1.3.2.2) pair them; EdDSA with its own curve, ML-DSA with its
 * own type. */
static int suits(const signet_scheme_t *scheme, const signet_key_type_t *type)
{
    switch (scheme->kind) {
    case SIGNET_SCHEME_ECDSA:
        return type->family == SIGNET_FAMILY_EC &&
               scheme->digest_length == (type->bits == 521 ? 64 : type->bits / 8);
    case SIGNET_SCHEME_RSA:
    case SIGNET_SCHEME_PSS:
        return type->family == SIGNET_FAMILY_RSA;
    default:
        return strcmp(scheme->algorithm, type->name) == 0;
    }
}

static int32_t check_input(signet_call_t *call, const signet_sign_request_t *request,
                           const signet_scheme_t *scheme)
{
    if (!request->digest.length == !request->message.length) {
        return signet_fail(call, SIGNET_INVALID, "key.message-missing",
                           "a signature is made over a message, or over a digest, not both");
    }
    if (!request->digest.length) {
        return SIGNET_OK;
    }
    if (request->purpose != SIGNET_PURPOSE_CRL) {
        return signet_fail(call, SIGNET_DENIED, "key.digest-refused",
                           "only CRLs are signed by their digest; hand in the whole message");
    }
    if (!scheme->digest || request->digest.length != scheme->digest_length) {
        return signet_fail(call, SIGNET_INVALID, "key.digest-invalid",
                           "the digest does not belong to the algorithm %s", scheme->algorithm);
    }
    return SIGNET_OK;
}

int32_t signet_sign_request_check(signet_call_t *call, const signet_sign_request_t *request,
                                  uint32_t purposes, const signet_key_type_t *type,
                                  const signet_scheme_t **scheme)
{
    uint32_t purpose = request->purpose;
    if (!purpose || (purpose & (purpose - 1)) || !(purpose & purposes) ||
        purpose == SIGNET_PURPOSE_DECRYPT) {
        signet_text_t asked = signet_purposes_text(call, purpose);
        return signet_fail(call, SIGNET_DENIED, "key.purpose-refused",
                           "the key \"%.*s\" was not made for the purpose \"%.*s\"",
                           SIGNET_FORMAT(request->uri), SIGNET_FORMAT(asked));
    }
    if (purpose == SIGNET_PURPOSE_CERTIFICATE && !request->intent.length) {
        return signet_fail(call, SIGNET_DENIED, "key.intent-missing",
                           "a certificate is signed only with the id of its stored intent");
    }
    *scheme = NULL;
    for (size_t i = 0; i < COUNT(schemes); i++) {
        if (signet_text_is(request->algorithm, schemes[i].algorithm)) {
            *scheme = &schemes[i];
        }
    }
    if (!*scheme) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm-unknown",
                           "\"%.*s\" is no signature algorithm", SIGNET_FORMAT(request->algorithm));
    }
    if (!suits(*scheme, type)) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm-unsuited",
                           "the key \"%.*s\" is of type %s, for which %s is not used",
                           SIGNET_FORMAT(request->uri), type->name, (*scheme)->algorithm);
    }
    return check_input(call, request, *scheme);
}

int32_t signet_sign_request_digest(signet_call_t *call, const signet_sign_request_t *request,
                                   const signet_scheme_t *scheme, uint8_t digest[SIGNET_DIGEST_MAX])
{
    if (request->digest.length) {
        memcpy(digest, request->digest.data, request->digest.length);
        return SIGNET_OK;
    }
    (void)pthread_once(&digests_once, digests_fetch);
    if (!digests[scheme->index] || EVP_Digest(request->message.data, request->message.length,
                                              digest, NULL, digests[scheme->index], NULL) != 1) {
        return signet_fail(call, SIGNET_INTERNAL, "key.digest-failed",
                           "the digest %s could not be computed", scheme->digest);
    }
    return SIGNET_OK;
}

int32_t signet_decrypt_request_check(signet_call_t *call, const signet_decrypt_request_t *request,
                                     uint32_t purposes, const signet_key_type_t *type,
                                     const char **digest)
{
    if (!(purposes & SIGNET_PURPOSE_DECRYPT)) {
        return signet_fail(call, SIGNET_DENIED, "key.purpose-refused",
                           "the key \"%.*s\" was not made for the purpose \"decrypt\"",
                           SIGNET_FORMAT(request->uri));
    }
    *digest = NULL;
    if (signet_text_is(request->algorithm, SIGNET_DECRYPT_OAEP_SHA256)) {
        *digest = "SHA256";
    } else if (signet_text_is(request->algorithm, SIGNET_DECRYPT_OAEP_SHA1)) {
        *digest = "SHA1";
    }
    if (!*digest) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm-unknown",
                           "\"%.*s\" is no algorithm of decryption",
                           SIGNET_FORMAT(request->algorithm));
    }
    if (type->family != SIGNET_FAMILY_RSA) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm-unsuited",
                           "the key \"%.*s\" is of type %s, for which %.*s is not used",
                           SIGNET_FORMAT(request->uri), type->name,
                           SIGNET_FORMAT(request->algorithm));
    }
    return request->ciphertext.length == type->bits / 8
               ? SIGNET_OK
               : signet_decrypt_failed(call, "the ciphertext is not as long as the modulus");
}

int32_t signet_decrypt_failed(signet_call_t *call, const char *detail)
{
    return signet_fail_detail(call, SIGNET_INVALID, "key.decrypt-failed", detail,
                              "the ciphertext was not deciphered: it is damaged, or was made for "
                              "another key");
}
