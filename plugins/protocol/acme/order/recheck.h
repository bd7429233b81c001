/* CAA records are looked at again before a certificate is issued where the last look is old, or was
 * for another name. */
#ifndef ACME_RECHECK_H
#define ACME_RECHECK_H

#include "protocol/request.h"
#include "record.h"

/* Each name of the order whose look is not good any more is looked at once, all of them at the same
 * time, and those that are permitted are remembered. DENIED ("acme.caa") names the first that is
 * not; UNAVAILABLE where the host ends meanwhile. [worker] */
int32_t acme_order_recheck(signet_call_t *call, const acme_request_t *request,
                           const acme_order_t *order);

#endif
