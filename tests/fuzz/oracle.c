#include "oracle.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <string.h>

/* Why the SDK refuses what OpenSSL takes although it is DER: limits, types that are not supported,
 * and rules of RFC 5280 that OpenSSL leaves to its caller. Each entry is a reason and the beginning
 * of what follows "…is malformed: ", or "" for any. */
static const struct {
    const char *reason;
    const char *what;
} listed[] = {
    {"key.unsupported", ""},
    {"csr.unsupported-algorithm", ""},
    {"certificate.unsupported-algorithm", ""},
    {"csr.too-large", ""},
    {"csr.too-many-attributes", ""},
    {"csr.too-many-extensions", ""},
    {"certificate.too-large", ""},
    {"certificate.too-many-extensions", ""},
    {"name.too-many", ""},
    {"name.too-many-attributes", ""},
    {"csr.duplicate-extension", ""},
    {"csr.duplicate-extension-request", ""},
    {"csr.duplicate-challenge", ""},
    {"certificate.duplicate-extension", ""},
    /* Strings: control characters, octets outside the type, types that are not strings. */
    {"name.malformed", "a value is not a string"},
    {"name.malformed", "a value holds a control character"},
    {"name.malformed", "a string holds what its type does not allow"},
    {"name.malformed", "a string holds what is not a character"},
    /* OpenSSL reads the alternative names only when it is asked to. */
    {"name.malformed", "an alternative name"},
    {"name.malformed", "the alternative names"},
    {"name.malformed", "an IP address"},
    {"name.malformed", "an otherName"},
    {"name.malformed", "a registeredID"},
    /* So it does with keys, and it takes points in compressed form. */
    {"key.malformed", "it is not an RSA modulus and exponent"},
    {"key.malformed", "it does not end with a key of whole octets"},
    {"key.malformed", "it does not have the length of its type"},
    {"key.malformed", "its point is not in uncompressed form"},
    {"csr.malformed", "it does not end with a signature of whole octets"},
    /* It takes any version, and attributes of any content. */
    {"csr.malformed", "it does not begin with version 1"},
    {"csr.malformed", "its attributes are not where they should be"}, /* [0] in primitive form */
    {"csr.malformed", "its extensions are not a SEQUENCE"},
    {"csr.malformed", "an extension is not a type and a value"},
    {"csr.malformed", "its extensionRequest does not have one value"},
    {"csr.malformed", "its challengePassword does not have one value"},
    {"csr.malformed", "the value of an attribute is not DER"},
    {"certificate.malformed", "it does not end with a signature of whole octets"},
    /* It takes any serial number and version, times in any form, and reads extensions later. */
    {"certificate.malformed", "its version is none of 1 to 3"},
    {"certificate.malformed", "it names two signature algorithms"},
    {"certificate.malformed", "something other than extensions"},
    {"certificate.malformed", "its subjectKeyIdentifier"},
    {"certificate.malformed", "its keyUsage"},
    {"certificate.malformed", "its basicConstraints"},
};

int oracle_same(signet_bytes_t ours, const uint8_t *theirs, uint64_t length)
{
    return ours.length == length && (length == 0 || memcmp(ours.data, theirs, length) == 0);
}

/* What OpenSSL's reader lets pass in the content of a value: BOOLEANs that are neither 0x00 nor
 * 0xff, padding bits that are not zero, and OIDs beyond the SDK's limits. */
static int content_is_der(int tag, const uint8_t *content, long length)
{
    uint64_t arc = 0;
    switch (tag) {
    case V_ASN1_BOOLEAN:
        return length == 1 && (content[0] == 0x00 || content[0] == 0xff);
    case V_ASN1_BIT_STRING:
        return length < 2 || content[0] > 7 ||
               (content[length - 1] & ((1U << content[0]) - 1)) == 0;
    case V_ASN1_OBJECT:
        for (long i = 0; i < length && arc <= INT64_MAX >> 7; i++) {
            arc = (content[i] & 0x80) != 0 ? (arc | (content[i] & 0x7fU)) << 7 : 0;
        }
        return length <= 64 && arc <= INT64_MAX >> 7;
    case V_ASN1_SEQUENCE:
    case V_ASN1_SET:
        return 0; /* in primitive form */
    default:
        return 1;
    }
}

/* Walks headers with OpenSSL's reader and compares each with what its writer makes of it. */
static int values_are_der(const uint8_t *data, long length, int depth)
{
    while (length > 0) {
        const uint8_t *content = data;
        uint8_t header[16];
        uint8_t *end = header;
        long content_length = 0;
        int tag = 0;
        int class = 0;
        int kind = ASN1_get_object(&content, &content_length, &tag, &class, length);
        long header_length = content - data;
        if ((kind & 0x80) != 0 || (kind & 1) != 0 || tag > 30 || (tag == 0 && class == 0) ||
            depth == 0 || header_length > 6) {
            return 0;
        }
        ASN1_put_object(&end, (kind & V_ASN1_CONSTRUCTED) != 0, (int)content_length, tag, class);
        if (end - header != header_length || memcmp(header, data, (size_t)header_length) != 0) {
            return 0;
        }
        int constructed = (kind & V_ASN1_CONSTRUCTED) != 0;
        if (class == V_ASN1_UNIVERSAL && constructed && tag != V_ASN1_SEQUENCE &&
            tag != V_ASN1_SET) {
            return 0;
        }
        if (class == V_ASN1_UNIVERSAL && !constructed &&
            !content_is_der(tag, content, content_length)) {
            return 0;
        }
        if (constructed && !values_are_der(content, content_length, depth - 1)) {
            return 0;
        }
        length -= header_length + content_length;
        data = content + content_length;
    }
    return 1;
}

int oracle_is_der(signet_bytes_t input)
{
    int result = values_are_der(input.data, (long)input.length, 24);
    ERR_clear_error();
    return result;
}

int oracle_refusal_is_listed(signet_call_t *call, signet_bytes_t input)
{
    const signet_error_t *error = call->services->error(call);
    if (error == NULL) {
        return 0;
    }
    if (!oracle_is_der(input)) {
        return 1;
    }
    for (unsigned i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
        if (signet_text_is(error->reason, listed[i].reason) &&
            (listed[i].what[0] == 0 || memmem(error->message.data, error->message.length,
                                              listed[i].what, strlen(listed[i].what)) != NULL)) {
            return 1;
        }
    }
    return 0;
}

static int same_object(signet_bytes_t ours, const ASN1_OBJECT *theirs)
{
    return oracle_same(ours, OBJ_get0_data(theirs), OBJ_length(theirs));
}

const char *oracle_name(const X509_NAME *theirs, signet_bytes_t whole,
                        const signet_attribute_t *attributes, uint64_t count)
{
    const uint8_t *der = NULL;
    size_t length = 0;
    if (X509_NAME_get0_der(theirs, &der, &length) != 1 || !oracle_same(whole, der, length)) {
        return "encoding of a name";
    }
    if ((uint64_t)X509_NAME_entry_count(theirs) != count) {
        return "count of attributes";
    }
    for (uint64_t i = 0; i < count; i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(theirs, (int)i);
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
        uint8_t *text = NULL;
        int text_length = ASN1_STRING_to_UTF8(&text, value);
        int same = text_length >= 0 &&
                   same_object(attributes[i].oid, X509_NAME_ENTRY_get_object(entry)) &&
                   attributes[i].tag == ASN1_STRING_type(value) &&
                   attributes[i].rdn == (uint32_t)X509_NAME_ENTRY_set(entry) &&
                   oracle_same(signet_text_bytes(attributes[i].value), text, (uint64_t)text_length);
        OPENSSL_free(text);
        if (!same) {
            return "an attribute";
        }
    }
    return NULL;
}

/* The type of OpenSSL's key in our words. */
static signet_text_t type_of(signet_call_t *call, const EVP_PKEY *key)
{
    char group[64];
    size_t length = 0;
    switch (EVP_PKEY_get_id(key)) {
    case EVP_PKEY_RSA:
        return signet_format(call, "RSA-%d", EVP_PKEY_get_bits(key));
    case EVP_PKEY_ED25519:
        return SIGNET_TEXT("ED25519");
    case EVP_PKEY_ED448:
        return SIGNET_TEXT("ED448");
    case EVP_PKEY_EC:
        if (EVP_PKEY_get_group_name(key, group, sizeof(group), &length) == 1) {
            return signet_format(call, "EC-%s",
                                 strcmp(group, "prime256v1") == 0  ? "P256"
                                 : strcmp(group, "secp384r1") == 0 ? "P384"
                                 : strcmp(group, "secp521r1") == 0 ? "P521"
                                                                   : group);
        }
        break;
    default:
        break;
    }
    return SIGNET_TEXT("?");
}

const char *oracle_key(signet_call_t *call, const X509_PUBKEY *theirs,
                       const signet_public_key_t *key)
{
    uint8_t *spki = NULL;
    int length = i2d_X509_PUBKEY(theirs, &spki);
    int same = length > 0 && oracle_same(key->spki, spki, (uint64_t)length);
    OPENSSL_free(spki);
    if (!same) {
        return "encoding of the key";
    }
    const uint8_t *bits = NULL;
    int bits_length = 0;
    X509_PUBKEY_get0_param(NULL, &bits, &bits_length, NULL, theirs);
    if (!oracle_same(key->bits, bits, (uint64_t)bits_length)) {
        return "octets of the key";
    }
    const EVP_PKEY *loaded = X509_PUBKEY_get0(theirs);
    if (loaded == NULL) {
        /* A point off its curve, for one: seen when the key is used. */
        return signet_key_judge(call, key) == SIGNET_OK ? "a key that OpenSSL cannot load" : NULL;
    }
    return signet_text_equal(key->type, type_of(call, loaded)) ? NULL : "type of the key";
}

const char *oracle_extensions(const X509_EXTENSIONS *theirs, const signet_extension_t *extensions,
                              uint64_t count)
{
    int their_count = theirs != NULL ? sk_X509_EXTENSION_num(theirs) : 0;
    if ((uint64_t)their_count != count) {
        return "count of extensions";
    }
    for (int i = 0; i < their_count; i++) {
        X509_EXTENSION *extension = sk_X509_EXTENSION_value(theirs, i);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        if (!same_object(extensions[i].oid, X509_EXTENSION_get_object(extension)) ||
            extensions[i].critical != X509_EXTENSION_get_critical(extension) ||
            !oracle_same(extensions[i].value, ASN1_STRING_get0_data(value),
                         (uint64_t)ASN1_STRING_length(value))) {
            return "an extension";
        }
    }
    return NULL;
}

/* The content of a name as encoded: OpenSSL's encoding without its header. */
static int same_name(const signet_general_name_t *ours, const GENERAL_NAME *theirs)
{
    uint8_t *der = NULL;
    int length = i2d_GENERAL_NAME(theirs, &der);
    const uint8_t *content = der;
    long content_length = 0;
    int tag = 0;
    int class = 0;
    int same = length > 0 &&
               (ASN1_get_object(&content, &content_length, &tag, &class, length) & 0x80) == 0 &&
               tag == ours->type && oracle_same(ours->value, content, (uint64_t)content_length);
    OPENSSL_free(der);
    return same;
}

const char *oracle_names(const GENERAL_NAMES *theirs, const signet_general_name_t *names,
                         uint64_t count)
{
    int their_count = theirs != NULL ? sk_GENERAL_NAME_num(theirs) : 0;
    if ((uint64_t)their_count != count) {
        return "count of alternative names";
    }
    for (int i = 0; i < their_count; i++) {
        if (!same_name(&names[i], sk_GENERAL_NAME_value(theirs, i))) {
            return "an alternative name";
        }
    }
    return NULL;
}

const char *oracle_algorithm(const X509_ALGOR *theirs, signet_text_t algorithm)
{
    static const struct {
        const char *name;
        int nid;
    } names[] = {
        {SIGNET_SIGN_ECDSA_SHA256, NID_ecdsa_with_SHA256},
        {SIGNET_SIGN_ECDSA_SHA384, NID_ecdsa_with_SHA384},
        {SIGNET_SIGN_ECDSA_SHA512, NID_ecdsa_with_SHA512},
        {SIGNET_SIGN_RSA_SHA256, NID_sha256WithRSAEncryption},
        {SIGNET_SIGN_RSA_SHA384, NID_sha384WithRSAEncryption},
        {SIGNET_SIGN_RSA_SHA512, NID_sha512WithRSAEncryption},
        {SIGNET_SIGN_PSS_SHA256, NID_rsassaPss},
        {SIGNET_SIGN_PSS_SHA384, NID_rsassaPss},
        {SIGNET_SIGN_PSS_SHA512, NID_rsassaPss},
        {SIGNET_SIGN_ED25519, NID_ED25519},
        {SIGNET_SIGN_ED448, NID_ED448},
    };
    const ASN1_OBJECT *object = NULL;
    X509_ALGOR_get0(&object, NULL, NULL, theirs);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (signet_text_is(algorithm, names[i].name)) {
            return OBJ_obj2nid(object) == names[i].nid ? NULL : "signature algorithm";
        }
    }
    return "signature algorithm";
}
