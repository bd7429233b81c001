#include "edge/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/metric.h"
#include "edge/http2.h"
#include "edge/loop.h"
#include "edge/serve.h"

#define CIPHER_KEEP                                                                                \
    ((size_t)1024 * 1024) /* memory of the loop's ciphertext buffer that is kept                   \
                           */

/* Data that waits for its socket. */
typedef struct pending_write {
    uv_write_t write;
    char data[];
} pending_write_t;

void edge_connection_wait(edge_connection_t *connection, edge_wait_t wait)
{
    edge_loop_t *loop = connection->loop;

    /* Draining comes to connections that are about to be freed, too. */
    if (connection->closing) {
        return;
    }
    if ((loop->is_draining || atomic_load(&connection->listener->retired)) &&
        (wait == EDGE_WAIT_HANDSHAKE || wait == EDGE_WAIT_HEADER || wait == EDGE_WAIT_IDLE)) {
        wait = EDGE_WAIT_LAST;
    }
    edge_deadline_set(&loop->deadlines, &connection->deadline, wait,
                      uv_now(&loop->uv) + (uint64_t)loop->routing->limits.wait_ms[wait]);
}

static void on_closed(uv_handle_t *handle)
{
    edge_connection_t *connection = handle->data;
    edge_loop_t *loop = connection->loop;

    connection->protocol->end(connection);
    edge_tls_session_free(connection->tls);
    edge_identity_release(connection->identity);
    edge_buffer_free(&connection->input);
    edge_loop_remove(loop, connection);
    edge_listener_release(connection->listener);
    free(connection);
}

void edge_connection_close(edge_connection_t *connection)
{
    if (connection->closing) {
        return;
    }
    connection->closing = 1;
    edge_deadline_clear(&connection->deadline);
    connection->protocol->abandon(connection);
    uv_close(&connection->socket.handle, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
    edge_connection_t *connection = write->data;

    free(write); /* the first member of a pending_write_t */
    connection->writes--;
    if (status < 0) {
        edge_connection_close(connection);
    } else if (!connection->closing) {
        connection->protocol->send(connection);
    }
}

/* Writes as much as the socket takes at once, and has the rest follow. */
static void write_raw(edge_connection_t *connection, const char *data, size_t length)
{
    uv_buf_t buffer = uv_buf_init((char *)data, (unsigned int)length);
    pending_write_t *pending;
    int count = uv_try_write(&connection->socket.stream, &buffer, 1);

    if (count == UV_EAGAIN) {
        count = 0;
    }
    if (count < 0) {
        edge_connection_close(connection);
        return;
    }
    if ((size_t)count == length) {
        return;
    }
    length -= (size_t)count;
    pending = malloc(sizeof(*pending) + length);
    if (pending == NULL) {
        edge_connection_close(connection);
        return;
    }
    memcpy(pending->data, data + count, length);
    pending->write.data = connection;
    buffer = uv_buf_init(pending->data, (unsigned int)length);
    if (uv_write(&pending->write, &connection->socket.stream, &buffer, 1, on_written) != 0) {
        free(pending);
        edge_connection_close(connection);
        return;
    }
    connection->writes++;
}

/* Sends what the TLS session has written. */
static void flush_cipher(edge_connection_t *connection)
{
    edge_buffer_t *cipher = &connection->loop->cipher;

    if (cipher->length > 0 && !connection->closing) {
        write_raw(connection, cipher->data, cipher->length);
    }
    cipher->length = 0;
    if (cipher->capacity > CIPHER_KEEP) {
        edge_buffer_free(cipher);
    }
}

void edge_connection_write(edge_connection_t *connection, const void *data, size_t length)
{
    if (connection->closing || length == 0) {
        return;
    }
    if (connection->tls == NULL) {
        write_raw(connection, data, length);
    } else if (edge_tls_write(connection->tls, data, length)) {
        flush_cipher(connection);
    } else {
        connection->loop->cipher.length = 0;
        edge_connection_close(connection);
    }
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
    edge_connection_t *connection = shutdown->data;

    if (status < 0) {
        edge_connection_close(connection);
    }
}

/* Closing a socket with unread input resets it, and the reset can overtake the answer: so the end
 * is announced, and what still comes is dropped until the peer closes or a moment has passed. */
void edge_connection_finish(edge_connection_t *connection)
{
    if (connection->closing || connection->stage == EDGE_STAGE_DISCARD) {
        return;
    }
    connection->stage = EDGE_STAGE_DISCARD;
    edge_buffer_clear(&connection->input, 0);
    if (connection->tls != NULL) {
        edge_tls_close(connection->tls);
        flush_cipher(connection);
    }
    connection->shutdown.data = connection;
    if (connection->closing ||
        uv_shutdown(&connection->shutdown, &connection->socket.stream, on_shutdown) != 0) {
        edge_connection_close(connection);
        return;
    }
    edge_connection_wait(connection, EDGE_WAIT_LINGER);
    edge_connection_read(connection, 1);
}

static void on_established(edge_connection_t *connection)
{
    connection->established = 1;
    core_metric_record(connection->loop->edge->metrics.handshakes, 1);
    edge_connection_wait(connection, EDGE_WAIT_HEADER);
    if (connection->listener->client_certificates != EDGE_CLIENT_CERTIFICATES_NONE &&
        !edge_tls_identity(connection->tls, &connection->identity)) {
        edge_connection_close(connection);
    } else if (edge_tls_speaks_http2(connection->tls) && !edge_http2_open(connection)) {
        edge_connection_close(connection);
    }
}

/* A client of TLS 1.3 that shows no certificate has sent its request by the time it is refused;
 * were that left unread, the reset could overtake the alert that says what is missing. */
static void fail_handshake(edge_connection_t *connection)
{
    core_metric_record(connection->loop->edge->metrics.handshake_failures, 1);
    if (connection->listener->client_certificates == EDGE_CLIENT_CERTIFICATES_REQUIRED) {
        edge_connection_finish(connection);
    } else {
        edge_connection_close(connection);
    }
}

static void receive_tls(edge_connection_t *connection, const char *data, size_t length)
{
    edge_loop_t *loop = connection->loop;
    int result = EDGE_TLS_DATA;

    edge_tls_lend(connection->tls, data, length);
    while (result == EDGE_TLS_DATA && !connection->closing) {
        size_t count;

        result = edge_tls_read(connection->tls, loop->plain, sizeof(loop->plain), &count);
        if (!connection->established && edge_tls_is_established(connection->tls)) {
            on_established(connection);
        }
        if (result == EDGE_TLS_DATA && !connection->closing) {
            connection->protocol->take(connection, loop->plain, count);
        }
    }
    edge_tls_lend(connection->tls, NULL, 0);
    flush_cipher(connection);
    if (result == EDGE_TLS_FAILED && !connection->established) {
        fail_handshake(connection);
    } else if (result == EDGE_TLS_FAILED || result == EDGE_TLS_CLOSED) {
        edge_connection_close(connection);
    }
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    edge_connection_t *connection = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(connection->loop->received, sizeof(connection->loop->received));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    edge_connection_t *connection = stream->data;

    if (count < 0) {
        edge_connection_close(connection);
    } else if (count > 0 && connection->stage != EDGE_STAGE_DISCARD) {
        if (connection->tls != NULL) {
            receive_tls(connection, buffer->base, (size_t)count);
        } else {
            connection->protocol->take(connection, buffer->base, (size_t)count);
        }
    }
}

void edge_connection_read(edge_connection_t *connection, int on)
{
    if (connection->closing || connection->reading == on) {
        return;
    }
    connection->reading = on;
    if (!on) {
        (void)uv_read_stop(&connection->socket.stream);
    } else if (uv_read_start(&connection->socket.stream, on_allocate, on_read) != 0) {
        edge_connection_close(connection);
    }
}

/* A client that reads slowly is given time as long as it reads at all. */
static void expire_write(edge_connection_t *connection)
{
    size_t unsent = uv_stream_get_write_queue_size(&connection->socket.stream);

    if (unsent >= connection->unsent) {
        edge_connection_close(connection);
        return;
    }
    connection->unsent = unsent;
    edge_connection_wait(connection, EDGE_WAIT_WRITE);
}

static void on_expired(edge_deadline_t *deadline)
{
    edge_connection_t *connection =
        (edge_connection_t *)(void *)((char *)deadline - offsetof(edge_connection_t, deadline));

    switch (deadline->wait) {
    case EDGE_WAIT_HEADER:
    case EDGE_WAIT_BODY:
    case EDGE_WAIT_IDLE:
        connection->protocol->expire(connection, deadline->wait);
        break;
    case EDGE_WAIT_LAST:
        if (connection->established) {
            connection->protocol->expire(connection, EDGE_WAIT_IDLE);
        } else {
            edge_connection_close(connection);
        }
        break;
    case EDGE_WAIT_WRITE:
        expire_write(connection);
        break;
    default:
        edge_connection_close(connection);
        break;
    }
}

edge_request_t *edge_connection_take_request(edge_connection_t *connection)
{
    edge_request_t *request = edge_loop_take_request(connection->loop);

    if (request == NULL) {
        return NULL;
    }
    request->connection = connection;
    request->listener = connection->listener;
    request->user = connection->user;
    request->is_local = connection->is_local;
    memcpy(request->peer, connection->peer, sizeof(request->peer));
    request->view.peer = (signet_text_t){request->peer, strlen(request->peer)};
    request->view.listener = connection->listener->name;
    request->identity = edge_identity_hold(connection->identity);
    if (request->identity != NULL) {
        request->view.certificate = request->identity->certificate;
        request->view.chain = request->identity->chain;
        request->view.chain_count = request->identity->chain_count;
    }
    return request;
}

static void describe_peer(edge_connection_t *connection)
{
    struct sockaddr_storage address;
    int length = sizeof(address);

    memset(&address, 0, sizeof(address));
    if (uv_tcp_getpeername(&connection->socket.tcp, (struct sockaddr *)&address, &length) != 0) {
        (void)strcpy(connection->peer, "unknown");
    } else if (address.ss_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)&address)->sin6_addr,
                        connection->peer, sizeof(connection->peer));
    } else {
        (void)inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)&address)->sin_addr,
                        connection->peer, sizeof(connection->peer));
    }
    (void)uv_tcp_nodelay(&connection->socket.tcp, 1);
}

/* Who is at the other end of a Unix socket: root and the daemon's own user have its roles. */
static void describe_user(edge_connection_t *connection)
{
    struct ucred credentials;
    socklen_t length = sizeof(credentials);
    uv_os_fd_t file;

    (void)strcpy(connection->peer, "unix");
    if (uv_fileno(&connection->socket.handle, &file) == 0 &&
        getsockopt(file, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0) {
        connection->user = credentials.uid;
        connection->is_local = connection->listener->role_count > 0 &&
                               (credentials.uid == 0 || credentials.uid == geteuid());
    }
}

int edge_connection_accept(edge_loop_t *loop, uv_stream_t *server, edge_listener_t *listener)
{
    edge_connection_t *connection = calloc(1, sizeof(*connection));
    int failed;

    if (connection == NULL) {
        return 0;
    }
    connection->loop = loop;
    connection->listener = listener;
    connection->protocol = &edge_serve_protocol;
    connection->deadline.expire = on_expired;
    failed = listener->is_unix ? uv_pipe_init(&loop->uv, &connection->socket.pipe, 0)
                               : uv_tcp_init(&loop->uv, &connection->socket.tcp);
    if (failed) {
        free(connection);
        return 0;
    }
    connection->socket.handle.data = connection;
    (void)edge_listener_hold(listener);
    edge_loop_add(loop, connection);
    if (uv_accept(server, &connection->socket.stream) != 0) {
        edge_connection_close(connection);
        return 0;
    }
    if (listener->is_unix) {
        describe_user(connection);
    } else {
        describe_peer(connection);
    }
    connection->established = listener->tls == NULL;
    if (listener->tls != NULL) {
        connection->tls = edge_tls_session_new(listener->tls, &loop->cipher);
        if (connection->tls == NULL) {
            edge_connection_close(connection);
            return 1;
        }
    }
    edge_connection_wait(connection,
                         connection->established ? EDGE_WAIT_HEADER : EDGE_WAIT_HANDSHAKE);
    edge_connection_read(connection, 1);
    return 1;
}
