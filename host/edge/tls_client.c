#include "edge/tls_client.h"

#include <openssl/err.h>
#include <string.h>

#include "core/call.h"

#define CHAIN_SIZE 32768  /* octets that a client may send as its certificates */
#define RSA_BITS_MAX 8192 /* of its key */

edge_client_certificates_t edge_client_certificates(signet_text_t setting)
{
    if (setting.length == 8 && memcmp(setting.data, "optional", 8) == 0) {
        return EDGE_CLIENT_CERTIFICATES_OPTIONAL;
    }
    if (setting.length == 8 && memcmp(setting.data, "required", 8) == 0) {
        return EDGE_CLIENT_CERTIFICATES_REQUIRED;
    }
    return EDGE_CLIENT_CERTIFICATES_NONE;
}

/* Whether the signature of the handshake would hold up the loop that verifies it. */
static int is_costly(const EVP_PKEY *key)
{
    if (key == NULL || EVP_PKEY_is_a(key, "DSA")) {
        return 1;
    }
    return (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) &&
           EVP_PKEY_get_bits(key) > RSA_BITS_MAX;
}

/* Takes the place of OpenSSL's judgement of the chain: only its length and key are judged here. */
static int take_any(X509_STORE_CTX *store, void *argument)
{
    const STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);

    (void)argument;
    if (sk_X509_num(sent) > EDGE_IDENTITY_CHAIN) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_CHAIN_TOO_LONG);
        return 0;
    }
    if (is_costly(X509_get0_pubkey(X509_STORE_CTX_get0_cert(store)))) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
        return 0;
    }
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

static int32_t name_authorities(signet_call_t *call, signet_text_t listener, SSL_CTX *context,
                                signet_text_t authorities)
{
    signet_text_t path = core_format(call, "%.*s", (int)authorities.length, authorities.data);
    STACK_OF(X509_NAME) * names;

    if (path.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    ERR_clear_error();
    names = SSL_load_client_CA_file(path.data);
    if (names == NULL) {
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());

        return core_fail(call, SIGNET_INVALID, "http.client-authorities-invalid",
                         "Listener \"%.*s\": the file %s cannot be read (%s): set "
                         "`client_authorities` to a PEM file with certificates of authorities.",
                         (int)listener.length, listener.data, path.data,
                         reason != NULL ? reason : "no certificate in PEM");
    }
    SSL_CTX_set_client_CA_list(context, names);
    return SIGNET_OK;
}

int32_t edge_tls_client_ask(signet_call_t *call, signet_text_t listener, SSL_CTX *context,
                            edge_client_certificates_t mode, signet_text_t authorities)
{
    int verify = SSL_VERIFY_PEER;

    if (mode == EDGE_CLIENT_CERTIFICATES_NONE) {
        return SIGNET_OK;
    }
    if (mode == EDGE_CLIENT_CERTIFICATES_REQUIRED) {
        verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    /* In TLS 1.2 the curves of certificates must be among the groups of the key exchange. */
    if (SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521") != 1) {
        return core_fail(call, SIGNET_NO_MEMORY, "http.tls-failed",
                         "Listener \"%.*s\": TLS cannot be set up.", (int)listener.length,
                         listener.data);
    }
    SSL_CTX_set_verify(context, verify, NULL);
    SSL_CTX_set_cert_verify_callback(context, take_any, NULL);
    (void)SSL_CTX_set_max_cert_list(context, CHAIN_SIZE);
    return authorities.length == 0 ? SIGNET_OK
                                   : name_authorities(call, listener, context, authorities);
}

int edge_tls_client_identity(const SSL *ssl, edge_identity_t **identity)
{
    const X509 *certificate = SSL_get0_peer_certificate(ssl);

    *identity = NULL;
    if (certificate == NULL) {
        return 1;
    }
    *identity = edge_identity_new(certificate, SSL_get_peer_cert_chain(ssl));
    return *identity != NULL;
}
