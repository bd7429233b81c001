/* What counts: the attestation key's certificate is by a trusted maker and says that it is one
 * (which such a key is only if it signs nothing that did not come from the TPM); its signature
 * covers certInfo; certInfo holds the digest of the key authorization and the name of the key; the
 * key cannot leave the TPM. */
#include <openssl/evp.h>
#include <signet/key.h>
#include <signet/sdk/crypto.h>

#include "attest.h"
#include "tpm_public.h"
#include "tpm_reader.h"

#define TPM_GENERATED UINT32_C(0xff544347)
#define TPM_ST_ATTEST_CERTIFY 0x8017
#define TPM_ALG_RSASSA 0x0014
#define TPM_ALG_RSAPSS 0x0016
#define TPM_ALG_ECDSA 0x0018
#define CLOCK_OCTETS 17U /* TPMS_CLOCK_INFO */
#define FIRMWARE_OCTETS 8U

/* Algorithms of COSE that statements name. */
#define COSE_ES256 (-7)
#define COSE_ES384 (-35)
#define COSE_ES512 (-36)
#define COSE_RS256 (-257)
#define COSE_RS384 (-258)
#define COSE_RS512 (-259)
#define COSE_PS256 (-37)

static const uint8_t extended_key_usage[] = {0x55, 0x1d, 0x25};
/* tcg-kp-AIKCertificate, 2.23.133.8.3. */
static const uint8_t attestation_key[] = {0x67, 0x81, 0x05, 0x08, 0x03};

/* TPM_ALG_ID of digests. */
static const struct {
    uint16_t id;
    const char *name;
} digests[] = {{0x000b, "SHA256"}, {0x000c, "SHA384"}, {0x000d, "SHA512"}};

/* What a statement's algorithm stands for. */
static const struct {
    int64_t cose;
    uint16_t scheme;
    uint16_t digest;
    const char *signs;
} algorithms[] = {
    {COSE_ES256, TPM_ALG_ECDSA, 0x000b, SIGNET_SIGN_ECDSA_SHA256},
    {COSE_ES384, TPM_ALG_ECDSA, 0x000c, SIGNET_SIGN_ECDSA_SHA384},
    {COSE_ES512, TPM_ALG_ECDSA, 0x000d, SIGNET_SIGN_ECDSA_SHA512},
    {COSE_RS256, TPM_ALG_RSASSA, 0x000b, SIGNET_SIGN_RSA_SHA256},
    {COSE_RS384, TPM_ALG_RSASSA, 0x000c, SIGNET_SIGN_RSA_SHA384},
    {COSE_RS512, TPM_ALG_RSASSA, 0x000d, SIGNET_SIGN_RSA_SHA512},
    {COSE_PS256, TPM_ALG_RSAPSS, 0x000b, SIGNET_SIGN_PSS_SHA256},
};

/* A digest by its TPM_ALG_ID. 0, or -1. */
static int hash(uint16_t algorithm, signet_bytes_t input, uint8_t *output, unsigned *length)
{
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        if (digests[i].id == algorithm) {
            EVP_MD *digest = EVP_MD_fetch(NULL, digests[i].name, NULL);
            int done = digest != NULL && EVP_Digest(input.data, (size_t)input.length, output,
                                                    length, digest, NULL) == 1;
            EVP_MD_free(digest);
            return done ? 0 : -1;
        }
    }
    return -1;
}

static int is_digest(uint16_t algorithm, signet_bytes_t input, signet_bytes_t wanted)
{
    uint8_t output[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    return hash(algorithm, input, output, &length) == 0 &&
           signet_bytes_equal((signet_bytes_t){output, length}, wanted);
}

/* Whether the certificate is an attestation key's (TCG Credential Profile; WebAuthn, 8.3.1). */
static int is_attestation_key(const signet_x509_t *leaf)
{
    const signet_extension_t *extension = signet_extension_find(
        leaf->extensions, leaf->extension_count, extended_key_usage, sizeof extended_key_usage);
    signet_der_t der = signet_der(extension != NULL ? extension->value : (signet_bytes_t){NULL, 0});
    signet_der_t inside;
    if (extension == NULL || leaf->is_ca ||
        signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0) {
        return 0;
    }
    while (!signet_der_empty(&inside)) {
        signet_bytes_t oid;
        if (signet_der_oid(&inside, &oid) != 0) {
            return 0;
        }
        if (signet_bytes_equal(oid, (signet_bytes_t){attestation_key, sizeof attestation_key})) {
            return 1;
        }
    }
    return 0;
}

static signet_bytes_t without_zeros(signet_bytes_t number)
{
    while (number.length > 1 && number.data[0] == 0) {
        number.data++;
        number.length--;
    }
    return number;
}

/* The signature in a TPMT_SIGNATURE as X.509 carries it. */
static const char *read_signature(signet_call_t *call, signet_bytes_t input, uint16_t scheme,
                                  uint16_t digest, signet_bytes_t *signature)
{
    acme_tpm_reader_t reader = acme_tpm_reader(input);
    uint16_t used = acme_tpm_uint16(&reader);
    uint16_t hashed = acme_tpm_uint16(&reader);
    signet_bytes_t first = acme_tpm_sized(&reader);
    signet_bytes_t second = {NULL, 0};
    if (scheme == TPM_ALG_ECDSA) {
        second = acme_tpm_sized(&reader);
    }
    if (!acme_tpm_done(&reader) || used != scheme || hashed != digest || first.length == 0 ||
        (scheme == TPM_ALG_ECDSA && second.length == 0)) {
        return "sig is no signature of a TPM by the algorithm that alg names";
    }
    if (scheme != TPM_ALG_ECDSA) {
        *signature = first;
        return NULL;
    }
    signet_buffer_t buffer = signet_buffer(call, first.length + second.length + 16);
    uint64_t sequence = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&buffer, without_zeros(first));
    signet_der_add_unsigned(&buffer, without_zeros(second));
    signet_der_end(&buffer, sequence);
    return signet_buffer_bytes(&buffer, signature) == SIGNET_OK ? NULL : "no memory is left";
}

/* certInfo (TPMS_ATTEST, part 2, 10.12.12). */
static const char *judge_info(const acme_attest_object_t *object, uint16_t digest,
                              uint16_t name_algorithm, signet_bytes_t key_authorization)
{
    acme_tpm_reader_t reader = acme_tpm_reader(object->cert_info);
    uint32_t magic = acme_tpm_uint32(&reader);
    uint16_t type = acme_tpm_uint16(&reader);
    (void)acme_tpm_sized(&reader); /* who signed it: the certificate says so */
    signet_bytes_t extra = acme_tpm_sized(&reader);
    (void)acme_tpm_octets(&reader, CLOCK_OCTETS + FIRMWARE_OCTETS);
    signet_bytes_t name = acme_tpm_sized(&reader);
    (void)acme_tpm_sized(&reader); /* qualified name */
    if (!acme_tpm_done(&reader) || magic != TPM_GENERATED || type != TPM_ST_ATTEST_CERTIFY) {
        return "certInfo is not what a TPM makes when it certifies a key";
    }
    if (!is_digest(digest, key_authorization, extra)) {
        return "it is not for this challenge: extraData is not the digest of the key authorization";
    }
    acme_tpm_reader_t parts = acme_tpm_reader(name);
    uint16_t algorithm = acme_tpm_uint16(&parts);
    if (parts.failed || algorithm != name_algorithm ||
        !is_digest(algorithm, object->public_area, acme_tpm_octets(&parts, parts.left))) {
        return "certInfo names another key than pubArea";
    }
    return NULL;
}

/* What keeps the key in the TPM, and lets it sign what is asked of it. */
static const char *judge_attributes(uint32_t attributes)
{
    if ((attributes & ACME_TPM_FIXED_TPM) == 0 || (attributes & ACME_TPM_FIXED_PARENT) == 0) {
        return "the key can leave the TPM: it is not fixedTPM and fixedParent";
    }
    if ((attributes & ACME_TPM_SENSITIVE_DATA_ORIGIN) == 0) {
        return "the key was not made in the TPM: it has no sensitiveDataOrigin";
    }
    if ((attributes & ACME_TPM_RESTRICTED) != 0 || (attributes & ACME_TPM_SIGN) == 0) {
        return "the key is restricted, or does not sign";
    }
    return NULL;
}

const char *acme_attest_tpm(signet_call_t *call, const acme_attest_object_t *object,
                            const signet_x509_t *leaf, const acme_attest_challenge_t *challenge,
                            acme_attested_t *attested)
{
    acme_tpm_public_t area = {0};
    signet_bytes_t signature = {NULL, 0};
    size_t which = 0;
    while (which < sizeof algorithms / sizeof *algorithms &&
           algorithms[which].cose != object->algorithm) {
        which++;
    }
    if (!signet_text_is(object->version, "2.0") ||
        which == sizeof algorithms / sizeof *algorithms) {
        return "it is not of a TPM 2.0 with a known algorithm";
    }
    if (!is_attestation_key(leaf)) {
        return "its certificate is not that of an attestation key (2.23.133.8.3)";
    }
    const char *why = acme_tpm_public_read(call, object->public_area, &area);
    if (why == NULL) {
        why = read_signature(call, object->signature, algorithms[which].scheme,
                             algorithms[which].digest, &signature);
    }
    if (why == NULL && signet_verify(call, &leaf->key, signet_text(algorithms[which].signs),
                                     object->cert_info, signature) != SIGNET_OK) {
        call->services->clear(call);
        why = "the attestation key did not sign certInfo";
    }
    if (why == NULL) {
        why = judge_info(object, algorithms[which].digest, area.name_algorithm,
                         signet_text_bytes(challenge->key_authorization));
    }
    if (why == NULL) {
        why = judge_attributes(area.attributes);
    }
    if (why == NULL && acme_identities_of(call, leaf, &attested->identities) != SIGNET_OK) {
        call->services->clear(call);
        why = "the alternative names of its certificate are malformed";
    }
    attested->spki = area.spki;
    return why;
}
