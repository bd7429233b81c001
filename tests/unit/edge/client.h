/* A client for tests: raw octets over TCP, TLS or a Unix socket, and answers taken apart. */
#ifndef EDGE_TEST_CLIENT_H
#define EDGE_TEST_CLIENT_H

#include <stddef.h>

typedef struct client client_t;

/* How to speak TLS. */
typedef struct client_tls {
    int version;             /* at most this one, OpenSSL's number; 0: any */
    const char *certificate; /* a PEM file with its chain; NULL: none */
    const char *key;
    void *session;          /* an SSL_SESSION to resume, or NULL */
    int http2;              /* 1: offers HTTP/2 alone */
    const char *name;       /* of the server, as SNI, or NULL */
    const char *signatures; /* algorithms of signatures that it takes, or NULL */
} client_tls_t;

/* An answer; `body` is NUL-terminated. */
typedef struct answer {
    int status; /* 0: the connection ended before an answer */
    char head[8192];
    char *body;
    size_t length;
} answer_t;

/* Connects to a URL as the edge names it: http://…, https://…, unix:PATH. */
client_t *client_open(const char *url);
/* The same, offering TLS of this version at most (OpenSSL's number). NULL where the handshake
 * fails. */
client_t *client_open_tls(const char *url, int version);
client_t *client_open_as(const char *url, const client_tls_t *tls);
/* The session to resume later, once an answer has come: an SSL_SESSION, to be freed. */
void *client_session(client_t *client);
int client_is_resumed(const client_t *client);
/* How many acceptable authorities the server has named. */
int client_authorities(const client_t *client);
void client_close(client_t *client);
/* Resets the connection. */
void client_reset(client_t *client);
/* Sends it all. 0 where the connection is gone. */
int client_send(client_t *client, const char *text);
int client_send_bytes(client_t *client, const void *data, size_t length);
/* Sends, without TLS, until the connection has taken nothing for half a second; how much it took.
 */
size_t client_send_until_full(client_t *client, const char *data, size_t length);
/* Reads exactly so many octets. 0 where they do not come. */
int client_read(client_t *client, void *data, size_t length);
/* The server's certificate as an X509, not to be freed. */
const void *client_server(const client_t *client);
/* Reads one answer; `head_only` for one to HEAD. To be freed with answer_free. */
void client_receive(client_t *client, answer_t *answer, int head_only);
void answer_free(answer_t *answer);
/* The value of a header of the answer, or NULL; valid until the next call. */
const char *answer_header(const answer_t *answer, const char *name);
/* Whether the server has closed the connection, waiting for up to five seconds. */
int client_is_closed(client_t *client);
/* What can be read at once, without waiting: its number of octets. */
size_t client_peek(client_t *client);

#endif
