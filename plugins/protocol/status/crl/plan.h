/* When lists are made, and by which node. */
#ifndef STATUS_CRL_PLAN_H
#define STATUS_CRL_PLAN_H

#include "status.h"

#define STATUS_LISTS_JOB "lists"

/* Looks at every issuer: takes over what other nodes or other people signed, and makes what is due.
 * A job. */
int32_t status_lists_job(void *instance, signet_call_t *call);
/* GET /crl/{file}: AUTHORITY-GENERATION.crl or the key's id. */
int32_t status_crl_route(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);

#endif
