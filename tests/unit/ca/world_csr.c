/* Requests and verification, by OpenSSL. */
#include "world.h"

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

EVP_PKEY *world_key(void)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    ck_assert_ptr_nonnull(key);
    return key;
}

X509_EXTENSION *world_extension(int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    ck_assert_msg(extension != NULL, "OpenSSL refuses %s", value);
    return extension;
}

X509_EXTENSION *world_extension_der(const char *oid, int critical, const void *der, size_t length)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ck_assert(object != NULL && value != NULL);
    ck_assert_int_eq(ASN1_OCTET_STRING_set(value, der, (int)length), 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, object, critical, value);
    ck_assert_ptr_nonnull(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(object);
    return extension;
}

/* "/CN=x/O=y"; a "\0" in a value cannot be written, tests patch the DER for that. */
static void set_subject(X509_REQ *request, const char *subject)
{
    X509_NAME *name = X509_REQ_get_subject_name(request);
    char *copy = strdup(subject);
    ck_assert_ptr_nonnull(copy);
    char *rest = copy;
    for (char *part = strsep(&rest, "/"); part != NULL; part = strsep(&rest, "/")) {
        char *value = strchr(part, '=');
        if (value == NULL)
            continue;
        *value++ = '\0';
        ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
                                                    (const unsigned char *)value, -1, -1, 0),
                         1);
    }
    free(copy);
}

signet_bytes_t world_csr_with(EVP_PKEY *key, const char *subject, STACK_OF(X509_EXTENSION) * list)
{
    EVP_PKEY *made = key == NULL ? world_key() : NULL;
    EVP_PKEY *used = key == NULL ? made : key;
    X509_REQ *request = X509_REQ_new();
    ck_assert_ptr_nonnull(request);
    set_subject(request, subject);
    ck_assert_int_eq(X509_REQ_set_pubkey(request, used), 1);
    if (list != NULL)
        ck_assert_int_eq(X509_REQ_add_extensions(request, list), 1);
    int digests =
        EVP_PKEY_is_a(used, "EC") || EVP_PKEY_is_a(used, "RSA") || EVP_PKEY_is_a(used, "RSA-PSS");
    ck_assert_int_gt(X509_REQ_sign(request, used, digests ? EVP_sha256() : NULL), 0);
    unsigned char *der = NULL;
    int length = i2d_X509_REQ(request, &der);
    ck_assert_int_gt(length, 0);
    signet_bytes_t copy = signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length});
    OPENSSL_free(der);
    X509_REQ_free(request);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    EVP_PKEY_free(made);
    return copy;
}

signet_bytes_t world_csr(EVP_PKEY *key, const char *subject, const char *san)
{
    STACK_OF(X509_EXTENSION) *list = NULL;
    if (san != NULL) {
        list = sk_X509_EXTENSION_new_null();
        sk_X509_EXTENSION_push(list, world_extension(NID_subject_alt_name, san));
    }
    return world_csr_with(key, subject, list);
}

static X509 *parse(signet_bytes_t der)
{
    const unsigned char *next = der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)der.length);
    ck_assert_ptr_nonnull(x509);
    ck_assert_ptr_eq(next, der.data + der.length);
    return x509;
}

int world_verifies(signet_bytes_t der, const char *authority)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    expect_ok(ca->chain(instance, call, signet_text(authority), &chain, &count));
    X509_STORE *trusted = X509_STORE_new();
    STACK_OF(X509) *between = sk_X509_new_null();
    ck_assert(trusted != NULL && between != NULL);
    for (uint64_t i = 0; i < count; i++) {
        X509 *x509 = parse(chain[i]);
        if (i + 1 == count) {
            X509_STORE_add_cert(trusted, x509);
            X509_free(x509);
        } else {
            sk_X509_push(between, x509);
        }
    }
    X509 *leaf = parse(der);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    ck_assert_int_eq(X509_STORE_CTX_init(context, trusted, leaf, between), 1);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
    int right = X509_verify_cert(context) == 1;
    if (!right)
        fprintf(stderr, "%s\n", X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
    X509_STORE_CTX_free(context);
    X509_free(leaf);
    sk_X509_pop_free(between, X509_free);
    X509_STORE_free(trusted);
    return right;
}
