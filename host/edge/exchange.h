/* What a handler answers through. */
#ifndef EDGE_EXCHANGE_H
#define EDGE_EXCHANGE_H

#include "edge/request.h"

extern const signet_exchange_services_t edge_exchange_services;

/* Flags of edge_response_write for this request's answer. */
uint32_t edge_exchange_flags(edge_request_t *request);

#endif
