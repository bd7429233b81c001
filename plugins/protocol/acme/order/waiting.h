/* Requests that wait for approval: records acme.waiting, by directory and a digest of account,
 * profile, times, names and key. The next identical order uses the same approval. */
#ifndef ACME_WAITING_H
#define ACME_WAITING_H

#include "protocol/request.h"
#include "record.h"

#define ACME_WAITING "acme.waiting"

int32_t acme_waiting_declare(signet_call_t *call, const signet_store_t *store);
/* Sets order->waiting, the key of what it has in common with others. [any] */
int32_t acme_waiting_name(signet_call_t *call, acme_order_t *order, signet_bytes_t csr);
/* Where an earlier order for the same waits or was approved meanwhile, this one goes on with its
 * request: sets order->request and order->waiting. [worker] */
int32_t acme_waiting_find(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                          signet_bytes_t csr);
/* The change that keeps it, while order->state is "processing", or that removes it. [worker] */
int32_t acme_waiting_change(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order, signet_change_t *change);

#endif
