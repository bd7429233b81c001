#include "edge/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/call.h"
#include "edge/tls_bio.h"

#define KEY_FILE_LIMIT 65536
#define SESSIONS 8192     /* that a listener keeps for clients that come back */
#define SESSION_TIME 3600 /* seconds that each is kept */

struct edge_tls {
    SSL_CTX *context;
    BIO_METHOD *method;
};

struct edge_tls_session {
    SSL *ssl;
    edge_tls_channel_t channel;
};

/* What OpenSSL says of the last failure. */
static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());

    return text != NULL ? text : "not a PEM file";
}

/* The server's choice: HTTP/2 where the client speaks it. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *in, unsigned int in_length, void *argument)
{
    static const unsigned char offered[] = "\x02h2\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)argument;
    if (SSL_select_next_proto(&chosen, out_length, offered, sizeof(offered) - 1, in, in_length) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* An encrypted key is refused: nobody is there to type the passphrase. */
static int no_passphrase(char *buffer, int size, int writing, void *argument)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)argument;
    return -1;
}

static int32_t fail_key(signet_call_t *call, signet_text_t listener, const char *path,
                        const char *what)
{
    return core_fail(call, SIGNET_INVALID, "http.key-invalid",
                     "Listener \"%.*s\": the key file %s %s.", (int)listener.length, listener.data,
                     path, what);
}

/* Reads the key file, which must be closed to everybody but its owner, into `data`. */
static int32_t read_key(signet_call_t *call, signet_text_t listener, const char *path,
                        unsigned char *data, size_t *length)
{
    struct stat info;
    ssize_t count;
    char what[160];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    *length = 0;
    if (file < 0) {
        (void)snprintf(what, sizeof(what), "cannot be opened (%s): set `key` to a readable file",
                       strerror(errno));
        return fail_key(call, listener, path, what);
    }
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        (void)close(file);
        return fail_key(call, listener, path, "is not a regular file: set `key` to a PEM file");
    }
    if ((info.st_mode & 077U) != 0) {
        (void)close(file);
        (void)snprintf(what, sizeof(what), "has mode %04o, open to others: chmod 600 %s",
                       (unsigned int)(info.st_mode & 07777U), path);
        return fail_key(call, listener, path, what);
    }
    while (*length < KEY_FILE_LIMIT) {
        count = read(file, data + *length, KEY_FILE_LIMIT - *length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        *length += (size_t)count;
    }
    (void)close(file);
    return SIGNET_OK;
}

static int32_t load_key(signet_call_t *call, signet_text_t listener, SSL_CTX *context,
                        const char *certificate, const char *path)
{
    unsigned char data[KEY_FILE_LIMIT];
    size_t length;
    EVP_PKEY *key = NULL;
    BIO *memory;
    int32_t status = read_key(call, listener, path, data, &length);

    if (status != SIGNET_OK) {
        return status;
    }
    ERR_clear_error();
    memory = BIO_new_mem_buf(data, (int)length);
    if (memory != NULL) {
        key = PEM_read_bio_PrivateKey(memory, NULL, no_passphrase, NULL);
        BIO_free(memory);
    }
    OPENSSL_cleanse(data, length);
    if (key == NULL) {
        return fail_key(call, listener, path,
                        "holds no unencrypted private key in PEM: write it with openssl pkey");
    }
    if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1) {
        EVP_PKEY_free(key);
        return core_fail(call, SIGNET_INVALID, "http.key-mismatch",
                         "Listener \"%.*s\": the key in %s does not belong to the certificate in "
                         "%s: set `certificate` and `key` to a pair.",
                         (int)listener.length, listener.data, path, certificate);
    }
    EVP_PKEY_free(key);
    return SIGNET_OK;
}

static int32_t load_chain(signet_call_t *call, signet_text_t listener, SSL_CTX *context,
                          const char *path)
{
    if (access(path, R_OK) != 0) {
        return core_fail(call, SIGNET_NOT_FOUND, "http.certificate-missing",
                         "Listener \"%.*s\": the certificate file %s cannot be opened (%s): set "
                         "`certificate` to a readable file.",
                         (int)listener.length, listener.data, path, strerror(errno));
    }
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, path) != 1) {
        return core_fail(call, SIGNET_INVALID, "http.certificate-invalid",
                         "Listener \"%.*s\": the certificate file %s cannot be read (%s): it must "
                         "hold the certificate and its chain in PEM.",
                         (int)listener.length, listener.data, path, reason());
    }
    return SIGNET_OK;
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

static int set_up(SSL_CTX *context, int minimum)
{
    (void)SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                           SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_PRIORITIZE_CHACHA);
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    SSL_CTX_set_read_ahead(context, 1);
    return SSL_CTX_set_min_proto_version(context, minimum) == 1 && keep_sessions(context) &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

int32_t edge_tls_new(signet_call_t *call, const edge_tls_options_t *options, edge_tls_t **tls)
{
    signet_text_t listener = options->listener;
    signet_text_t certificate_path =
        core_format(call, "%.*s", (int)options->certificate.length, options->certificate.data);
    signet_text_t key_path = core_format(call, "%.*s", (int)options->key.length, options->key.data);
    int only_newest = options->minimum.length == 3 && memcmp(options->minimum.data, "1.3", 3) == 0;
    edge_tls_t *made = calloc(1, sizeof(*made));
    int32_t status;

    if (made != NULL) {
        made->context = SSL_CTX_new(TLS_server_method());
        made->method = edge_tls_bio_method();
    }
    if (made == NULL || made->context == NULL || made->method == NULL ||
        certificate_path.data == NULL || key_path.data == NULL ||
        !set_up(made->context, only_newest ? TLS1_3_VERSION : TLS1_2_VERSION)) {
        edge_tls_free(made);
        return core_fail(call, SIGNET_NO_MEMORY, "http.tls-failed",
                         "Listener \"%.*s\": TLS cannot be set up.", (int)listener.length,
                         listener.data);
    }
    status = load_chain(call, listener, made->context, certificate_path.data);
    if (status == SIGNET_OK) {
        status = load_key(call, listener, made->context, certificate_path.data, key_path.data);
    }
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

void edge_tls_free(edge_tls_t *tls)
{
    if (tls != NULL) {
        SSL_CTX_free(tls->context);
        BIO_meth_free(tls->method);
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
