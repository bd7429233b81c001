/* What a connection may do that costs the host more than the client: cancelling requests, and
 * frames that carry nothing. Each is paid for from a bucket that fills with time, and the second
 * also with the data that is moved. */
#ifndef EDGE_HTTP2_FLOOD_H
#define EDGE_HTTP2_FLOOD_H

#include <stdint.h>

typedef struct edge_flood {
    uint64_t filled_ms; /* when the buckets were last filled */
    uint64_t cuts;      /* thousandths of streams that may still end without an answer */
    uint64_t frames;    /* thousandths of frames */
} edge_flood_t;

void edge_flood_init(edge_flood_t *flood, uint64_t now_ms);
/* A stream ended before it was answered. 0 when that were too many. */
int edge_flood_cut(edge_flood_t *flood, uint64_t now_ms);
/* A frame without data came. 0 when that were too many. */
int edge_flood_frame(edge_flood_t *flood, uint64_t now_ms);
/* Octets of bodies were moved, either way. */
void edge_flood_earn(edge_flood_t *flood, uint64_t octets);

#endif
