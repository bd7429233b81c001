#include "client_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static ssize_t receive(SSL *tls, int connection, char *data, size_t size)
{
    return tls ? SSL_read(tls, data, (int)size) : read(connection, data, size);
}

/* Reads until head and body are whole, or the client hangs up. */
static int read_request(client_server_t *server, SSL *tls, int connection)
{
    size_t length = 0;
    memset(server->request, 0, sizeof server->request);
    while (length < sizeof server->request - 1) {
        ssize_t got =
            receive(tls, connection, server->request + length, sizeof server->request - 1 - length);
        if (got <= 0) {
            return 0;
        }
        length += (size_t)got;
        const char *end = strstr(server->request, "\r\n\r\n");
        const char *header = strstr(server->request, "Content-Length: ");
        size_t body = header ? strtoul(header + strlen("Content-Length: "), NULL, 10) : 0;
        if (end && length >= (size_t)(end - server->request) + 4 + body) {
            return 1;
        }
    }
    return 0;
}

static void serve(client_server_t *server, int connection)
{
    SSL *tls = NULL;
    if (server->tls) {
        tls = SSL_new(server->tls);
        SSL_set_fd(tls, connection);
        if (SSL_accept(tls) != 1) {
            /* What is unread when a socket closes resets it, and the alert could be lost. */
            char octet;
            shutdown(connection, SHUT_WR);
            while (read(connection, &octet, 1) > 0) {
            }
            SSL_free(tls);
            return;
        }
        X509 *client = SSL_get1_peer_certificate(tls);
        server->client = client ? ASN1_INTEGER_get(X509_get0_serialNumber(client)) : 0;
        X509_free(client);
    }
    if (read_request(server, tls, connection) && server->answer) {
        size_t length = strlen(server->answer);
        if (tls) {
            SSL_write(tls, server->answer, (int)length);
        } else if (write(connection, server->answer, length) < 0) {
            perror("write");
        }
    } else {
        /* Nothing is answered: wait until the client gives up. */
        char octet;
        while (receive(tls, connection, &octet, 1) > 0) {
        }
    }
    if (tls) {
        SSL_shutdown(tls);
        SSL_free(tls);
    }
}

static void *run(void *argument)
{
    client_server_t *server = argument;
    for (;;) {
        int connection = accept(server->listener, NULL, NULL);
        if (connection < 0) {
            return NULL;
        }
        serve(server, connection);
        close(connection);
    }
}

static void start(client_server_t *server)
{
    ck_assert_int_eq(listen(server->listener, 8), 0);
    ck_assert_int_eq(pthread_create(&server->thread, NULL, run, server), 0);
}

void client_server_unix(client_server_t *server, const char *folder, const char *answer)
{
    *server = (client_server_t){.answer = answer};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
    ck_assert_int_lt(length, (int)sizeof address.sun_path);
    snprintf(server->url, sizeof server->url, "unix:%s", address.sun_path);
    unlink(address.sun_path);
    server->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server->listener, (const struct sockaddr *)&address, sizeof address), 0);
    start(server);
}

X509 *client_server_certificate(EVP_PKEY **key)
{
    *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    ck_assert_ptr_nonnull(*key);
    ck_assert_ptr_nonnull(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"localhost", -1,
                               -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, *key);
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    ck_assert_int_gt(X509_sign(certificate, *key, EVP_sha256()), 0);
    return certificate;
}

void client_server_write(X509 *certificate, const char *path)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_X509(file, certificate), 1);
    ck_assert_int_eq(fclose(file), 0);
}

void client_server_write_key(EVP_PKEY *key, const char *path, const char *password)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_PKCS8PrivateKey(file, key, password ? EVP_aes_256_cbc() : NULL, NULL,
                                               0, NULL, (void *)(uintptr_t)password),
                     1);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
}

/* Any client's certificate will do. */
static int take_any(int ok, X509_STORE_CTX *store)
{
    (void)ok;
    (void)store;
    return 1;
}

void client_server_tls(client_server_t *server, const char *folder, const char *answer)
{
    *server = (client_server_t){.answer = answer};
    EVP_PKEY *key = NULL;
    X509 *certificate = client_server_certificate(&key);
    server->tls = SSL_CTX_new(TLS_server_method());
    ck_assert_int_eq(SSL_CTX_use_certificate(server->tls, certificate), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey(server->tls, key), 1);
    SSL_CTX_set_verify(server->tls, SSL_VERIFY_PEER, take_any);
    snprintf(server->certificate, sizeof server->certificate, "%s/server.pem", folder);
    client_server_write(certificate, server->certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server->listener, (const struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    snprintf(server->url, sizeof server->url, "https://127.0.0.1:%u/",
             (unsigned int)ntohs(address.sin_port));
    start(server);
}

void client_server_end(client_server_t *server)
{
    /* Ends the accept that the thread waits in. */
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    SSL_CTX_free(server->tls);
}
