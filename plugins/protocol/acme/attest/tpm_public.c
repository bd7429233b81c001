#include "tpm_public.h"

#include <signet/sdk/der.h>
#include <string.h>

#include "tpm_reader.h"

#define TPM_ALG_RSA 0x0001
#define TPM_ALG_NULL 0x0010
#define TPM_ALG_ECC 0x0023
#define TPM_ALG_ECDAA 0x001a
#define COORDINATE_MAX 66U
#define EXPONENT_USUAL 65537U

static const uint8_t rsa_encryption[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
static const uint8_t ec_public_key[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
static const uint8_t p256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const uint8_t p384[] = {0x2b, 0x81, 0x04, 0x00, 0x22};
static const uint8_t p521[] = {0x2b, 0x81, 0x04, 0x00, 0x23};

/* TPM_ECC_CURVE. */
static const struct {
    uint16_t id;
    unsigned octets;
    const uint8_t *oid;
    uint64_t oid_length;
} curves[] = {
    {0x0003, 32, p256, sizeof p256},
    {0x0004, 48, p384, sizeof p384},
    {0x0005, 66, p521, sizeof p521},
};

/* TPMT_SYM_DEF_OBJECT: with an algorithm come the bits of its key and its mode. */
static void skip_symmetric(acme_tpm_reader_t *reader)
{
    if (acme_tpm_uint16(reader) != TPM_ALG_NULL) {
        (void)acme_tpm_uint32(reader);
    }
}

/* TPMT_*_SCHEME: with a scheme comes its hash, with ECDAA a count too. */
static void skip_scheme(acme_tpm_reader_t *reader)
{
    uint16_t scheme = acme_tpm_uint16(reader);
    if (scheme != TPM_ALG_NULL) {
        (void)acme_tpm_uint16(reader);
    }
    if (scheme == TPM_ALG_ECDAA) {
        (void)acme_tpm_uint16(reader);
    }
}

static void encode(signet_buffer_t *buffer, signet_bytes_t algorithm, signet_bytes_t curve,
                   signet_bytes_t key)
{
    uint64_t whole = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    uint64_t identifier = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(buffer, algorithm);
    if (curve.length > 0) {
        signet_der_add_oid(buffer, curve);
    } else {
        signet_der_add(buffer, SIGNET_DER_NULL, (signet_bytes_t){NULL, 0});
    }
    signet_der_end(buffer, identifier);
    signet_der_add_bits(buffer, key);
    signet_der_end(buffer, whole);
}

static const char *read_rsa(signet_call_t *call, acme_tpm_reader_t *reader, signet_bytes_t *spki)
{
    signet_bytes_t key;
    skip_symmetric(reader);
    skip_scheme(reader);
    (void)acme_tpm_uint16(reader); /* the modulus says how many bits it has */
    uint32_t exponent = acme_tpm_uint32(reader);
    signet_bytes_t modulus = acme_tpm_sized(reader);
    if (!acme_tpm_done(reader) || modulus.length == 0) {
        return "pubArea is malformed";
    }
    signet_buffer_t inner = signet_buffer(call, modulus.length + 32);
    uint64_t sequence = signet_der_begin(&inner, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&inner, modulus);
    signet_der_add_integer(&inner, exponent == 0 ? EXPONENT_USUAL : exponent);
    signet_der_end(&inner, sequence);
    signet_buffer_t outer = signet_buffer(call, modulus.length + 64);
    if (signet_buffer_bytes(&inner, &key) == SIGNET_OK) {
        encode(&outer, (signet_bytes_t){rsa_encryption, sizeof rsa_encryption},
               (signet_bytes_t){NULL, 0}, key);
    }
    return signet_buffer_bytes(&outer, spki) == SIGNET_OK ? NULL : "no memory is left";
}

/* A coordinate with all its octets. 0, or -1 where it has more. */
static int add_coordinate(signet_buffer_t *point, signet_bytes_t coordinate, unsigned octets)
{
    static const uint8_t zeros[COORDINATE_MAX];
    if (coordinate.length > octets) {
        return -1;
    }
    signet_buffer_add(point, zeros, octets - coordinate.length);
    signet_buffer_add(point, coordinate.data, coordinate.length);
    return 0;
}

static const char *read_ec(signet_call_t *call, acme_tpm_reader_t *reader, signet_bytes_t *spki)
{
    signet_bytes_t key;
    skip_symmetric(reader);
    skip_scheme(reader);
    uint16_t curve = acme_tpm_uint16(reader);
    if (acme_tpm_uint16(reader) != TPM_ALG_NULL) { /* TPMT_KDF_SCHEME */
        (void)acme_tpm_uint16(reader);
    }
    signet_bytes_t x = acme_tpm_sized(reader);
    signet_bytes_t y = acme_tpm_sized(reader);
    size_t which = 0;
    while (which < sizeof curves / sizeof *curves && curves[which].id != curve) {
        which++;
    }
    if (!acme_tpm_done(reader) || which == sizeof curves / sizeof *curves) {
        return "pubArea is malformed, or of another curve than P-256, P-384 and P-521";
    }
    signet_buffer_t point = signet_buffer(call, 1 + 2 * COORDINATE_MAX);
    signet_buffer_add_byte(&point, 4);
    if (add_coordinate(&point, x, curves[which].octets) != 0 ||
        add_coordinate(&point, y, curves[which].octets) != 0) {
        return "pubArea is malformed: its point is too long";
    }
    signet_buffer_t outer = signet_buffer(call, 256);
    if (signet_buffer_bytes(&point, &key) == SIGNET_OK) {
        encode(&outer, (signet_bytes_t){ec_public_key, sizeof ec_public_key},
               (signet_bytes_t){curves[which].oid, curves[which].oid_length}, key);
    }
    return signet_buffer_bytes(&outer, spki) == SIGNET_OK ? NULL : "no memory is left";
}

const char *acme_tpm_public_read(signet_call_t *call, signet_bytes_t input, acme_tpm_public_t *area)
{
    acme_tpm_reader_t reader = acme_tpm_reader(input);
    uint16_t type = acme_tpm_uint16(&reader);
    area->name_algorithm = acme_tpm_uint16(&reader);
    area->attributes = acme_tpm_uint32(&reader);
    (void)acme_tpm_sized(&reader); /* the policy that using it needs */
    if (type == TPM_ALG_RSA) {
        return read_rsa(call, &reader, &area->spki);
    }
    return type == TPM_ALG_ECC ? read_ec(call, &reader, &area->spki)
                               : "pubArea is of no RSA or EC key";
}
