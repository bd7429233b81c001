/* Authorizations that wait for their validation. Jobs of the outbound lane take them; what is in
 * the queue is also in the store (state "processing"), so that a restart forgets nothing. */
#ifndef ACME_QUEUE_H
#define ACME_QUEUE_H

#include <signet/host.h>
#include <stdatomic.h>

#define ACME_QUEUE_JOBS 8U

typedef struct acme_queue acme_queue_t;

/* Work that a request waits for, so that it occupies no worker meanwhile. It is the first member of
 * what `run` works on; what comes of it is left there, in memory that is not the child call's. */
typedef struct acme_task {
    void (*run)(struct acme_task *task, signet_call_t *child);
    struct acme_task *next; /* these are the queue's */
    signet_call_t *waiter;
    atomic_uint *pending;
} acme_task_t;

acme_queue_t *acme_queue_new(signet_call_t *call, const signet_host_t *host);
void acme_queue_free(acme_queue_t *queue);
/* Registers the jobs. [worker] */
int32_t acme_queue_start(signet_call_t *call, acme_queue_t *queue);
/* Puts one in and wakes a job. Where memory or the lane is exhausted, the sweep finds it. [any] */
void acme_queue_put(acme_queue_t *queue, signet_call_t *call, signet_text_t directory,
                    signet_text_t id);
/* Has tasks run by jobs, before what waits for validation, and returns once all have; those that
 * the queue does not take any more have not. [worker] */
void acme_queue_run(acme_queue_t *queue, signet_call_t *call, acme_task_t *const *tasks,
                    uint64_t count);
/* Takes no tasks any more, and lets go who waits for those that were not begun. [any] */
void acme_queue_close(acme_queue_t *queue);

#endif
