/* HTTP routes: how a protocol plugin is reached.
 *
 * A handler is a plain sequential function. On success it has answered through the exchange; on
 * failure it returns the call's error and the edge answers for it: as problem+json (RFC 9457),
 * or by the route's own on_error. */
#ifndef SIGNET_HTTP_H
#define SIGNET_HTTP_H

#include <signet/call.h>

#define SIGNET_ROUTE_INLINE                                                                        \
    1U                         /* runs on the loop and must not block; answers WOULD_BLOCK to be   \
                                * called again on a worker */
#define SIGNET_ROUTE_PUBLIC 2U /* served without authentication by the router */
#define SIGNET_ROUTE_STREAM 4U /* the body is read with exchange.read, in the stream lane */
#define SIGNET_ROUTE_CERTIFICATE                                                                   \
    8U /* served only to whose TLS client certificate an auth plugin accepts; with PUBLIC nothing  \
        * else is asked for */

#define SIGNET_ROUTE_REST                                                                          \
    16U /* its path ends in a parameter that takes all that follows as it was sent, neither        \
         * decoded nor normalised: "/ocsp/{request}"; what is before it holds no parameter. Query  \
         * parameters are not read */

/* A name and its value: a header, a query parameter, a path parameter. Decoded. */
typedef struct signet_pair {
    uint32_t size;
    uint32_t reserved;
    signet_text_t name; /* headers: lower case */
    signet_text_t value;
} signet_pair_t;

/* What was asked. Lives until the call ends. */
typedef struct signet_request {
    uint32_t size;
    uint32_t secure;                 /* 1: over TLS */
    signet_text_t method;            /* "GET" */
    signet_text_t path;              /* decoded and normalised: "/v1/certificates" */
    const signet_pair_t *parameters; /* values of the {…} in the route's path, in order */
    uint64_t parameter_count;
    const signet_pair_t *query; /* percent-decoded, in the order given */
    uint64_t query_count;
    const signet_pair_t *headers;
    uint64_t header_count;
    signet_bytes_t body;         /* whole, unless the route streams */
    signet_text_t peer;          /* "127.0.0.1", "unix" */
    signet_bytes_t certificate;  /* the TLS client's, DER; empty without one. The handshake proved
                                  * that the client has its key; whether it is trusted, revoked or
                                  * expired is for signet.auth/1 to say, at each request */
    signet_text_t listener;      /* name of the listener it came in by */
    const signet_bytes_t *chain; /* what else the TLS client sent, DER, in its order */
    uint64_t chain_count;
} signet_request_t;

/* An answer. Content-Length, Date and Connection are the host's. */
typedef struct signet_response {
    uint32_t size;
    uint32_t status; /* 100…599 */
    const signet_pair_t *headers;
    uint64_t header_count;
    signet_bytes_t body;
} signet_response_t;

typedef struct signet_exchange_services signet_exchange_services_t;

/* The head of an exchange; made by the host, one for each request. */
typedef struct signet_exchange {
    uint32_t size;
    uint32_t inside_loop; /* 1: the handler of an INLINE route runs on a loop and must not block */
    const signet_exchange_services_t *services;
} signet_exchange_t;

struct signet_exchange_services {
    uint32_t size;
    uint32_t reserved;
    /* Answers the request as a whole; the host copies what it needs. Once per exchange, a second
     * time fails with CONFLICT. Required. [any] */
    int32_t (*respond)(signet_exchange_t *exchange, signet_call_t *call,
                       const signet_response_t *response);
    /* Next piece of a streamed request body, at most 64 KiB, in the arena of `call` (use a child
     * call per piece); an empty piece is the end. Blocks. CANCELLED, TIMEOUT, TOO_LARGE.
     * Required. [worker] */
    int32_t (*read)(signet_exchange_t *exchange, signet_call_t *call, signet_bytes_t *piece);
    /* Begins an answer whose body follows in pieces (chunked). `response->body` is its first
     * piece. Required. [worker] */
    int32_t (*begin)(signet_exchange_t *exchange, signet_call_t *call,
                     const signet_response_t *response);
    /* One more piece of the answer's body. Blocks while the client is slow. CANCELLED, TIMEOUT.
     * Required. [worker] */
    int32_t (*write)(signet_exchange_t *exchange, signet_call_t *call, signet_bytes_t piece);
    /* Ends a begun answer. Not ending it cuts the connection, so that a half answer is never
     * taken for a whole one. Required. [worker] */
    int32_t (*finish)(signet_exchange_t *exchange, signet_call_t *call);
};

/* A route. Registered with host.add_routes, copied by the host; texts must live as long as the
 * instance. */
typedef struct signet_route {
    uint32_t size;
    uint32_t flags;        /* SIGNET_ROUTE_* */
    signet_text_t method;  /* "GET"; HEAD is answered from GET */
    signet_text_t path;    /* "/v1/certificates/{authority}/{serial}" */
    uint64_t body_limit;   /* octets; 0: 64 KiB */
    int64_t deadline_ms;   /* time the handler has; 0: the host's default */
    signet_text_t openapi; /* the OpenAPI 3.1 Operation Object of this route as JSON, or empty */
    /* Serves one request. INLINE: [loop], otherwise on a worker of its lane. Returns OK after it
     * has answered, or the call's error. Required. [any] */
    int32_t (*handle)(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange);
    /* Answers an error in the protocol's own form; called instead of problem+json. Optional.
     * [any] */
    int32_t (*on_error)(void *instance, signet_call_t *call, const signet_request_t *request,
                        const signet_error_t *error, signet_exchange_t *exchange);
} signet_route_t;

#endif
