/* The target of a request: path and query, checked and decoded in place. */
#ifndef EDGE_TARGET_H
#define EDGE_TARGET_H

#include <signet/http.h>

#define EDGE_TARGET_QUERY 100U /* parameters in a query at most */

typedef struct edge_target {
    signet_text_t path; /* decoded and normalised */
    uint64_t query_count;
    signet_pair_t query[EDGE_TARGET_QUERY];
} edge_target_t;

/* Leaves the path and query alone of the `*length` octets at `*raw`. OK; INVALID with `*why` a
 * sentence for characters that no target may hold. */
int32_t edge_target_begin(char **raw, size_t *length, const char **why);
/* Parses what edge_target_begin left at `raw`, decoding in place, so that the target points into
 * them. OK; INVALID with `*why` a sentence; TOO_LARGE for too many parameters. Whatever two readers
 * could understand differently is refused: dot segments, empty segments, and encodings of '.',
 * '/', '\', '%' and of controls in the path. */
int32_t edge_target_parse(edge_target_t *target, char *raw, size_t length, const char **why);

#endif
