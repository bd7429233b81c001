/* PKCS#10 requests (RFC 2986). */
#include "algorithm.h"
#include "der_any.h"
#include "directory_string.h"
#include "extension.h"
#include "malformed.h"

#include <signet/sdk/error.h>

#define ATTRIBUTES_MAX 32U

static const uint8_t extension_request[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e};
/* The same by Microsoft's older clients: 1.3.6.1.4.1.311.2.1.14. */
static const uint8_t extension_request_ms[] = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                               0x82, 0x37, 0x02, 0x01, 0x0e};
static const uint8_t challenge_password[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07};
static const uint8_t subject_alt_name[] = {0x55, 0x1d, 0x11};

#define IS(oid, known) signet_bytes_equal(oid, (signet_bytes_t){known, sizeof(known)})

static int32_t read_extensions(signet_call_t *call, signet_der_t *values, signet_csr_t *csr)
{
    signet_der_item_t item;
    if (csr->extensions != NULL) {
        return signet_fail(call, SIGNET_INVALID, "csr.duplicate-extension-request",
                           "The request asks for extensions twice: give one extensionRequest.");
    }
    if (signet_der_next(values, &item) != 0 || !signet_der_empty(values)) {
        return signet_malformed(call, "csr", "its extensionRequest does not have one value");
    }
    int32_t status =
        signet_extensions_parse(call, "csr", item.whole, &csr->extensions, &csr->extension_count);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_extension_t *names = signet_extension_find(
        csr->extensions, csr->extension_count, subject_alt_name, sizeof(subject_alt_name));
    if (names == NULL) {
        return SIGNET_OK;
    }
    return signet_general_names_parse(call, names->value, &csr->names, &csr->name_count);
}

static int32_t read_challenge(signet_call_t *call, signet_der_t *values, signet_csr_t *csr)
{
    signet_der_item_t item;
    if (csr->challenge.data != NULL) {
        return signet_fail(call, SIGNET_INVALID, "csr.duplicate-challenge",
                           "The request has two challenge passwords: give one.");
    }
    if (signet_der_next(values, &item) != 0 || !signet_der_empty(values)) {
        return signet_malformed(call, "csr", "its challengePassword does not have one value");
    }
    return signet_directory_string(call, &item, &csr->challenge);
}

/* What is not known is passed over, but well-formed. */
static int32_t skip_values(signet_call_t *call, signet_der_t *values)
{
    while (!signet_der_empty(values)) {
        signet_der_item_t item;
        if (signet_der_any(values, &item) != 0) {
            return signet_malformed(call, "csr", "the value of an attribute is not DER");
        }
    }
    return SIGNET_OK;
}

/* The attributes' order is not checked, because many clients do not sort the SET. */
static int32_t read_attributes(signet_call_t *call, signet_der_t *attributes, signet_csr_t *csr)
{
    for (unsigned count = 0; !signet_der_empty(attributes); count++) {
        signet_der_t pair;
        signet_der_t values;
        signet_bytes_t oid;
        if (count == ATTRIBUTES_MAX) {
            return signet_fail(call, SIGNET_TOO_LARGE, "csr.too-many-attributes",
                               "The request has more than %u attributes.", ATTRIBUTES_MAX);
        }
        if (signet_der_enter(attributes, SIGNET_DER_SEQUENCE, &pair) != 0 ||
            signet_der_oid(&pair, &oid) != 0 ||
            signet_der_enter(&pair, SIGNET_DER_SET, &values) != 0 || !signet_der_empty(&pair)) {
            return signet_malformed(call, "csr", "an attribute is not a type and a SET of values");
        }
        int32_t status;
        if (IS(oid, extension_request) || IS(oid, extension_request_ms)) {
            status = read_extensions(call, &values, csr);
        } else if (IS(oid, challenge_password)) {
            status = read_challenge(call, &values, csr);
        } else {
            status = skip_values(call, &values);
        }
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}

/* CertificationRequestInfo. */
static int32_t read_info(signet_call_t *call, signet_bytes_t content, signet_csr_t *csr)
{
    signet_der_t der = signet_der(content);
    signet_der_t attributes;
    signet_der_item_t subject;
    signet_der_item_t key;
    int64_t version;
    if (signet_der_integer(&der, &version) != 0 || version != 0 ||
        signet_der_expect(&der, SIGNET_DER_SEQUENCE, &subject) != 0 ||
        signet_der_expect(&der, SIGNET_DER_SEQUENCE, &key) != 0) {
        return signet_malformed(call, "csr", "it does not begin with version 1, subject and key");
    }
    csr->subject = subject.whole;
    int32_t status =
        signet_name_parse(call, subject.whole, &csr->attributes, &csr->attribute_count);
    if (status == SIGNET_OK) {
        status = signet_public_key_parse(call, key.whole, &csr->key);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    /* Some clients leave an empty set of attributes out altogether. */
    if (signet_der_empty(&der)) {
        return SIGNET_OK;
    }
    if (signet_der_enter(&der, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &attributes) != 0 ||
        !signet_der_empty(&der)) {
        return signet_malformed(call, "csr", "its attributes are not where they should be");
    }
    return read_attributes(call, &attributes, csr);
}

int32_t signet_csr_parse(signet_call_t *call, signet_bytes_t der, const signet_csr_t **csr)
{
    if (der.length > SIGNET_CSR_MAX) {
        return signet_fail(call, SIGNET_TOO_LARGE, "csr.too-large",
                           "The request is larger than %u octets.", SIGNET_CSR_MAX);
    }
    signet_csr_t *found = signet_alloc(call, 1, sizeof(*found));
    if (found == NULL) {
        return SIGNET_NO_MEMORY;
    }
    signet_der_t whole = signet_der(der);
    signet_der_t inside;
    signet_der_item_t info;
    signet_der_item_t identifier;
    if (signet_der_enter(&whole, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&whole) ||
        signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &info) != 0 ||
        signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &identifier) != 0) {
        return signet_malformed(call, "csr", "it is not one PKCS#10 request in DER");
    }
    if (signet_der_bits(&inside, &found->signature) != 0 || !signet_der_empty(&inside)) {
        return signet_malformed(call, "csr", "it does not end with a signature of whole octets");
    }
    found->info = info.whole;
    int32_t status = read_info(call, info.content, found);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_algorithm_t *algorithm = signet_algorithm_of(identifier.whole);
    if (algorithm == NULL) {
        return signet_fail(call, SIGNET_INVALID, "csr.unsupported-algorithm",
                           "The request is signed in a way that is not supported: sign with ECDSA, "
                           "RSA (PKCS#1, or PSS with a salt as long as the digest) and SHA-256, "
                           "SHA-384 or SHA-512, or with Ed25519 or Ed448.");
    }
    found->algorithm = algorithm->name;
    *csr = found;
    return SIGNET_OK;
}
