/* Answers in the form they have on the wire. */
#ifndef EDGE_RESPONSE_H
#define EDGE_RESPONSE_H

#include <signet/http.h>

#include "edge/buffer.h"

#define EDGE_RESPONSE_CLOSE 1U   /* the connection ends with it */
#define EDGE_RESPONSE_CHUNKED 2U /* the body follows in chunks */
#define EDGE_RESPONSE_OPEN 4U    /* the body follows and ends with the connection (HTTP/1.0) */
#define EDGE_RESPONSE_HEAD 8U    /* the request was HEAD: no body */
#define EDGE_RESPONSE_FIELDS 16U /* for HTTP/2: the head as fields, as below */

#define EDGE_RESPONSE_FIELD_COUNT 64U /* fields of a head for HTTP/2 at most */

/* Appends status line, headers and body. With FIELDS the head is a run of names in lower case and
 * values, ":status" first, each ended by a NUL octet, and the run by one more. INVALID where status
 * or a header cannot be sent; NO_MEMORY. */
int32_t edge_response_write(edge_buffer_t *out, const signet_response_t *response, uint32_t flags);
/* Appends one chunk; nothing for an empty piece. */
int32_t edge_response_write_chunk(edge_buffer_t *out, signet_bytes_t piece);
/* The phrase of a status: "Not Found". */
const char *edge_response_phrase(uint32_t status);

#endif
