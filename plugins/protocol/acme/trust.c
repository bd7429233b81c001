/* OpenSSL walks the chain. What a root of these signs is trusted for one thing alone, so that
 * neither purposes nor revocation are looked at; a root may be any certificate that the operator
 * lists. */
#include "trust.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#define FILE_MAX (UINT64_C(1) << 20)
#define DEPTH_MAX 8

struct acme_trust {
    X509_STORE *store;
};

/* How many certificates were added; -1 without memory. */
static int add_all(X509_STORE *store, signet_bytes_t text)
{
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.length);
    X509 *certificate = NULL;
    int count = bio != NULL ? 0 : -1;
    while (count >= 0 && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        count = X509_STORE_add_cert(store, certificate) == 1 ? count + 1 : -1;
        X509_free(certificate);
    }
    BIO_free(bio);
    ERR_clear_error();
    return count;
}

int32_t acme_trust_open(signet_call_t *call, const signet_setting_t *path, acme_trust_t **roots)
{
    signet_bytes_t text;
    int32_t status = signet_file_read(call, path->text, FILE_MAX, &text);
    if (status != SIGNET_OK) {
        return status;
    }
    acme_trust_t *made = calloc(1, sizeof *made);
    X509_STORE *store = X509_STORE_new();
    if (made == NULL || store == NULL ||
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) != 1) {
        free(made);
        X509_STORE_free(store);
        return signet_fail_memory(call);
    }
    if (add_all(store, text) <= 0) {
        free(made);
        X509_STORE_free(store);
        return signet_setting_fail(call, path, "acme.roots",
                                   "The file holds no certificate in PEM.");
    }
    made->store = store;
    *roots = made;
    return SIGNET_OK;
}

void acme_trust_free(acme_trust_t *roots)
{
    if (roots != NULL) {
        X509_STORE_free(roots->store);
        free(roots);
    }
}

static X509 *decode(signet_bytes_t der)
{
    const uint8_t *next = der.data;
    X509 *certificate = der.length <= LONG_MAX ? d2i_X509(NULL, &next, (long)der.length) : NULL;
    if (certificate != NULL && next != der.data + der.length) {
        X509_free(certificate);
        certificate = NULL;
    }
    return certificate;
}

/* The intermediate certificates, or NULL where one is malformed. */
static STACK_OF(X509) * decode_others(const signet_bytes_t *certificates, uint64_t count)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    for (uint64_t i = 1; others != NULL && i < count; i++) {
        X509 *certificate = decode(certificates[i]);
        if (certificate == NULL || sk_X509_push(others, certificate) == 0) {
            X509_free(certificate);
            sk_X509_pop_free(others, X509_free);
            others = NULL;
        }
    }
    return others;
}

static const char *walk(signet_call_t *call, X509_STORE *store, X509 *leaf, STACK_OF(X509) * others)
{
    const char *why = "no memory is left";
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context != NULL && X509_STORE_CTX_init(context, store, leaf, others) == 1) {
        X509_STORE_CTX_set_depth(context, DEPTH_MAX);
        if (X509_verify_cert(context) == 1) {
            why = NULL;
        } else {
            signet_text_t text =
                signet_format(call, "its certificates lead to no root that is trusted: %s",
                              X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
            why = text.data != NULL ? text.data : why;
        }
    }
    X509_STORE_CTX_free(context);
    return why;
}

const char *acme_trust_refusal(signet_call_t *call, const acme_trust_t *roots,
                               const signet_bytes_t *certificates, uint64_t count)
{
    if (count == 0) {
        return "it has no certificates";
    }
    const char *why = "one of its certificates is malformed";
    X509 *leaf = decode(certificates[0]);
    STACK_OF(X509) *others = leaf != NULL ? decode_others(certificates, count) : NULL;
    if (others != NULL) {
        why = X509_check_ca(leaf) == 0 ? walk(call, roots->store, leaf, others)
                                       : "it is signed by an authority instead of a device";
    }
    sk_X509_pop_free(others, X509_free);
    X509_free(leaf);
    ERR_clear_error();
    return why;
}
