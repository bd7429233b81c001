/* What an order replaces (RFC 9773, 5): records acme.replacements, by directory, authority and
 * serial, so that a certificate has one order that replaces it. */
#ifndef ACME_REPLACE_H
#define ACME_REPLACE_H

#include "protocol/request.h"
#include "record.h"

#define ACME_REPLACEMENTS "acme.replacements"

int32_t acme_replace_declare(signet_call_t *call, const signet_store_t *store);
/* Reads `replaces` of a newOrder into the order: a certificate of this account that shares a name
 * with it. INVALID ("acme.malformed"). [worker] */
int32_t acme_replace_check(signet_call_t *call, const acme_request_t *request, acme_order_t *order);
/* The change that marks the certificate as replaced by this order. CONFLICT
 * ("acme.alreadyReplaced") where another one does that is not invalid. [worker] */
int32_t acme_replace_mark(signet_call_t *call, const acme_request_t *request,
                          const acme_order_t *order, signet_change_t *change);
/* The change that keeps the mark after the order is gone: it is done. [worker] */
int32_t acme_replace_finish(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order, signet_change_t *change);
/* alreadyReplaced. [any] */
int32_t acme_replace_refuse(signet_call_t *call);

#endif
