#include "make.h"

#include <check.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 24

static struct {
    const char *type;
    EVP_PKEY *key;
} keys[KEYS_MAX];

static EVP_PKEY *generate(const char *type)
{
    if (strncmp(type, "RSA-", 4) == 0) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(type + 4, NULL, 10));
    }
    if (strncmp(type, "EC-", 3) == 0) {
        const char *curve = strcmp(type, SIGNET_KEY_P256) == 0   ? "P-256"
                            : strcmp(type, SIGNET_KEY_P384) == 0 ? "P-384"
                            : strcmp(type, SIGNET_KEY_P521) == 0 ? "P-521"
                                                                 : type + 3;
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
    }
    return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

EVP_PKEY *make_key(const char *type)
{
    int i = 0;
    while (keys[i].type != NULL && strcmp(keys[i].type, type) != 0) {
        i++;
    }
    ck_assert_int_lt(i, KEYS_MAX - 1);
    if (keys[i].type == NULL) {
        keys[i].key = generate(type);
        ck_assert_ptr_nonnull(keys[i].key);
        keys[i].type = type;
    }
    return keys[i].key;
}

void make_key_cleanup(void)
{
    for (int i = 0; i < KEYS_MAX; i++) {
        EVP_PKEY_free(keys[i].key);
        keys[i].key = NULL;
        keys[i].type = NULL;
    }
}

static signet_bytes_t take(signet_call_t *call, uint8_t *der, int length)
{
    ck_assert_int_gt(length, 0);
    signet_bytes_t copy = signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length});
    OPENSSL_free(der);
    ck_assert_ptr_nonnull(copy.data);
    return copy;
}

/* Adds "TYPE=VALUE" pairs; those after '+' join the RDN before. */
static void fill_name(X509_NAME *name, const make_spec_t *spec)
{
    char *text = strdup(spec->subject != NULL ? spec->subject : "");
    char *next = text;
    int joins = 0;
    ck_assert_ptr_nonnull(text);
    while (*next != 0) {
        char *value = strchr(next, '=');
        ck_assert_ptr_nonnull(value);
        *value++ = 0;
        size_t length = strcspn(value, ",+");
        char separator = value[length];
        value[length] = 0;
        int added = 0;
        if (spec->string_type == 0 || spec->string_type == MBSTRING_UTF8) {
            X509_NAME_ENTRY *entry =
                X509_NAME_ENTRY_create_by_txt(NULL, next, MBSTRING_UTF8, (uint8_t *)value, -1);
            added = entry != NULL && X509_NAME_add_entry(name, entry, -1, joins ? -1 : 0) == 1;
            X509_NAME_ENTRY_free(entry);
        } else {
            added = X509_NAME_add_entry_by_txt(name, next, spec->string_type, (uint8_t *)value, -1,
                                               -1, joins ? -1 : 0) == 1;
        }
        ck_assert_msg(added, "%s=%s", next, value);
        joins = separator == '+';
        next = value + length + (separator != 0);
    }
    free(text);
}

static X509_EXTENSIONS *make_extensions(const make_spec_t *spec)
{
    const struct {
        int nid;
        const char *value;
    } wanted[] = {{NID_subject_alt_name, spec->names},
                  {NID_key_usage, spec->key_usage},
                  {NID_basic_constraints, spec->constraints}};
    X509_EXTENSIONS *extensions = sk_X509_EXTENSION_new_null();
    ck_assert_ptr_nonnull(extensions);
    for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (wanted[i].value == NULL) {
            continue;
        }
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, wanted[i].nid, wanted[i].value);
        ck_assert_ptr_nonnull(extension);
        ck_assert_int_gt(sk_X509_EXTENSION_push(extensions, extension), 0);
    }
    return extensions;
}

/* A context set up to sign as the spec says. */
static EVP_MD_CTX *begin_sign(EVP_PKEY *key, const char *digest, int pss_salt)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner = NULL;
    ck_assert_int_eq(EVP_DigestSignInit_ex(context, &inner, digest, NULL, NULL, key, NULL), 1);
    if (pss_salt != 0) {
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, pss_salt), 1);
    }
    return context;
}

signet_bytes_t make_csr(signet_call_t *call, const make_spec_t *spec)
{
    uint8_t *der = NULL;
    X509_REQ *request = X509_REQ_new();
    X509_EXTENSIONS *extensions = make_extensions(spec);
    fill_name(X509_REQ_get_subject_name(request), spec);
    ck_assert_int_eq(X509_REQ_set_pubkey(request, spec->key), 1);
    if (sk_X509_EXTENSION_num(extensions) != 0) {
        ck_assert_int_eq(X509_REQ_add_extensions(request, extensions), 1);
    }
    if (spec->challenge != NULL) {
        ck_assert_int_eq(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword,
                                                   MBSTRING_UTF8, (const uint8_t *)spec->challenge,
                                                   -1),
                         1);
    }
    EVP_MD_CTX *context = begin_sign(spec->key, spec->digest, spec->pss_salt);
    ck_assert_int_gt(X509_REQ_sign_ctx(request, context), 0);
    int length = i2d_X509_REQ(request, &der);
    EVP_MD_CTX_free(context);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(request);
    return take(call, der, length);
}

signet_bytes_t make_certificate(signet_call_t *call, const make_spec_t *spec, int64_t not_before,
                                int days)
{
    uint8_t *der = NULL;
    X509 *certificate = X509_new();
    X509_EXTENSIONS *extensions = make_extensions(spec);
    fill_name(X509_get_subject_name(certificate), spec);
    fill_name(X509_get_issuer_name(certificate), spec);
    ck_assert_int_eq(X509_set_version(certificate, X509_VERSION_3), 1);
    ck_assert_int_eq(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate),
                                             UINT64_C(0x80aa55aa55aa5500) | (uint64_t)days % 200),
                     1);
    ck_assert_ptr_nonnull(ASN1_TIME_set(X509_getm_notBefore(certificate), not_before / 1000));
    ck_assert_ptr_nonnull(
        ASN1_TIME_adj(X509_getm_notAfter(certificate), not_before / 1000, days, 0));
    ck_assert_int_eq(X509_set_pubkey(certificate, spec->key), 1);
    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++) {
        ck_assert_int_eq(X509_add_ext(certificate, sk_X509_EXTENSION_value(extensions, i), -1), 1);
    }
    EVP_MD_CTX *context = begin_sign(spec->key, spec->digest, spec->pss_salt);
    ck_assert_int_gt(X509_sign_ctx(certificate, context), 0);
    int length = i2d_X509(certificate, &der);
    EVP_MD_CTX_free(context);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_free(certificate);
    return take(call, der, length);
}

signet_bytes_t make_signature(signet_call_t *call, EVP_PKEY *key, const char *digest, int pss_salt,
                              signet_bytes_t message)
{
    size_t length = 0;
    EVP_MD_CTX *context = begin_sign(key, digest, pss_salt);
    ck_assert_int_eq(EVP_DigestSign(context, NULL, &length, message.data, message.length), 1);
    uint8_t *signature = OPENSSL_malloc(length);
    ck_assert_int_eq(EVP_DigestSign(context, signature, &length, message.data, message.length), 1);
    EVP_MD_CTX_free(context);
    return take(call, signature, (int)length);
}

signet_bytes_t make_spki(signet_call_t *call, EVP_PKEY *key)
{
    uint8_t *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    return take(call, der, length);
}
