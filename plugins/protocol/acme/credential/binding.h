/* External account binding (RFC 8555, 7.3.4): an account proves that it knows a credential's key,
 * and is limited to what the credential is for. */
#ifndef ACME_BINDING_H
#define ACME_BINDING_H

#include "order/record.h"
#include "protocol/request.h"
#include "record.h"

/* The credential that a new account is bound by; its id is empty where there is none and none is
 * needed. INVALID ("acme.malformed"), DENIED ("acme.externalAccountRequired",
 * "acme.unauthorized"). [worker] */
int32_t acme_binding_check(signet_call_t *call, const acme_request_t *request,
                           acme_credential_t *credential);
/* Whether the account's credential still stands, and covers an order. DENIED. [worker] */
int32_t acme_binding_covers(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order);

#endif
