/* The edge's limits. */
#ifndef EDGE_LIMITS_H
#define EDGE_LIMITS_H

#include <signet/option.h>

#define EDGE_HEADERS 100U                 /* of one request at most */
#define EDGE_BODY_DEFAULT UINT64_C(65536) /* of a route that declares no limit */

/* What a connection can wait for, each for a time of its own. */
typedef enum edge_wait {
    EDGE_WAIT_HANDSHAKE,
    EDGE_WAIT_HEADER,
    EDGE_WAIT_BODY,
    EDGE_WAIT_IDLE,
    EDGE_WAIT_WRITE,
    EDGE_WAIT_LINGER,
    EDGE_WAIT_LAST, /* for a last request, while the host stops */
    EDGE_WAIT_RATE, /* before it is answered that it came too fast */
    EDGE_WAITS
} edge_wait_t;

typedef struct edge_limits {
    int64_t wait_ms[EDGE_WAITS];
    int64_t request_ms;   /* for a handler whose route declares no deadline */
    uint64_t header_size; /* of request line and headers together */
    int64_t connections;
    int64_t streams; /* of one connection of HTTP/2 */
    int access_log;
    int64_t loop_ms; /* that a loop may be held before that is logged */
} edge_limits_t;

/* How many files the process may open. */
int edge_limits_descriptors(void);
/* Reads the group `limits` and `log.access` of the `host` group, and lowers the number of
 * connections to what the process may open. */
void edge_limits_read(edge_limits_t *limits, const signet_setting_t *host);

#endif
