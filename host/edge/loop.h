/* A loop: one thread with its own listening sockets and connections. */
#ifndef EDGE_LOOP_H
#define EDGE_LOOP_H

#include <uv.h>

#include "edge/connection.h"

#define EDGE_LOOP_PLAIN 16384U    /* a TLS record's plaintext at most */
#define EDGE_LOOP_RECEIVED 65536U /* read from a socket at once */

/* A listening socket of a loop. */
typedef struct edge_acceptor edge_acceptor_t;
struct edge_acceptor {
    edge_acceptor_t *next; /* in the loop's list */
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } socket;
    edge_loop_t *loop;
    edge_listener_t *listener; /* held */
    int paused;                /* a connection waits until another one has gone */
};

/* One step of a change of listeners, for one loop. Without a former listener it listens on a new
 * socket; without a next one it listens no more; with both, the sockets change hands. */
typedef struct edge_step edge_step_t;
struct edge_step {
    edge_step_t *next;
    edge_listener_t *former;   /* held, or NULL */
    edge_listener_t *listener; /* held, or NULL */
    edge_acceptor_t *acceptor; /* for a new socket */
    int file;                  /* that socket, or -1 */
};

struct edge_loop {
    edge_t *edge;
    edge_routing_t *routing; /* held; for requests that begin */
    uv_loop_t uv;
    uv_thread_t thread;
    uv_async_t wake;
    uv_timer_t tick;
    edge_pulse_t pulse;
    uint64_t held; /* requests whose answers are held back */
    int is_draining;
    edge_acceptor_t *acceptors;
    edge_deadlines_t deadlines;
    edge_connection_t *connections;
    size_t connection_count;
    size_t working; /* requests that workers have */
    edge_request_t *pool;
    size_t pooled;
    edge_buffer_t cipher; /* ciphertext on its way out, of whichever connection writes */
    edge_buffer_t frames; /* of HTTP/2 on their way out, of whichever connection writes */
    char received[EDGE_LOOP_RECEIVED];
    char plain[EDGE_LOOP_PLAIN];

    pthread_mutex_t lock;
    edge_request_t *posted; /* under the lock */
    edge_request_t **posted_end;
    edge_step_t *steps; /* to be taken; under the lock */
};

/* Makes the loop, without a socket. OK or NO_MEMORY. */
int32_t edge_loop_open(edge_t *edge, edge_loop_t *loop);
/* Listens on a bound socket, which is the loop's from here on, as is the zeroed acceptor, and holds
 * the listener. 0, or a negative code of libuv. On the loop's thread, or before it runs. */
int edge_loop_listen(edge_loop_t *loop, edge_acceptor_t *acceptor, edge_listener_t *listener,
                     int socket_file);
/* Has it take steps, which are its own from here on. Wakes it. [any] */
void edge_loop_change(edge_loop_t *loop, edge_step_t *steps);
/* Frees a step that was not taken: closes its socket. */
void edge_step_free(edge_step_t *step);
/* Starts its thread. 0, or a negative code of libuv. */
int edge_loop_run(edge_loop_t *loop);
/* Has it look at what has changed in the edge. [any] */
void edge_loop_wake(edge_loop_t *loop);
/* Waits for the end of its thread. */
void edge_loop_join(edge_loop_t *loop);
/* Frees it; one whose thread never ran too. */
void edge_loop_close(edge_loop_t *loop);

/* Tells the loop that a request has made progress or that its worker has finished with it; after
 * that the worker must not touch it. [worker] */
void edge_loop_post(edge_loop_t *loop, edge_request_t *request, int finished);
/* A request to read into, or NULL; and back. */
edge_request_t *edge_loop_take_request(edge_loop_t *loop);
void edge_loop_give_request(edge_loop_t *loop, edge_request_t *request);
/* Counts a connection in, and out. */
void edge_loop_add(edge_loop_t *loop, edge_connection_t *connection);
void edge_loop_remove(edge_loop_t *loop, edge_connection_t *connection);

#endif
