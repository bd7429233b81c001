/* A connection: its socket, its TLS session and the protocol spoken on it. All of it on the loop's
 * thread. */
#ifndef EDGE_CONNECTION_H
#define EDGE_CONNECTION_H

#include <uv.h>

#include "edge/deadline.h"
#include "edge/request.h"

typedef struct edge_http2 edge_http2_t;

/* What comes next of what the client sends. */
typedef enum edge_stage {
    EDGE_STAGE_HEAD,
    EDGE_STAGE_BODY,
    EDGE_STAGE_ANSWER, /* nothing, before the answer has been sent */
    EDGE_STAGE_DISCARD /* nothing any more: the rest is dropped */
} edge_stage_t;

/* What a version of HTTP does with a connection. */
typedef struct edge_protocol {
    /* Octets came. */
    void (*take)(edge_connection_t *connection, const char *data, size_t length);
    /* The socket takes more. */
    void (*send)(edge_connection_t *connection);
    /* A head, a body or the next request did not come in time. */
    void (*expire)(edge_connection_t *connection, edge_wait_t wait);
    /* A worker has made progress with the request, or has finished it. */
    void (*progress)(edge_request_t *request);
    /* The host stops: nothing new is begun. */
    void (*drain)(edge_connection_t *connection);
    /* The client went away: cancels what is being served. */
    void (*abandon)(edge_connection_t *connection);
    /* The socket is closed: gives back requests and memory. */
    void (*end)(edge_connection_t *connection);
} edge_protocol_t;

struct edge_connection {
    edge_loop_t *loop;
    const edge_protocol_t *protocol;
    edge_connection_t *previous; /* in the loop's list */
    edge_connection_t *next;
    edge_listener_t *listener;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } socket;
    uv_shutdown_t shutdown;
    edge_tls_session_t *tls;   /* NULL: plain */
    edge_identity_t *identity; /* of the TLS client; NULL: it sent no certificate */
    edge_request_t *request;   /* of HTTP/1.1; NULL between two requests */
    edge_http2_t *http2;       /* NULL: HTTP/1.1 */
    edge_buffer_t input;       /* what was sent ahead */
    edge_deadline_t deadline;
    edge_stage_t stage;
    int established; /* the TLS handshake is done; always for plain ones */
    int reading;
    int feeding;
    int closing;
    uint32_t writes; /* that wait for the socket */
    size_t unsent;   /* octets of them, when their time began */
    char peer[EDGE_REQUEST_PEER];
    uid_t user;
    int is_local;
};

/* Accepts one from a listening socket. 1 when it did. */
int edge_connection_accept(edge_loop_t *loop, uv_stream_t *server, edge_listener_t *listener);
/* Closes it at once; a request on it is cancelled. */
void edge_connection_close(edge_connection_t *connection);
/* Closes it after what was sent has arrived. */
void edge_connection_finish(edge_connection_t *connection);
/* Sends octets, encrypted where it is TLS. */
void edge_connection_write(edge_connection_t *connection, const void *data, size_t length);
void edge_connection_read(edge_connection_t *connection, int on);
void edge_connection_wait(edge_connection_t *connection, edge_wait_t wait);
/* A request of this client to read into, or NULL when out of memory. */
edge_request_t *edge_connection_take_request(edge_connection_t *connection);

#endif
