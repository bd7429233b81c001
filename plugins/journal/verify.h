/* Verification: whether the stored entries are what was sealed. */
#ifndef JOURNAL_VERIFY_H
#define JOURNAL_VERIFY_H

#include "digest.h"
#include "schema.h"

#include <signet/command.h>

/* What was found of one node. */
typedef struct journal_verdict {
    char node[JOURNAL_NODE_LIMIT + 1];
    uint64_t seals;
    uint64_t entries;  /* under them */
    uint64_t unsealed; /* after the last seal; nothing vouches for them yet */
    uint64_t index;    /* of the last seal */
    uint8_t digest[JOURNAL_DIGEST];
    char key[2 * JOURNAL_DIGEST + 1]; /* fingerprint of the last seal's key */
} journal_verdict_t;

/* A head that was kept elsewhere: what seal `index` of a node must be. */
typedef struct journal_head {
    signet_text_t node;
    uint64_t index;
    uint8_t digest[JOURNAL_DIGEST];
    int seen;
} journal_head_t;

/* Takes each node's verdict, and how far it has come. */
typedef struct journal_listener {
    int32_t (*tell)(void *context, signet_call_t *call, const journal_verdict_t *verdict);
    void *context;
    signet_output_t *output; /* where progress is shown; or NULL */
} journal_listener_t;

/* Verifies all seals and entries, from seal `from` of each node on. CORRUPT names the first that
 * is wrong. [worker] */
int32_t journal_verify(signet_call_t *call, const signet_store_t *store, uint64_t from,
                       journal_head_t *heads, uint64_t head_count,
                       const journal_listener_t *listener);

#endif
