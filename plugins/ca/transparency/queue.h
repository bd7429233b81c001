/* Submissions to logs, on the outbound lane: the request that waits for them pauses meanwhile, so
 * that a slow log holds up none of the workers that issue. */
#ifndef CA_QUEUE_H
#define CA_QUEUE_H

#include "transparency/sct.h"

#include <pthread.h>

/* So many logs are asked at a time. */
#define CA_QUEUE_JOBS 8U
/* So many submissions wait for their turn; with more the log counts as failed. */
#define CA_QUEUE_MAX 256U

/* A precertificate on its way to one log. What it points to is the waiting request's and stays as
 * it is; the answer is kept in it. */
typedef struct ca_submission {
    struct ca_submission *next;
    ca_log_t *log;
    signet_text_t body; /* of the request, JSON */
    const ca_sct_entry_t *entry;
    int64_t deadline; /* monotonic ms */
    signet_call_t *waiter;
    atomic_uint *pending; /* how many of a round are not done; the last one resumes the waiter */
    int done;             /* an SCT came */
    uint64_t length;
    uint8_t sct[CA_SCT_MAX];
} ca_submission_t;

typedef struct ca_queue {
    const signet_host_t *host;
    signet_outbound_t *outbound;
    int64_t timeout_ms; /* for each log */
    pthread_mutex_t lock;
    ca_submission_t *first;
    ca_submission_t **last;
    uint64_t length;
    int closed;
    int busy[CA_QUEUE_JOBS]; /* jobs that run, or were woken */
} ca_queue_t;

int32_t ca_queue_init(ca_queue_t *queue, signet_call_t *call, const signet_host_t *host);
/* Registers the jobs. In start, in mode SERVE. */
int32_t ca_queue_start(ca_queue_t *queue, signet_call_t *call);
/* Has `count` submissions done and waits for all of them. [worker] */
void ca_queue_run(ca_queue_t *queue, signet_call_t *call, ca_submission_t *submissions,
                  uint64_t count);
/* Ends what waits for its turn; from here on each submission fails. */
void ca_queue_close(ca_queue_t *queue);
void ca_queue_free(ca_queue_t *queue);

#endif
