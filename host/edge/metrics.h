/* What the edge measures. */
#ifndef EDGE_METRICS_H
#define EDGE_METRICS_H

#include <stdint.h>

typedef struct edge_metrics {
    uint64_t requests[6]; /* by the first digit of the status */
    uint64_t duration;
    uint64_t connections;
    uint64_t handshakes;
    uint64_t handshake_failures;
    uint64_t floods;
    uint64_t limited[2]; /* requests refused by the rate of their address, and of their actor */
} edge_metrics_t;

void edge_metrics_register(edge_metrics_t *metrics);

#endif
