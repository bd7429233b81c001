/* Bodies in chunks (RFC 9112, 7.1), read strictly: llhttp takes a bare LF for the end of a line. */
#ifndef EDGE_CHUNKED_H
#define EDGE_CHUNKED_H

#include <signet/base.h>

typedef struct edge_chunked {
    uint32_t state;
    uint32_t digits;  /* of the size so far */
    uint64_t left;    /* octets of the chunk's data still to come, or its size so far */
    uint64_t framing; /* octets that were not data */
    int in_line;      /* a trailer line has begun */
} edge_chunked_t;

#define EDGE_CHUNKED_MORE 0
#define EDGE_CHUNKED_DATA 1 /* these octets are data */
#define EDGE_CHUNKED_DONE 2
#define EDGE_CHUNKED_FAILED (-1)

/* Takes octets of framing, or finds octets of data; `*used` says how many of either. Begins with
 * all zeros. */
int edge_chunked_take(edge_chunked_t *chunked, const char *octets, size_t length, size_t *used);

#endif
