/* Rate limits of a directory: so many orders of one account, of one address, for one registered
 * domain; so many new accounts of one address. Each node counts by itself and forgets at its end;
 * the count of what is watched is bounded, whatever clients do. */
#ifndef ACME_LIMIT_H
#define ACME_LIMIT_H

#include "order/record.h"
#include "protocol/request.h"

#define ACME_LIMIT_MEMBERS .members = acme_limit_options, .member_count = ACME_LIMIT_OPTION_COUNT
extern const signet_option_t acme_limit_options[];
#define ACME_LIMIT_OPTION_COUNT 4

acme_limits_t *acme_limits_new(signet_call_t *call);
void acme_limits_free(acme_limits_t *limits);
/* Counts an order against the limits of its directory: of its account, of the address that it came
 * from, of each registered domain in it. LIMITED ("acme.rateLimited") names the limit and says when
 * to come again; nothing is counted then. [worker] */
int32_t acme_limit_order(signet_call_t *call, const acme_request_t *request,
                         const acme_order_t *order);
/* The same for a new account. [worker] */
int32_t acme_limit_account(signet_call_t *call, const acme_request_t *request);

#endif
