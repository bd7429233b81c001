/* Errors as problem details (RFC 9457). */
#ifndef EDGE_PROBLEM_H
#define EDGE_PROBLEM_H

#include <signet/call.h>

#include "edge/buffer.h"

typedef struct edge_problem {
    uint32_t status; /* of HTTP */
    signet_text_t reason;
    signet_text_t message;
    signet_text_t field; /* or empty */
    signet_text_t trace; /* or empty */
    signet_text_t allow; /* value of the Allow header, or empty */
    int64_t retry_after_ms;
} edge_problem_t;

/* The status of HTTP for a status of ours. */
uint32_t edge_problem_status(int32_t status);
/* Appends a whole answer; `flags` as for edge_response_write. */
int32_t edge_problem_write(edge_buffer_t *out, const edge_problem_t *problem, uint32_t flags);

#endif
