#include <signet/key.h>
#include <signet/sdk/der.h>
#include <signet/sdk/error.h>
#include <signet/sdk/jose.h>

static const signet_jws_algorithm_t algorithms[] = {
    {"RS256", {"RSA", NULL}, {SIGNET_SIGN_RSA_SHA256, NULL}, 0},
    {"RS384", {"RSA", NULL}, {SIGNET_SIGN_RSA_SHA384, NULL}, 0},
    {"RS512", {"RSA", NULL}, {SIGNET_SIGN_RSA_SHA512, NULL}, 0},
    {"PS256", {"RSA", NULL}, {SIGNET_SIGN_PSS_SHA256, NULL}, 0},
    {"PS384", {"RSA", NULL}, {SIGNET_SIGN_PSS_SHA384, NULL}, 0},
    {"PS512", {"RSA", NULL}, {SIGNET_SIGN_PSS_SHA512, NULL}, 0},
    {"ES256", {SIGNET_KEY_P256, NULL}, {SIGNET_SIGN_ECDSA_SHA256, NULL}, 32},
    {"ES384", {SIGNET_KEY_P384, NULL}, {SIGNET_SIGN_ECDSA_SHA384, NULL}, 48},
    {"ES512", {SIGNET_KEY_P521, NULL}, {SIGNET_SIGN_ECDSA_SHA512, NULL}, 66},
    {"EdDSA", {SIGNET_KEY_ED25519, SIGNET_KEY_ED448}, {SIGNET_SIGN_ED25519, SIGNET_SIGN_ED448}, 0},
};

const signet_jws_algorithm_t *signet_jws_algorithm(signet_text_t name)
{
    for (uint64_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        if (signet_text_is(name, algorithms[i].name)) {
            return &algorithms[i];
        }
    }
    return NULL;
}

signet_text_t signet_jws_algorithm_for(const signet_jws_algorithm_t *algorithm,
                                       signet_text_t key_type)
{
    for (int i = 0; i < 2 && algorithm->key_types[i] != NULL; i++) {
        /* "RSA-2048", "RSA-3072", … are one type here. */
        int suits = signet_text_is(signet_text(algorithm->key_types[i]), "RSA")
                        ? signet_text_starts(key_type, "RSA-")
                        : signet_text_is(key_type, algorithm->key_types[i]);
        if (suits) {
            return signet_text(algorithm->signs[i]);
        }
    }
    return (signet_text_t){NULL, 0};
}

/* Whether a half is 0, which no right signature has. */
static int is_zero(signet_bytes_t half)
{
    uint8_t any = 0;
    for (uint64_t i = 0; i < half.length; i++) {
        any |= half.data[i];
    }
    return any == 0;
}

int32_t signet_jws_signature(signet_call_t *call, const signet_jws_algorithm_t *algorithm,
                             signet_bytes_t signature, signet_bytes_t *encoded)
{
    if (algorithm->half == 0) {
        *encoded = signature;
        return SIGNET_OK;
    }
    if (signature.length != 2 * algorithm->half) {
        return signet_fail(call, SIGNET_INVALID, "jws.signature",
                           "The signature is not r and s of %d octets each.", (int)algorithm->half);
    }
    signet_bytes_t r = {signature.data, algorithm->half};
    signet_bytes_t s = {signature.data + algorithm->half, algorithm->half};
    if (is_zero(r) || is_zero(s)) {
        return signet_fail(call, SIGNET_INVALID, "jws.signature", "The signature has a zero.");
    }
    signet_buffer_t buffer = signet_buffer(call, signature.length + 16);
    uint64_t mark = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&buffer, r);
    signet_der_add_unsigned(&buffer, s);
    signet_der_end(&buffer, mark);
    return signet_buffer_bytes(&buffer, encoded);
}
