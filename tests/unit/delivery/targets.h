/* An exporter and a notifier in the test's own process that fail as they are told and remember what
 * they took. */
#ifndef TESTS_UNIT_DELIVERY_TARGETS_H
#define TESTS_UNIT_DELIVERY_TARGETS_H

#include <signet/ext/draft/exporter.h>
#include <signet/ext/draft/notifier.h>
#include <signet/plugin.h>

#define TARGETS_MAX 512

/* Provides signet.exporter/1 and signet.notifier/1. */
extern const signet_plugin_t targets_plugin;

typedef struct targets {
    int32_t status;         /* what the next deliveries answer */
    int64_t retry_after_ms; /* and when to try again */
    uint64_t accepted;      /* entries that a failing batch takes all the same */
    const char *poison;     /* an object that is never taken; NULL: none */
    int hangs;              /* 1: until the deadline of the call */
    const char *receipt;    /* what a notifier answers */
    int calls;
    uint64_t largest; /* batch */
    int taken;        /* objects, in the order in which they were taken */
    char objects[TARGETS_MAX][64];
    char batch[64]; /* id of the last batch */
    /* Of the last alert. */
    char id[160];
    char key[300];
    char summary[1100];
    char handed[64]; /* its receipt */
    char severity[16];
    uint32_t state;
    uint64_t field_count;
} targets_t;

extern targets_t targets;
void targets_reset(void);

#endif
