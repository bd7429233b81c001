#include <signet/key.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/der.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/jose.h>

/* A kind of key that is a point or a string of octets on a curve. */
typedef struct curve {
    const char *kty;
    const char *crv;
    const char *type;  /* SIGNET_KEY_* */
    const char *arc;   /* OID of the algorithm */
    const char *named; /* OID of the curve, the algorithm's parameter; NULL: none */
    uint64_t length;   /* of a coordinate, or of the key */
} curve_t;

static const curve_t curves[] = {
    {"EC", "P-256", SIGNET_KEY_P256, "1.2.840.10045.2.1", "1.2.840.10045.3.1.7", 32},
    {"EC", "P-384", SIGNET_KEY_P384, "1.2.840.10045.2.1", "1.3.132.0.34", 48},
    {"EC", "P-521", SIGNET_KEY_P521, "1.2.840.10045.2.1", "1.3.132.0.35", 66},
    {"OKP", "Ed25519", SIGNET_KEY_ED25519, "1.3.101.112", NULL, 32},
    {"OKP", "Ed448", SIGNET_KEY_ED448, "1.3.101.113", NULL, 57},
};

static int32_t unused(signet_call_t *call)
{
    return signet_fail(call, SIGNET_UNSUPPORTED, "jwk.unused",
                       "The key is of no kind that signatures are verified with here.");
}

static int32_t malformed(signet_call_t *call, const char *member)
{
    return signet_fail(call, SIGNET_INVALID, "jwk.malformed",
                       "The JSON Web Key is malformed: its %s is not what it must be.", member);
}

/* The octets of a member; of `length`, or of any where that is 0. */
static int32_t octets(signet_call_t *call, const signet_json_t *jwk, const char *name,
                      uint64_t length, signet_bytes_t *value)
{
    const signet_json_t *member = signet_json_get(jwk, name);
    if (member == NULL || member->kind != SIGNET_JSON_TEXT) {
        return malformed(call, name);
    }
    int32_t status = signet_base64url_decode(call, member->text, value);
    if (status == SIGNET_INVALID) {
        call->services->clear(call);
        return malformed(call, name);
    }
    if (status == SIGNET_OK && (value->length == 0 || (length > 0 && value->length != length))) {
        return malformed(call, name);
    }
    return status;
}

static int32_t add_oid(signet_call_t *call, signet_buffer_t *buffer, const char *text)
{
    signet_bytes_t oid;
    int32_t status = signet_oid_parse(call, signet_text(text), &oid);
    if (status == SIGNET_OK) {
        signet_der_add_oid(buffer, oid);
    }
    return status;
}

/* SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) from its parts. */
static int32_t encode(signet_call_t *call, const char *arc, const char *named, int has_null,
                      signet_bytes_t bits, signet_bytes_t *spki)
{
    signet_buffer_t buffer = signet_buffer(call, bits.length + 64);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    uint64_t identifier = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    int32_t status = add_oid(call, &buffer, arc);
    if (status == SIGNET_OK && named != NULL) {
        status = add_oid(call, &buffer, named);
    }
    if (has_null) {
        signet_der_add(&buffer, SIGNET_DER_NULL, (signet_bytes_t){NULL, 0});
    }
    signet_der_end(&buffer, identifier);
    signet_der_add_bits(&buffer, bits);
    signet_der_end(&buffer, whole);
    return status == SIGNET_OK ? signet_buffer_bytes(&buffer, spki) : status;
}

static int32_t read_rsa(signet_call_t *call, const signet_json_t *jwk, signet_bytes_t *spki)
{
    signet_bytes_t modulus = {NULL, 0};
    signet_bytes_t exponent = {NULL, 0};
    signet_bytes_t bits;
    int32_t status = octets(call, jwk, "n", 0, &modulus);
    if (status == SIGNET_OK) {
        status = octets(call, jwk, "e", 0, &exponent);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_buffer_t buffer = signet_buffer(call, modulus.length + 32);
    uint64_t mark = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&buffer, modulus);
    signet_der_add_unsigned(&buffer, exponent);
    signet_der_end(&buffer, mark);
    status = signet_buffer_bytes(&buffer, &bits);
    return status == SIGNET_OK ? encode(call, "1.2.840.113549.1.1.1", NULL, 1, bits, spki) : status;
}

static int32_t read_curve(signet_call_t *call, const signet_json_t *jwk, const curve_t *curve,
                          signet_bytes_t *spki)
{
    signet_bytes_t x = {NULL, 0};
    signet_bytes_t y = {NULL, 0};
    signet_bytes_t bits;
    int32_t status = octets(call, jwk, "x", curve->length, &x);
    if (status != SIGNET_OK) {
        return status;
    }
    if (curve->named == NULL) {
        return encode(call, curve->arc, NULL, 0, x, spki);
    }
    status = octets(call, jwk, "y", curve->length, &y);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_buffer_t point = signet_buffer(call, 1 + 2 * curve->length);
    signet_buffer_add_byte(&point, 0x04);
    signet_buffer_add(&point, x.data, x.length);
    signet_buffer_add(&point, y.data, y.length);
    status = signet_buffer_bytes(&point, &bits);
    return status == SIGNET_OK ? encode(call, curve->arc, curve->named, 0, bits, spki) : status;
}

/* Whether `use` and `key_ops` let the key verify (RFC 7517, 4.2, 4.3). */
static int may_verify(const signet_json_t *jwk)
{
    const signet_json_t *use = signet_json_get(jwk, "use");
    const signet_json_t *operations = signet_json_get(jwk, "key_ops");
    if (use != NULL && !(use->kind == SIGNET_JSON_TEXT && signet_text_is(use->text, "sig"))) {
        return 0;
    }
    if (operations == NULL) {
        return 1;
    }
    for (uint64_t i = 0; operations->kind == SIGNET_JSON_ARRAY && i < operations->count; i++) {
        if (operations->items[i].kind == SIGNET_JSON_TEXT &&
            signet_text_is(operations->items[i].text, "verify")) {
            return 1;
        }
    }
    return 0;
}

static int32_t read_spki(signet_call_t *call, const signet_json_t *jwk, signet_bytes_t *spki)
{
    signet_text_t kty;
    signet_text_t crv;
    if (signet_json_get_text(call, jwk, "kty", &kty) != SIGNET_OK ||
        signet_json_get_text(call, jwk, "crv", &crv) != SIGNET_OK) {
        return signet_status(call);
    }
    if (signet_text_is(kty, "RSA")) {
        return read_rsa(call, jwk, spki);
    }
    for (uint64_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        if (signet_text_is(kty, curves[i].kty) && signet_text_is(crv, curves[i].crv)) {
            return read_curve(call, jwk, &curves[i], spki);
        }
    }
    return unused(call);
}

int32_t signet_jwk_read(signet_call_t *call, const signet_json_t *jwk, signet_public_key_t *key)
{
    signet_bytes_t spki = {NULL, 0};
    if (jwk->kind != SIGNET_JSON_OBJECT) {
        return malformed(call, "form");
    }
    if (!may_verify(jwk)) {
        return unused(call);
    }
    int32_t status = read_spki(call, jwk, &spki);
    if (status == SIGNET_OK) {
        status = signet_public_key_parse(call, spki, key);
    }
    return status == SIGNET_OK ? signet_key_judge(call, key) : status;
}

/* The members that RFC 7638, 3.2 names, in lexicographic order and without white space. */
static signet_text_t canonical(signet_call_t *call, const signet_public_key_t *key)
{
    if (key->modulus.length > 0) {
        signet_text_t exponent = signet_base64url(call, key->exponent);
        signet_text_t modulus = signet_base64url(call, key->modulus);
        return signet_format(call, "{\"e\":\"%.*s\",\"kty\":\"RSA\",\"n\":\"%.*s\"}",
                             SIGNET_FORMAT(exponent), SIGNET_FORMAT(modulus));
    }
    for (uint64_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        const curve_t *curve = &curves[i];
        if (!signet_text_is(key->type, curve->type)) {
            continue;
        }
        if (curve->named == NULL) {
            signet_text_t x = signet_base64url(call, key->bits);
            return signet_format(call, "{\"crv\":\"%s\",\"kty\":\"OKP\",\"x\":\"%.*s\"}",
                                 curve->crv, SIGNET_FORMAT(x));
        }
        if (key->bits.length != 1 + 2 * curve->length) {
            break;
        }
        signet_text_t x =
            signet_base64url(call, (signet_bytes_t){key->bits.data + 1, curve->length});
        signet_text_t y = signet_base64url(
            call, (signet_bytes_t){key->bits.data + 1 + curve->length, curve->length});
        return signet_format(call, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                             curve->crv, SIGNET_FORMAT(x), SIGNET_FORMAT(y));
    }
    unused(call);
    return (signet_text_t){NULL, 0};
}

int32_t signet_jwk_thumbprint(signet_call_t *call, const signet_public_key_t *key,
                              signet_bytes_t *thumbprint)
{
    signet_text_t members = canonical(call, key);
    return members.data == NULL ? signet_status(call)
                                : signet_sha256(call, signet_text_bytes(members), thumbprint);
}
