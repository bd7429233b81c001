#include "certificate_trust.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <signet/sdk/error.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define DEPTH_MAX 8
/* OpenSSL's level for 112 bits of security: no SHA-1, no RSA below 2048 bits. */
#define SECURITY_LEVEL 2

struct certificate_trust {
    atomic_uint uses;
    uint64_t number;
    X509_STORE *store;
    STACK_OF(X509) * below;
    STACK_OF(X509) * issuers; /* none: any below the anchor */
    int lists;
    int64_t until; /* of the lists */
};

certificate_trust_t *certificate_trust_new(signet_call_t *call)
{
    static _Atomic uint64_t numbers;
    certificate_trust_t *trust = calloc(1, sizeof *trust);
    if (trust == NULL) {
        signet_fail_memory(call);
        return NULL;
    }
    atomic_init(&trust->uses, 1);
    trust->number = atomic_fetch_add(&numbers, 1) + 1;
    trust->until = INT64_MAX;
    trust->store = X509_STORE_new();
    trust->below = sk_X509_new_null();
    trust->issuers = sk_X509_new_null();
    if (trust->store == NULL || trust->below == NULL || trust->issuers == NULL) {
        certificate_trust_release(trust);
        signet_fail_memory(call);
        return NULL;
    }
    return trust;
}

certificate_trust_t *certificate_trust_hold(certificate_trust_t *trust)
{
    atomic_fetch_add(&trust->uses, 1);
    return trust;
}

void certificate_trust_release(certificate_trust_t *trust)
{
    if (trust == NULL || atomic_fetch_sub(&trust->uses, 1) != 1)
        return;
    X509_STORE_free(trust->store);
    sk_X509_pop_free(trust->below, X509_free);
    sk_X509_pop_free(trust->issuers, X509_free);
    free(trust);
}

uint64_t certificate_trust_number(const certificate_trust_t *trust)
{
    return trust->number;
}

int32_t certificate_trust_anchor(signet_call_t *call, certificate_trust_t *trust, X509 *anchor)
{
    return X509_STORE_add_cert(trust->store, anchor) == 1 ? SIGNET_OK : signet_fail_memory(call);
}

int32_t certificate_trust_below(signet_call_t *call, certificate_trust_t *trust, X509 *authority)
{
    if (X509_up_ref(authority) != 1)
        return signet_fail_memory(call);
    if (sk_X509_push(trust->below, authority) > 0)
        return SIGNET_OK;
    X509_free(authority);
    return signet_fail_memory(call);
}

int32_t certificate_trust_list(signet_call_t *call, certificate_trust_t *trust, X509_CRL *list)
{
    int64_t ends = certificate_time(X509_CRL_get0_nextUpdate(list));
    trust->lists = 1;
    if (ends < trust->until)
        trust->until = ends;
    return X509_STORE_add_crl(trust->store, list) == 1 ? SIGNET_OK : signet_fail_memory(call);
}

int32_t certificate_trust_issuer(signet_call_t *call, certificate_trust_t *trust, X509 *issuer)
{
    if (X509_up_ref(issuer) != 1)
        return signet_fail_memory(call);
    if (sk_X509_push(trust->issuers, issuer) > 0)
        return SIGNET_OK;
    X509_free(issuer);
    return signet_fail_memory(call);
}

/* Whether this one may have signed what is accepted. */
static int may_issue(const certificate_trust_t *trust, const X509 *issuer)
{
    int count = sk_X509_num(trust->issuers);
    for (int i = 0; i < count; i++) {
        if (X509_cmp(issuer, sk_X509_value(trust->issuers, i)) == 0)
            return 1;
    }
    return count == 0;
}

X509 *certificate_decode(signet_bytes_t der)
{
    const unsigned char *next = der.data;
    X509 *certificate = der.length <= INT32_MAX ? d2i_X509(NULL, &next, (long)der.length) : NULL;
    if (certificate != NULL && next != der.data + der.length) {
        X509_free(certificate);
        certificate = NULL;
    }
    return certificate;
}

int64_t certificate_time(const ASN1_TIME *time)
{
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
        return INT64_MIN;
    return (int64_t)timegm(&parts) * 1000;
}

/* An anchor is trusted because configuration says so; the list that could revoke it is its own
 * issuer's, which nobody need have, nor the certificate that verifies it. */
static int judge(int ok, X509_STORE_CTX *context)
{
    int anchor = sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;
    int error = X509_STORE_CTX_get_error(context);
    if (!ok && anchor > 0 && X509_STORE_CTX_get_error_depth(context) == anchor &&
        (error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER ||
         error == X509_V_ERR_CRL_SIGNATURE_FAILURE))
        return 1;
    return ok;
}

/* Authorities below the anchor: those of configuration, then those that the client sent. */
static STACK_OF(X509) * collect(const certificate_trust_t *trust, const certificate_path_t *path)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    int failed = all == NULL;
    for (int i = 0; !failed && i < sk_X509_num(trust->below); i++) {
        X509 *authority = sk_X509_value(trust->below, i);
        failed = X509_up_ref(authority) != 1;
        if (!failed && sk_X509_push(all, authority) <= 0) {
            X509_free(authority);
            failed = 1;
        }
    }
    for (uint64_t i = 0; !failed && i < path->chain_count; i++) {
        X509 *sent = certificate_decode(path->chain[i]);
        if (sent == NULL || sk_X509_push(all, sent) <= 0) {
            X509_free(sent);
            failed = 1;
        }
    }
    if (failed) {
        sk_X509_pop_free(all, X509_free);
        all = NULL;
    }
    return all;
}

static int names_client_auth(X509 *certificate)
{
    return (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(certificate) & XKU_SSL_CLIENT) != 0;
}

/* What OpenSSL leaves open: the shape of the path, and how long it holds. */
static int examine(const certificate_trust_t *trust, STACK_OF(X509) * built,
                   certificate_path_t *path)
{
    path->until = trust->until;
    if (sk_X509_num(built) < 2) {
        path->why = "it is an authority's own";
        return 0;
    }
    if (!may_issue(trust, sk_X509_value(built, 1))) {
        path->why = "another authority issued it";
        return 0;
    }
    if (path->client_auth && !names_client_auth(sk_X509_value(built, 0))) {
        path->why = "clientAuth is not among its extended key usages";
        return 0;
    }
    for (int i = 0; i < sk_X509_num(built); i++) {
        int64_t ends = certificate_time(X509_get0_notAfter(sk_X509_value(built, i)));
        if (ends < path->until)
            path->until = ends;
    }
    return 1;
}

/* Whether a path ended without coming to an anchor. */
static int leads_elsewhere(int error)
{
    return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
           error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

static int validate(X509_STORE_CTX *context, const certificate_trust_t *trust,
                    certificate_path_t *path)
{
    X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
    if (trust->lists)
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    if (X509_VERIFY_PARAM_set_flags(rules, flags) != 1 ||
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT) != 1)
        return 0;
    X509_VERIFY_PARAM_set_depth(rules, DEPTH_MAX);
    X509_VERIFY_PARAM_set_auth_level(rules, SECURITY_LEVEL);
    X509_STORE_CTX_set_verify_cb(context, judge);
    if (X509_verify_cert(context) != 1) {
        int error = X509_STORE_CTX_get_error(context);
        path->why = X509_verify_cert_error_string(error);
        path->foreign = leads_elsewhere(error);
        return 0;
    }
    return examine(trust, X509_STORE_CTX_get0_chain(context), path);
}

int certificate_trust_validate(const certificate_trust_t *trust, certificate_path_t *path)
{
    X509 *certificate = certificate_decode(path->certificate);
    STACK_OF(X509) *others = collect(trust, path);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int valid = 0;
    path->why = "it or its chain cannot be read";
    if (certificate != NULL && others != NULL && context != NULL &&
        X509_STORE_CTX_init(context, trust->store, certificate, others) == 1)
        valid = validate(context, trust, path);
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(others, X509_free);
    X509_free(certificate);
    ERR_clear_error();
    return valid;
}
