#include "verdict.h"

#include "authority/bounds.h"

#include <check.h>
#include <gnutls/x509.h>
#include <openssl/objects.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>

const char *verdict_openssl(const chain_t *chain, int policies)
{
    X509_STORE *trusted = X509_STORE_new();
    STACK_OF(X509) *between = sk_X509_new_null();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    const char *why = NULL;
    ck_assert(trusted != NULL && between != NULL && context != NULL);
    X509_STORE_add_cert(trusted, chain->x509[0]);
    for (int i = 1; i + 1 < chain->count; i++)
        sk_X509_push(between, chain->x509[i]);
    ck_assert_int_eq(X509_STORE_CTX_init(context, trusted, chain->x509[chain->count - 1], between),
                     1);
    if (policies) {
        X509_STORE_CTX_set_flags(context, X509_V_FLAG_POLICY_CHECK);
        X509_VERIFY_PARAM_add0_policy(X509_STORE_CTX_get0_param(context),
                                      OBJ_txt2obj("anyPolicy", 0));
    }
    if (X509_verify_cert(context) != 1)
        why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    X509_STORE_CTX_free(context);
    sk_X509_free(between);
    X509_STORE_free(trusted);
    return why;
}

static gnutls_x509_crt_t convert(X509 *x509)
{
    unsigned char *der = NULL;
    int length = i2d_X509(x509, &der);
    gnutls_x509_crt_t made;
    gnutls_datum_t datum = {der, (unsigned)length};
    ck_assert_int_gt(length, 0);
    ck_assert_int_eq(gnutls_x509_crt_init(&made), 0);
    ck_assert_int_eq(gnutls_x509_crt_import(made, &datum, GNUTLS_X509_FMT_DER), 0);
    OPENSSL_free(der);
    return made;
}

const char *verdict_gnutls(const chain_t *chain)
{
    static char why[64];
    gnutls_x509_trust_list_t trusted;
    gnutls_x509_crt_t root = convert(chain->x509[0]);
    gnutls_x509_crt_t list[CHAIN_MAX];
    unsigned count = 0;
    unsigned status = 0;
    ck_assert_int_eq(gnutls_x509_trust_list_init(&trusted, 0), 0);
    ck_assert_int_eq(gnutls_x509_trust_list_add_cas(trusted, &root, 1, 0), 1);
    for (int i = chain->count - 1; i > 0; i--)
        list[count++] = convert(chain->x509[i]);
    int result = gnutls_x509_trust_list_verify_crt(trusted, list, count, 0, &status, NULL);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_x509_trust_list_deinit(trusted, 1);
    if (result == 0 && status == 0)
        return NULL;
    snprintf(why, sizeof why, "result %d, status %#x", result, status);
    return why;
}

const char *verdict_signet(signet_call_t *call, const chain_t *chain, int own)
{
    ca_pool_t pool = {NULL};
    ca_bounds_t bounds[CHAIN_MAX];
    const ca_bounds_t *above = NULL;
    int32_t status = SIGNET_OK;
    for (int i = 0; status == SIGNET_OK && i < chain->count; i++) {
        unsigned char *der = NULL;
        const signet_x509_t *x509 = NULL;
        int length = i2d_X509(chain->x509[i], &der);
        ck_assert_int_gt(length, 0);
        status = signet_x509_parse(
            call, signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length}), &x509);
        OPENSSL_free(der);
        if (status == SIGNET_OK)
            status = ca_bounds_check(call, above, x509, own);
        if (status == SIGNET_OK && x509->is_ca)
            status = ca_bounds_take(&pool, call, above, x509, &bounds[i]);
        above = &bounds[i];
    }
    ca_pool_free(&pool);
    if (status == SIGNET_OK)
        return NULL;
    const signet_error_t *error = call->services->error(call);
    ck_assert_ptr_nonnull(error);
    return signet_text_string(call, error->message);
}
