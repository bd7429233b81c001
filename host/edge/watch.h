/* The watch over the loops: whoever holds one too long is named in the log, with its stack. */
#ifndef EDGE_WATCH_H
#define EDGE_WATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "core/registry.h"

#define EDGE_WATCH_FRAMES 48
#define EDGE_WATCH_NAME 80

typedef struct edge edge_t;

/* What is known of a loop. */
typedef struct edge_pulse {
    /* Of the watch: how long the loop has waited for events in its life; since when that has not
     * grown (ms, monotonic); and whether that was told. */
    uint64_t idle;
    atomic_llong still_since;
    int told;
    /* Of the loop's own thread. */
    _Atomic(const core_route_t *) serving; /* whose handler runs on it; NULL: none */
    /* What it notes when it is asked where it is. */
    void *frames[EDGE_WATCH_FRAMES];
    int frame_count;
    char instance[EDGE_WATCH_NAME];
    char route[EDGE_WATCH_NAME];
    atomic_int noted;
} edge_pulse_t;

typedef struct edge_watch {
    pthread_t thread;
    int runs;
    int ending; /* under the edge's lock */
    pthread_cond_t end;
    uint64_t metric;
} edge_watch_t;

/* Starts its thread, once the loops run. 0 where there is none to be had. */
int edge_watch_begin(edge_t *edge);
/* Ends it, while the loops still run. */
void edge_watch_end(edge_t *edge);
/* To be called by each loop's thread at its begin. */
void edge_watch_enter(edge_pulse_t *pulse);

#endif
