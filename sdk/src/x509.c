/* Certificates (RFC 5280). */
#include "algorithm.h"
#include "extension.h"
#include "malformed.h"

#include <signet/sdk/error.h>

#define CERTIFICATE_MAX 1048576U
#define SERIAL_MAX 20U
#define VERSION_3 2

static const uint8_t subject_key_identifier[] = {0x55, 0x1d, 0x0e};
static const uint8_t key_usage[] = {0x55, 0x1d, 0x0f};
static const uint8_t basic_constraints[] = {0x55, 0x1d, 0x13};

static int32_t malformed(signet_call_t *call, const char *what)
{
    return signet_malformed(call, "certificate", what);
}

/* Finds an extension and stands before its value; 0 where it is absent. */
static int find(const signet_x509_t *x509, const uint8_t oid[3], signet_der_t *value)
{
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count, oid, 3);
    if (extension == NULL) {
        return 0;
    }
    *value = signet_der(extension->value);
    return 1;
}

/* Named bits as flags: bit n of the string is bit n of the number. */
static int read_key_usage(signet_der_t *value, uint32_t *flags)
{
    signet_der_item_t item;
    if (signet_der_expect(value, SIGNET_DER_BIT_STRING, &item) != 0 || !signet_der_empty(value)) {
        return -1;
    }
    signet_bytes_t content = item.content;
    if (content.length < 2 || content.length > 3 || content.data[0] > 7 ||
        (content.data[content.length - 1] & ((1U << content.data[0]) - 1)) != 0) {
        return -1;
    }
    for (uint32_t bit = 0; bit < (content.length - 1) * 8; bit++) {
        if ((content.data[1 + bit / 8] & 0x80U >> bit % 8) != 0) {
            *flags |= 1U << bit;
        }
    }
    return 0;
}

static int read_basic_constraints(signet_der_t *value, signet_x509_t *x509)
{
    signet_der_t inside;
    if (signet_der_enter(value, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(value)) {
        return -1;
    }
    if (signet_der_peek(&inside) == SIGNET_DER_BOOLEAN &&
        signet_der_boolean(&inside, &x509->is_ca) != 0) {
        return -1;
    }
    if (!signet_der_empty(&inside) &&
        (!x509->is_ca || signet_der_integer(&inside, &x509->path_length) != 0)) {
        return -1;
    }
    return signet_der_empty(&inside) ? 0 : -1;
}

static int32_t read_known_extensions(signet_call_t *call, signet_x509_t *x509)
{
    signet_der_t value;
    signet_der_item_t item;
    if (find(x509, subject_key_identifier, &value)) {
        if (signet_der_expect(&value, SIGNET_DER_OCTET_STRING, &item) != 0 ||
            !signet_der_empty(&value)) {
            return malformed(call, "its subjectKeyIdentifier is not an OCTET STRING");
        }
        x509->subject_key_id = item.content;
    }
    if (find(x509, key_usage, &value) && read_key_usage(&value, &x509->key_usage) != 0) {
        return malformed(call, "its keyUsage is not a set of named bits");
    }
    if (find(x509, basic_constraints, &value) && read_basic_constraints(&value, x509) != 0) {
        return malformed(call, "its basicConstraints are not a flag and a path length");
    }
    return SIGNET_OK;
}

static int read_validity(signet_der_t *der, signet_x509_t *x509)
{
    signet_der_t inside;
    return signet_der_enter(der, SIGNET_DER_SEQUENCE, &inside) == 0 &&
                   signet_der_time(&inside, &x509->not_before) == 0 &&
                   signet_der_time(&inside, &x509->not_after) == 0 && signet_der_empty(&inside)
               ? 0
               : -1;
}

/* The version, explicit for 2 and 3; 0 is version 1, which is left out. */
static int read_version(signet_der_t *der, int64_t *version)
{
    signet_der_t inside;
    *version = 0;
    if (signet_der_peek(der) != SIGNET_DER_CONTEXT_CONSTRUCTED(0)) {
        return 0;
    }
    return signet_der_enter(der, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &inside) == 0 &&
                   signet_der_integer(&inside, version) == 0 && signet_der_empty(&inside) &&
                   *version >= 1 && *version <= VERSION_3
               ? 0
               : -1;
}

/* TBSCertificate. Unique identifiers, which no conforming CA writes, are refused. */
static int32_t read_tbs(signet_call_t *call, signet_bytes_t content, signet_bytes_t identifier,
                        signet_x509_t *x509)
{
    signet_der_t der = signet_der(content);
    signet_der_t explicit_extensions;
    signet_der_item_t algorithm;
    signet_der_item_t issuer;
    signet_der_item_t subject;
    signet_der_item_t key;
    int64_t version;
    if (read_version(&der, &version) != 0 || signet_der_unsigned(&der, &x509->serial) != 0 ||
        x509->serial.length > SERIAL_MAX) {
        return malformed(call, "its version is none of 1 to 3, or its serial number is not "
                               "positive and of at most 20 octets");
    }
    if (signet_der_expect(&der, SIGNET_DER_SEQUENCE, &algorithm) != 0 ||
        !signet_bytes_equal(algorithm.whole, identifier)) {
        return malformed(call, "it names two signature algorithms");
    }
    if (signet_der_expect(&der, SIGNET_DER_SEQUENCE, &issuer) != 0 ||
        read_validity(&der, x509) != 0 ||
        signet_der_expect(&der, SIGNET_DER_SEQUENCE, &subject) != 0 ||
        signet_der_expect(&der, SIGNET_DER_SEQUENCE, &key) != 0) {
        return malformed(call, "its issuer, validity, subject and key are not in place");
    }
    x509->issuer = issuer.whole;
    x509->subject = subject.whole;
    const signet_attribute_t *issuer_attributes;
    uint64_t issuer_count;
    int32_t status = signet_name_parse(call, issuer.whole, &issuer_attributes, &issuer_count);
    if (status == SIGNET_OK) {
        status = signet_name_parse(call, subject.whole, &x509->attributes, &x509->attribute_count);
    }
    if (status == SIGNET_OK) {
        status = signet_public_key_parse(call, key.whole, &x509->key);
    }
    if (status != SIGNET_OK || signet_der_empty(&der)) {
        return status;
    }
    signet_der_item_t extensions;
    if (version != VERSION_3 ||
        signet_der_enter(&der, SIGNET_DER_CONTEXT_CONSTRUCTED(3), &explicit_extensions) != 0 ||
        !signet_der_empty(&der) || signet_der_next(&explicit_extensions, &extensions) != 0 ||
        !signet_der_empty(&explicit_extensions)) {
        return malformed(call, "something other than extensions follows its key");
    }
    status = signet_extensions_parse(call, "certificate", extensions.whole, &x509->extensions,
                                     &x509->extension_count);
    return status == SIGNET_OK ? read_known_extensions(call, x509) : status;
}

int32_t signet_x509_parse(signet_call_t *call, signet_bytes_t der, const signet_x509_t **x509)
{
    if (der.length > CERTIFICATE_MAX) {
        return signet_fail(call, SIGNET_TOO_LARGE, "certificate.too-large",
                           "The certificate is larger than %u octets.", CERTIFICATE_MAX);
    }
    signet_x509_t *found = signet_alloc(call, 1, sizeof(*found));
    if (found == NULL) {
        return SIGNET_NO_MEMORY;
    }
    found->der = der;
    found->path_length = -1;
    signet_der_t whole = signet_der(der);
    signet_der_t inside;
    signet_der_item_t tbs;
    signet_der_item_t identifier;
    if (signet_der_enter(&whole, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&whole) ||
        signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &tbs) != 0 ||
        signet_der_expect(&inside, SIGNET_DER_SEQUENCE, &identifier) != 0) {
        return malformed(call, "it is not one X.509 certificate in DER");
    }
    if (signet_der_bits(&inside, &found->signature) != 0 || !signet_der_empty(&inside)) {
        return malformed(call, "it does not end with a signature of whole octets");
    }
    found->tbs = tbs.whole;
    int32_t status = read_tbs(call, tbs.content, identifier.whole, found);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_algorithm_t *algorithm = signet_algorithm_of(identifier.whole);
    if (algorithm == NULL) {
        return signet_fail(call, SIGNET_INVALID, "certificate.unsupported-algorithm",
                           "The certificate is signed in a way that is not supported: ECDSA, RSA "
                           "with SHA-256, SHA-384 or SHA-512, Ed25519 and Ed448 are.");
    }
    found->algorithm = algorithm->name;
    *x509 = found;
    return SIGNET_OK;
}
