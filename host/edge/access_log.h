/* The access log: one line for each request. */
#ifndef EDGE_ACCESS_LOG_H
#define EDGE_ACCESS_LOG_H

#include "edge/request.h"

/* Writes the line of an answered request, where the log is on. */
void edge_access_log(const edge_request_t *request, uint64_t duration_us);

#endif
