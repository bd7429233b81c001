/* The body of an order's record. */
#ifndef ACME_ORDER_BODY_H
#define ACME_ORDER_BODY_H

#include "record.h"

int32_t acme_order_body_read(signet_call_t *call, signet_bytes_t body, acme_order_t *order);
int32_t acme_order_body_write(signet_call_t *call, const acme_order_t *order, signet_text_t *body);

#endif
