#include "edge/tls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "edge/tls_bio.h"

#define SESSIONS 8192     /* that a listener keeps for clients that come back */
#define SESSION_TIME 3600 /* seconds that each is kept */

struct edge_tls {
    SSL_CTX *context;
    BIO_METHOD *method;
    signet_text_t listener;
    int only_http1;
    edge_tls_files_t files;
    pthread_mutex_t lock;
    edge_certificates_t *certificates; /* under the lock: those to show from here on */
};

struct edge_tls_session {
    SSL *ssl;
    edge_tls_channel_t channel;
};

/* The server's choice: HTTP/2 where the client speaks it. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *in, unsigned int in_length, void *argument)
{
    static const unsigned char offered[] = "\x02h2\x08http/1.1";
    const edge_tls_t *tls = argument;
    unsigned int skipped = tls->only_http1 ? 3 : 0;
    unsigned char *chosen;

    (void)ssl;
    if (SSL_select_next_proto(&chosen, out_length, offered + skipped,
                              (unsigned int)sizeof(offered) - 1 - skipped, in,
                              in_length) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* A full handshake begins: what it shows was loaded last. */
static int choose_certificates(SSL *ssl, void *argument)
{
    edge_tls_t *tls = argument;
    int used;

    (void)pthread_mutex_lock(&tls->lock);
    used = edge_certificates_use(tls->certificates, ssl);
    (void)pthread_mutex_unlock(&tls->lock);
    return used;
}

/* Sessions can be resumed from memory alone: a ticket that held them would cost a decryption and
 * the decoding of the client's certificate, and would leave out the rest of its chain. */
static int keep_sessions(SSL_CTX *context)
{
    static const unsigned char name[] = "signet";

    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
    (void)SSL_CTX_sess_set_cache_size(context, SESSIONS);
    (void)SSL_CTX_set_timeout(context, SESSION_TIME);
    return SSL_CTX_set_num_tickets(context, 1) == 1 &&
           SSL_CTX_set_session_id_context(context, name, sizeof(name) - 1) == 1;
}

static int set_up(edge_tls_t *tls, int minimum)
{
    SSL_CTX *context = tls->context;

    (void)SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                           SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_PRIORITIZE_CHACHA);
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, tls);
    SSL_CTX_set_cert_cb(context, choose_certificates, tls);
    SSL_CTX_set_read_ahead(context, 1);
    return SSL_CTX_set_min_proto_version(context, minimum) == 1 && keep_sessions(context) &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

int32_t edge_tls_new(signet_call_t *call, const edge_tls_options_t *options, edge_tls_t **tls)
{
    signet_text_t listener = options->listener;
    int only_newest = options->minimum.length == 3 && memcmp(options->minimum.data, "1.3", 3) == 0;
    edge_tls_t *made = calloc(1, sizeof(*made));
    int32_t status;

    if (made == NULL) {
        edge_tls_files_t files = options->files;

        edge_tls_files_free(&files);
    } else {
        made->listener = listener;
        made->only_http1 = options->only_http1;
        made->files = options->files;
        (void)pthread_mutex_init(&made->lock, NULL);
        made->context = SSL_CTX_new(TLS_server_method());
        made->method = edge_tls_bio_method();
    }
    if (made == NULL || made->context == NULL || made->method == NULL ||
        !set_up(made, only_newest ? TLS1_3_VERSION : TLS1_2_VERSION)) {
        edge_tls_free(made);
        return core_fail(call, SIGNET_NO_MEMORY, "http.tls-failed",
                         "Listener \"%.*s\": TLS cannot be set up.", (int)listener.length,
                         listener.data);
    }
    (void)edge_tls_files_look(&made->files);
    status = edge_certificates_load(call, listener, made->files.files, made->files.count,
                                    &made->certificates);
    if (status == SIGNET_OK) {
        status = edge_tls_client_ask(call, listener, made->context, options->client_certificates,
                                     options->client_authorities);
    }
    if (status != SIGNET_OK) {
        edge_tls_free(made);
        return status;
    }
    *tls = made;
    return SIGNET_OK;
}

int32_t edge_tls_renew(signet_call_t *call, edge_tls_t *tls, int *renewed)
{
    edge_certificates_t *fresh = NULL;
    edge_certificates_t *old;
    int32_t status;

    *renewed = 0;
    if (!edge_tls_files_look(&tls->files)) {
        return SIGNET_OK;
    }
    status =
        edge_certificates_load(call, tls->listener, tls->files.files, tls->files.count, &fresh);
    if (status != SIGNET_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&tls->lock);
    old = tls->certificates;
    tls->certificates = fresh;
    (void)pthread_mutex_unlock(&tls->lock);
    edge_certificates_free(old);
    *renewed = 1;
    return SIGNET_OK;
}

void edge_tls_free(edge_tls_t *tls)
{
    if (tls != NULL) {
        SSL_CTX_free(tls->context);
        BIO_meth_free(tls->method);
        edge_certificates_free(tls->certificates);
        edge_tls_files_free(&tls->files);
        (void)pthread_mutex_destroy(&tls->lock);
        free(tls);
    }
}

edge_tls_session_t *edge_tls_session_new(const edge_tls_t *tls, edge_buffer_t *output)
{
    edge_tls_session_t *session = calloc(1, sizeof(*session));
    BIO *bio;

    if (session == NULL) {
        return NULL;
    }
    session->channel.output = output;
    session->ssl = SSL_new(tls->context);
    bio = BIO_new(tls->method);
    if (session->ssl == NULL || bio == NULL) {
        SSL_free(session->ssl);
        BIO_free(bio);
        free(session);
        return NULL;
    }
    BIO_set_data(bio, &session->channel);
    SSL_set_bio(session->ssl, bio, bio);
    SSL_set_accept_state(session->ssl);
    return session;
}

void edge_tls_session_free(edge_tls_session_t *session)
{
    if (session != NULL) {
        /* Otherwise OpenSSL forgets the session of whoever leaves without a goodbye. */
        SSL_set_shutdown(session->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(session->ssl);
        free(session);
    }
}

void edge_tls_lend(edge_tls_session_t *session, const void *data, size_t length)
{
    session->channel.input = data;
    session->channel.input_length = length;
}

int edge_tls_read(edge_tls_session_t *session, void *data, size_t size, size_t *length)
{
    int count;

    ERR_clear_error();
    count = SSL_read(session->ssl, data, size > INT_MAX ? INT_MAX : (int)size);
    *length = count > 0 ? (size_t)count : 0;
    if (count > 0) {
        return EDGE_TLS_DATA;
    }
    switch (SSL_get_error(session->ssl, count)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return EDGE_TLS_MORE;
    case SSL_ERROR_ZERO_RETURN:
        return EDGE_TLS_CLOSED;
    default:
        ERR_clear_error();
        return EDGE_TLS_FAILED;
    }
}

int edge_tls_is_established(const edge_tls_session_t *session)
{
    return SSL_is_init_finished(session->ssl);
}

int edge_tls_speaks_http2(const edge_tls_session_t *session)
{
    const unsigned char *chosen = NULL;
    unsigned int length = 0;

    SSL_get0_alpn_selected(session->ssl, &chosen, &length);
    return length == 2 && memcmp(chosen, "h2", 2) == 0;
}

int edge_tls_identity(const edge_tls_session_t *session, edge_identity_t **identity)
{
    return edge_tls_client_identity(session->ssl, identity);
}

int edge_tls_write(edge_tls_session_t *session, const void *data, size_t length)
{
    const char *next = data;

    ERR_clear_error();
    while (length > 0) {
        int count = SSL_write(session->ssl, next, length > INT_MAX ? INT_MAX : (int)length);

        if (count <= 0) {
            ERR_clear_error();
            return 0;
        }
        next += count;
        length -= (size_t)count;
    }
    return 1;
}

void edge_tls_close(edge_tls_session_t *session)
{
    if (SSL_is_init_finished(session->ssl)) {
        ERR_clear_error();
        (void)SSL_shutdown(session->ssl);
        ERR_clear_error();
    }
}
