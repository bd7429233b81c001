/* Authorizations that wait for their validation. Jobs of the outbound lane take them; what is in
 * the queue is also in the store (state "processing"), so that a restart forgets nothing. */
#ifndef ACME_QUEUE_H
#define ACME_QUEUE_H

#include <signet/host.h>

#define ACME_QUEUE_JOBS 8U

typedef struct acme_queue acme_queue_t;

acme_queue_t *acme_queue_new(signet_call_t *call, const signet_host_t *host);
void acme_queue_free(acme_queue_t *queue);
/* Registers the jobs. [worker] */
int32_t acme_queue_start(signet_call_t *call, acme_queue_t *queue);
/* Puts one in and wakes a job. Where memory or the lane is exhausted, the sweep finds it. [any] */
void acme_queue_put(acme_queue_t *queue, signet_call_t *call, signet_text_t directory,
                    signet_text_t id);

#endif
