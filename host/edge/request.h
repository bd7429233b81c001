/* A request: from its head to its answer.
 *
 * It belongs to a loop. While `working` is 1 a worker uses it too; then only what is under `lock`
 * is touched by both. A connection that goes away leaves it, and it is given back to the loop's
 * pool once the worker has finished. */
#ifndef EDGE_REQUEST_H
#define EDGE_REQUEST_H

#include <pthread.h>
#include <sys/types.h>

#include "edge/deadline.h"
#include "edge/http.h"
#include "edge/problem.h"
#include "edge/router.h"
#include "edge/state.h"
#include "edge/target.h"

#define EDGE_REQUEST_PEER 48U                    /* octets of a peer's address */
#define EDGE_REQUEST_WINDOW ((size_t)256 * 1024) /* of a streamed body that waits, each way */

typedef struct edge_connection edge_connection_t;
typedef struct edge_request edge_request_t;
typedef struct edge_stream edge_stream_t;

struct edge_request {
    core_work_t work; /* first: a worker is handed this */
    signet_exchange_t exchange;
    edge_t *edge;
    edge_loop_t *loop;
    edge_connection_t *connection; /* NULL once it went away; of the loop */
    edge_stream_t *stream;         /* of HTTP/2; NULL once it has ended */
    edge_request_t *next;          /* in the loop's pool or its list of posted ones */
    edge_routing_t *routing;       /* held from its head on: what it is pinned to */
    edge_http_t http;
    edge_target_t target;
    edge_match_t match;
    signet_request_t view;
    edge_listener_t *listener; /* held by the connection, or where that is gone by the request */
    int orphaned;
    edge_identity_t *identity; /* of the TLS client, or NULL */
    char peer[EDGE_REQUEST_PEER];
    uid_t user;   /* of a Unix peer */
    int is_local; /* 1: this user has the listener's roles */
    signet_call_t *call;
    uint64_t body_limit;
    uint64_t begun_ns;
    int inside_loop;       /* 1: the handler runs on the loop */
    int working;           /* 1: a worker has it; of the loop */
    int close;             /* 1: the connection ends with the answer */
    edge_deadline_t rate;  /* of the loop: until the answer is sent */
    int held;              /* of the loop: it was held back */
    int posted;            /* under the loop's lock */
    int finished;          /* under the loop's lock: the worker is done with it */
    edge_buffer_t sending; /* of the loop: what is being sent */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    edge_buffer_t body;
    int body_complete;
    int body_refused; /* the body could not be taken to its end */
    int body_paused;  /* the loop has stopped reading */
    edge_buffer_t answer;
    int answered; /* respond or begin was called */
    int streamed; /* begin was called */
    int chunked;
    int ended; /* the answer is whole */
    int gone;  /* the client went away */
    uint32_t status;
    uint64_t bytes; /* of the answer */
};

/* One from the heap, or NULL. */
edge_request_t *edge_request_new(edge_t *edge, edge_loop_t *loop);
/* Makes it ready for another use. */
void edge_request_reset(edge_request_t *request);
void edge_request_free(edge_request_t *request);
/* Ends its call, on the loop that made it: a worker must have finished. */
void edge_request_end_call(edge_request_t *request);

/* After the head: checks it and finds the route. OK; otherwise the answer is ready and says why. */
int32_t edge_request_route(edge_request_t *request);
/* Pins it to the routing in force, unless it is pinned already. */
void edge_request_pin(edge_request_t *request);
/* Whether it is served only to who shows a certificate. */
int edge_request_wants_certificate(const edge_request_t *request);
/* Makes a call for the request. 1, or 0 when out of memory. */
int edge_request_open_call(edge_request_t *request, int64_t deadline_ms);
/* Makes the call of its handler, whose time begins here. OK; otherwise the answer is ready and says
 * why. */
int32_t edge_request_make_call(edge_request_t *request);
/* The clock of the request starts: its head is whole. */
void edge_request_begin(edge_request_t *request);
/* Answers it with a problem, here on the loop. */
void edge_request_answer(edge_request_t *request, const edge_problem_t *problem);
/* The same, where the request was not understood. */
void edge_request_refuse(edge_request_t *request, uint32_t status, const char *reason,
                         const char *why);
/* Serves it: here where the route is inline, otherwise on a worker. 1 when the answer is ready. */
int edge_request_dispatch(edge_request_t *request);
int edge_request_streams(const edge_request_t *request);
/* Adds to the body; not 0 when it is over the route's limit. For edge_http_t.sink. */
int edge_request_take_body(void *request, const char *data, size_t length);
/* The body is complete, or will never be. */
void edge_request_end_body(edge_request_t *request, int complete);
/* Whether the body that waits is so long that the loop must stop reading. */
int edge_request_must_pause(edge_request_t *request);
/* Its connection is gone: where a worker has it, it keeps the listener in the connection's place.
 */
void edge_request_orphan(edge_request_t *request);
/* The client went away: cancels the call. */
void edge_request_abandon(edge_request_t *request);
/* Moves what is ready of the answer to `sending`, where that is empty. */
void edge_request_collect(edge_request_t *request, int *ended);

#endif
