#include "make.h"

#include <check.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

static void add_extension(X509 *certificate, X509 *issuer, int type, const char *value)
{
    X509V3_CTX context;
    if (value == NULL)
        return;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, type, value);
    ck_assert_msg(extension != NULL, "%s", value);
    ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* "/CN=x/O=y" */
static void set_subject(X509 *certificate, const char *subject)
{
    char text[256];
    char *rest = NULL;
    snprintf(text, sizeof text, "%s", subject);
    for (char *part = strtok_r(text, "/", &rest); part != NULL; part = strtok_r(NULL, "/", &rest)) {
        char *value = strchr(part, '=');
        ck_assert_ptr_nonnull(value);
        *value++ = '\0';
        ck_assert_int_eq(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), part,
                                                    MBSTRING_UTF8, (const unsigned char *)value, -1,
                                                    -1, 0),
                         1);
    }
}

made_t make(const recipe_t *recipe, const made_t *issuer)
{
    made_t made = {X509_new(), recipe->key};
    if (made.key != NULL)
        EVP_PKEY_up_ref(made.key);
    else
        made.key = EVP_EC_gen("P-256");
    ck_assert_ptr_nonnull(made.key);
    X509 *above = issuer != NULL ? issuer->certificate : made.certificate;
    ck_assert_int_eq(X509_set_version(made.certificate, X509_VERSION_3), 1);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate),
                     recipe->serial != 0 ? recipe->serial : 1);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), recipe->from);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), recipe->to != 0 ? recipe->to : 3600);
    set_subject(made.certificate, recipe->subject);
    X509_set_issuer_name(made.certificate, X509_get_subject_name(above));
    X509_set_pubkey(made.certificate, made.key);
    add_extension(made.certificate, above, NID_basic_constraints, recipe->basic);
    add_extension(made.certificate, above, NID_subject_key_identifier, "hash");
    add_extension(made.certificate, above, NID_subject_alt_name, recipe->names);
    add_extension(made.certificate, above, NID_ext_key_usage, recipe->usages);
    add_extension(made.certificate, above, NID_info_access, recipe->access);
    add_extension(made.certificate, above, NID_crl_distribution_points, recipe->lists);
    ck_assert_int_gt(X509_sign(made.certificate, issuer != NULL ? issuer->key : made.key,
                               recipe->digest != NULL ? recipe->digest : EVP_sha256()),
                     0);
    return made;
}

made_t make_authority(const char *subject, const made_t *issuer)
{
    recipe_t recipe = {.subject = subject, .basic = "critical,CA:TRUE", .from = -60, .serial = 77};
    return make(&recipe, issuer);
}

void make_free(made_t *made)
{
    X509_free(made->certificate);
    EVP_PKEY_free(made->key);
    *made = (made_t){NULL, NULL};
}

signet_bytes_t make_der(const X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    ck_assert_int_gt(length, 0);
    return (signet_bytes_t){der, (uint64_t)length};
}

void make_write(const char *path, const made_t *const *list, size_t count)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(PEM_write_X509(file, list[i]->certificate), 1);
    ck_assert_int_eq(fclose(file), 0);
}

void make_list(const char *path, const made_t *issuer, const long *serials, size_t count, long ends,
               int der)
{
    char beside[512];
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *time = X509_gmtime_adj(NULL, -60);
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer->certificate));
    X509_CRL_set1_lastUpdate(list, time);
    for (size_t i = 0; i < count; i++) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        ASN1_INTEGER_set(serial, serials[i]);
        X509_REVOKED_set_serialNumber(entry, serial);
        X509_REVOKED_set_revocationDate(entry, time);
        ck_assert_int_eq(X509_CRL_add0_revoked(list, entry), 1);
        ASN1_INTEGER_free(serial);
    }
    if (ends != 0) {
        X509_gmtime_adj(time, ends);
        X509_CRL_set1_nextUpdate(list, time);
    }
    ASN1_TIME_free(time);
    ck_assert_int_gt(X509_CRL_sign(list, issuer->key, EVP_sha256()), 0);
    snprintf(beside, sizeof beside, "%s.new", path);
    FILE *file = fopen(beside, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(der ? i2d_X509_CRL_fp(file, list) : PEM_write_X509_CRL(file, list), 1);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(rename(beside, path), 0);
    X509_CRL_free(list);
}
