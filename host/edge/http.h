/* What a request says: its head and how far its body has come; and the parsing of HTTP/1.1, by
 * llhttp.
 *
 * The head is collected whole and checked for what readers are known to disagree about before
 * llhttp sees it, so that every text points into one buffer of the request's own. */
#ifndef EDGE_HTTP_H
#define EDGE_HTTP_H

#include <llhttp.h>
#include <signet/http.h>

#include "edge/buffer.h"
#include "edge/chunked.h"
#include "edge/limits.h"

#define EDGE_HTTP_MORE 0
#define EDGE_HTTP_DONE 1
#define EDGE_HTTP_FAILED (-1)

typedef struct edge_http edge_http_t;
struct edge_http {
    llhttp_t parser;
    edge_buffer_t head;
    size_t scanned;    /* octets of the head that were checked */
    size_t line_start; /* of the line being checked */
    uint32_t spaces;   /* in the request line */
    uint32_t hosts;    /* Host headers */
    uint32_t lengths;  /* Content-Length headers */
    uint32_t codings;  /* Transfer-Encoding headers */
    int version;       /* 10, 11 or 20 */
    int has_head;      /* llhttp has found the head whole */
    int chunked;
    int keep_alive;
    int expects_continue;
    uint64_t content_length; /* of a body that is not chunked */
    uint64_t body_taken;     /* octets of the body so far */
    edge_chunked_t chunks;
    signet_text_t method;
    char *target; /* raw, in the head */
    size_t target_length;
    signet_text_t authorization;
    signet_text_t traceparent;
    signet_text_t content_encoding;
    signet_pair_t headers[EDGE_HEADERS];
    uint64_t header_count;
    /* Where the body goes. Not 0: it takes no more. */
    int (*sink)(void *argument, const char *data, size_t length);
    void *sink_argument;
    /* After FAILED. */
    uint32_t status;
    const char *reason;
    const char *why;
};

/* Makes it ready for the next request. Its memory is kept, up to a bound, and overwritten. */
void edge_http_reset(edge_http_t *http);
void edge_http_free(edge_http_t *http);
/* Takes octets of the head; `*used` says how many. DONE: the head is complete. */
int edge_http_take_head(edge_http_t *http, const char *data, size_t length, uint64_t limit,
                        size_t *used);
/* Checks the headers of a head that was taken apart, and notices those that the host itself must
 * know. DONE or FAILED. */
int edge_http_check_head(edge_http_t *http);
/* Whether a body follows the head. */
int edge_http_has_body(const edge_http_t *http);
/* Takes octets of the body and gives them to the sink. DONE: the body is complete. FAILED also
 * where the sink takes no more; `status` is then 413. */
int edge_http_take_body(edge_http_t *http, const char *data, size_t length, size_t *used);

#endif
