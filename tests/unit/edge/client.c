#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 60000

struct client {
    int file;
    SSL_CTX *context;
    SSL *ssl;
    char input[65536];
    size_t length;
};

static int connect_tcp(const char *url)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *host = strstr(url, "://") + 3;
    const char *colon = strrchr(host, ':');
    char text[64];
    int file = socket(AF_INET, SOCK_STREAM, 0);

    (void)snprintf(text, sizeof(text), "%.*s", (int)(colon - host), host);
    address.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1 ||
        connect(file, (struct sockaddr *)&address, sizeof(address)) != 0) {
        (void)close(file);
        return -1;
    }
    return file;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (connect(file, (struct sockaddr *)&address, sizeof(address)) != 0) {
        (void)close(file);
        return -1;
    }
    return file;
}

/* What is set up wrongly fails in the handshake, which the test then sees. */
static void begin_tls(client_t *client, const client_tls_t *tls)
{
    client->context = SSL_CTX_new(TLS_client_method());
    (void)SSL_CTX_set_max_proto_version(client->context, tls->version);
    if (tls->certificate != NULL) {
        (void)SSL_CTX_use_certificate_chain_file(client->context, tls->certificate);
        (void)SSL_CTX_use_PrivateKey_file(client->context, tls->key, SSL_FILETYPE_PEM);
    }
    client->ssl = SSL_new(client->context);
    if (tls->http2) {
        (void)SSL_set_alpn_protos(client->ssl, (const unsigned char *)"\x02h2", 3);
    } else {
        (void)SSL_set_alpn_protos(client->ssl, (const unsigned char *)"\x08http/1.1", 9);
    }
    if (tls->signatures != NULL) {
        (void)SSL_set1_sigalgs_list(client->ssl, tls->signatures);
    }
    if (tls->name != NULL) {
        (void)SSL_set_tlsext_host_name(client->ssl, tls->name);
    }
    if (tls->session != NULL) {
        (void)SSL_set_session(client->ssl, tls->session);
    }
    (void)SSL_set_fd(client->ssl, client->file);
}

client_t *client_open_as(const char *url, const client_tls_t *tls)
{
    client_t *client = calloc(1, sizeof(*client));

    if (client == NULL) {
        abort();
    }
    client->file = strncmp(url, "unix:", 5) == 0 ? connect_unix(url + 5) : connect_tcp(url);
    if (client->file < 0) {
        free(client);
        return NULL;
    }
    if (strncmp(url, "https:", 6) == 0) {
        begin_tls(client, tls);
        if (SSL_connect(client->ssl) != 1) {
            client_close(client);
            return NULL;
        }
    }
    return client;
}

client_t *client_open_tls(const char *url, int version)
{
    client_tls_t tls = {.version = version};

    return client_open_as(url, &tls);
}

void *client_session(client_t *client)
{
    return SSL_get1_session(client->ssl);
}

int client_is_resumed(const client_t *client)
{
    return SSL_session_reused(client->ssl);
}

int client_authorities(const client_t *client)
{
    return sk_X509_NAME_num(SSL_get0_peer_CA_list(client->ssl));
}

client_t *client_open(const char *url)
{
    return client_open_tls(url, 0);
}

void client_close(client_t *client)
{
    if (client != NULL) {
        if (client->ssl != NULL) {
            /* No goodbye is sent; the session can be resumed all the same. */
            SSL_set_shutdown(client->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        }
        SSL_free(client->ssl);
        SSL_CTX_free(client->context);
        (void)close(client->file);
        free(client);
    }
}

void client_reset(client_t *client)
{
    struct linger linger = {1, 0};

    (void)setsockopt(client->file, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    client_close(client);
}

int client_send_bytes(client_t *client, const void *data, size_t length)
{
    const char *next = data;

    while (length > 0) {
        ssize_t count = client->ssl != NULL ? SSL_write(client->ssl, next, (int)length)
                                            : send(client->file, next, length, MSG_NOSIGNAL);

        if (count <= 0) {
            return 0;
        }
        next += count;
        length -= (size_t)count;
    }
    return 1;
}

int client_send(client_t *client, const char *text)
{
    return client_send_bytes(client, text, strlen(text));
}

size_t client_send_until_full(client_t *client, const char *data, size_t length)
{
    struct pollfd poller = {client->file, POLLOUT, 0};
    size_t sent = 0;

    while (sent < length && poll(&poller, 1, 500) == 1) {
        ssize_t count = send(client->file, data + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (count <= 0) {
            break;
        }
        sent += (size_t)count;
    }
    return sent;
}

/* Reads more of the input; 0 at its end. */
static int fill(client_t *client)
{
    struct pollfd poller = {client->file, POLLIN, 0};
    size_t room = sizeof(client->input) - client->length;
    ssize_t count;

    if (room == 0) {
        return 0;
    }
    if ((client->ssl == NULL || SSL_pending(client->ssl) == 0) &&
        poll(&poller, 1, PATIENCE_MS) != 1) {
        return 0;
    }
    count = client->ssl != NULL ? SSL_read(client->ssl, client->input + client->length, (int)room)
                                : recv(client->file, client->input + client->length, room, 0);
    if (count <= 0) {
        return 0;
    }
    client->length += (size_t)count;
    return 1;
}

static void consume(client_t *client, size_t length)
{
    memmove(client->input, client->input + length, client->length - length);
    client->length -= length;
}

int client_read(client_t *client, void *data, size_t length)
{
    char *at = data;

    while (length > 0) {
        size_t count = client->length < length ? client->length : length;

        memcpy(at, client->input, count);
        consume(client, count);
        at += count;
        length -= count;
        if (length > 0 && !fill(client)) {
            return 0;
        }
    }
    return 1;
}

const void *client_server(const client_t *client)
{
    return SSL_get0_peer_certificate(client->ssl);
}

/* Moves `length` octets of input to the body. */
static int take(client_t *client, answer_t *answer, size_t length)
{
    answer->body = realloc(answer->body, answer->length + length + 1);
    if (answer->body == NULL) {
        abort();
    }
    while (length > 0) {
        size_t count = client->length < length ? client->length : length;

        memcpy(answer->body + answer->length, client->input, count);
        answer->length += count;
        length -= count;
        consume(client, count);
        if (length > 0 && !fill(client)) {
            return 0;
        }
    }
    answer->body[answer->length] = '\0';
    return 1;
}

static int take_line(client_t *client, char *line, size_t size)
{
    char *end;

    while ((end = memmem(client->input, client->length, "\r\n", 2)) == NULL) {
        if (!fill(client)) {
            return 0;
        }
    }
    (void)snprintf(line, size, "%.*s", (int)(end - client->input), client->input);
    consume(client, (size_t)(end - client->input) + 2);
    return 1;
}

static int take_chunks(client_t *client, answer_t *answer)
{
    char line[64];

    for (;;) {
        size_t length;

        if (!take_line(client, line, sizeof(line))) {
            return 0;
        }
        length = strtoul(line, NULL, 16);
        if (length == 0) {
            return take_line(client, line, sizeof(line));
        }
        if (!take(client, answer, length) || !take_line(client, line, sizeof(line))) {
            return 0;
        }
    }
}

const char *answer_header(const answer_t *answer, const char *name)
{
    static _Thread_local char value[1024];
    const char *line = strstr(answer->head, "\r\n");
    size_t length = strlen(name);

    while (line != NULL && line[2] != '\0') {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            (void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + length + 2, "\r"),
                           line + length + 2);
            return value;
        }
        line = strstr(line, "\r\n");
    }
    return NULL;
}

void client_receive(client_t *client, answer_t *answer, int head_only)
{
    char *end;
    const char *header;

    memset(answer, 0, sizeof(*answer));
    answer->body = calloc(1, 1);
    while ((end = memmem(client->input, client->length, "\r\n\r\n", 4)) == NULL) {
        if (!fill(client)) {
            return;
        }
    }
    (void)snprintf(answer->head, sizeof(answer->head), "%.*s\r\n", (int)(end - client->input),
                   client->input);
    consume(client, (size_t)(end - client->input) + 4);
    answer->status = (int)strtol(answer->head + 9, NULL, 10);
    if (head_only || answer->status == 204 || answer->status == 100) {
        return;
    }
    header = answer_header(answer, "Content-Length");
    if (header != NULL) {
        if (!take(client, answer, strtoul(header, NULL, 10))) {
            answer->status = 0;
        }
        return;
    }
    header = answer_header(answer, "Transfer-Encoding");
    if (header != NULL) {
        if (!take_chunks(client, answer)) {
            answer->status = 0;
        }
        return;
    }
    while (client->length > 0 || fill(client)) {
        (void)take(client, answer, client->length);
    }
}

void answer_free(answer_t *answer)
{
    free(answer->body);
    answer->body = NULL;
}

int client_is_closed(client_t *client)
{
    struct pollfd poller = {client->file, POLLIN, 0};
    char octet;

    if (client->length > 0 || poll(&poller, 1, PATIENCE_MS) != 1) {
        return 0;
    }
    return client->ssl != NULL ? SSL_read(client->ssl, &octet, 1) <= 0
                               : recv(client->file, &octet, 1, 0) <= 0;
}

size_t client_peek(client_t *client)
{
    struct pollfd poller = {client->file, POLLIN, 0};

    if (client->length > 0) {
        return client->length;
    }
    return poll(&poller, 1, 0) == 1 && fill(client) ? client->length : 0;
}
