/* A server for the tests of the client: one connection after the other, one canned answer. */
#ifndef TESTS_UNIT_SDK_CLIENT_SERVER_H
#define TESTS_UNIT_SDK_CLIENT_SERVER_H

#include <openssl/ssl.h>
#include <pthread.h>

typedef struct client_server {
    pthread_t thread;
    int listener;
    SSL_CTX *tls;       /* NULL: plain, over a Unix socket */
    const char *answer; /* NULL: none is given */
    char request[8192]; /* the last one */
    long client;        /* serial number of the last client's certificate; 0: it showed none */
    char url[256];
    char certificate[256]; /* path of the server's own, PEM */
} client_server_t;

/* Listens at FOLDER/socket and serves. */
void client_server_unix(client_server_t *server, const char *folder, const char *answer);
/* Listens on a loopback port over TLS with a certificate for localhost, written to FOLDER. */
void client_server_tls(client_server_t *server, const char *folder, const char *answer);
void client_server_end(client_server_t *server);
/* A self-signed certificate for localhost and its key. */
X509 *client_server_certificate(EVP_PKEY **key);
/* Writes a certificate as PEM, and a key, encrypted where there is a password. */
void client_server_write(X509 *certificate, const char *path);
void client_server_write_key(EVP_PKEY *key, const char *path, const char *password);

#endif
