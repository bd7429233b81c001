/* Submissions to logs, on the outbound lane: the request that waits for them pauses meanwhile, so
 * that a slow log holds up none of the workers that issue. */
#ifndef CA_QUEUE_H
#define CA_QUEUE_H

#include "transparency/sct.h"

#include <signet/sdk/queue.h>

typedef struct ca_queue {
    const signet_host_t *host;
    signet_outbound_t *outbound;
    int64_t timeout_ms; /* for each log */
    signet_queue_t *submissions;
} ca_queue_t;

/* A precertificate on its way to one log. What it points to is the waiting request's and stays as
 * it is; the answer is kept in it. */
typedef struct ca_submission {
    signet_queue_item_t item; /* first */
    const ca_queue_t *queue;
    ca_log_t *log;
    signet_text_t body; /* of the request, JSON */
    const ca_sct_entry_t *entry;
    int64_t deadline; /* monotonic ms */
    int done;         /* an SCT came */
    uint64_t length;
    uint8_t sct[CA_SCT_MAX];
} ca_submission_t;

int32_t ca_queue_init(ca_queue_t *queue, signet_call_t *call, const signet_host_t *host);
/* Has `count` submissions done and waits for all of them. NO_MEMORY. [worker] */
int32_t ca_queue_run(const ca_queue_t *queue, signet_call_t *call, ca_submission_t *submissions,
                     uint64_t count);
void ca_queue_free(ca_queue_t *queue);

#endif
