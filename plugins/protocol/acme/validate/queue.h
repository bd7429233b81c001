/* Authorizations that wait for their validation. Jobs of the outbound lane take them; what is in
 * the queue is also in the store (state "processing"), so that a restart forgets nothing. */
#ifndef ACME_QUEUE_H
#define ACME_QUEUE_H

#include <signet/sdk/queue.h>

typedef struct acme acme_t;

/* NULL on NO_MEMORY. [worker] */
signet_queue_t *acme_queue_new(signet_call_t *call, const signet_host_t *host);
/* Registers the jobs. [worker] */
int32_t acme_queue_start(signet_call_t *call, const acme_t *acme);
/* Puts one in and wakes a job. Where memory or the lane is exhausted, the sweep finds it. [any] */
void acme_queue_put(acme_t *acme, signet_call_t *call, signet_text_t directory, signet_text_t id);

#endif
