/* The smallest vocabulary of the contract: text, bytes, statuses and the size rule.
 *
 * Every public struct but the two below starts with `uint32_t size`, set by whoever fills it
 * to sizeof of the struct as they know it. Members are appended, never moved. A reader uses a
 * member only through SIGNET_HAS. Elements of an array have equal `size`; the reader steps by
 * it with SIGNET_AT. Lengths and counts are uint64_t. Recorded times are int64_t milliseconds
 * since 1970-01-01T00:00:00Z; durations and deadlines are milliseconds of the monotonic clock. */
#ifndef SIGNET_BASE_H
#define SIGNET_BASE_H

#include <stddef.h>
#include <stdint.h>

/* Revision of the plugin contract as a whole. A plugin whose descriptor carries another one is
 * refused at load. It stays 0 until 1.0 is declared. */
#define SIGNET_ABI 0

/* UTF-8, not NUL-terminated. `data` may be NULL where `length` is 0. Frozen: it has no size. */
typedef struct signet_text {
    const char *data;
    uint64_t length;
} signet_text_t;

/* Octets. `data` may be NULL where `length` is 0. Frozen: it has no size. */
typedef struct signet_bytes {
    const uint8_t *data;
    uint64_t length;
} signet_bytes_t;

/* A signet_text_t from a string literal: as an expression, and as a static initialiser. */
#define SIGNET_TEXT(literal) ((signet_text_t){(literal), sizeof(literal) - 1})
#define SIGNET_TEXT_INIT(literal)                                                                  \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* True where the filler of `object` knew `member` and set it to something else than 0 or NULL.
 * For a text or bytes member name its pointer: SIGNET_HAS(error, reason.data). */
#define SIGNET_HAS(object, member)                                                                 \
    ((object)->size >= (uint64_t)((const char *)&(object)->member - (const char *)(object)) +      \
                           sizeof((object)->member) &&                                             \
     (object)->member)

/* Element `index` of an array whose elements carry their own size. `type` is the element's type. */
#define SIGNET_AT(type, array, index)                                                              \
    ((const type *)(const void *)((const char *)(array) + (uint64_t)(index) * (array)->size))

/* Statuses: 0 is success, failures are negative. New ones are appended. */
#define SIGNET_OK 0
#define SIGNET_INVALID (-1)         /* the input breaks a rule; the same input will fail again */
#define SIGNET_UNAUTHENTICATED (-2) /* no credential, or not a valid one */
#define SIGNET_DENIED (-3)          /* known, but not allowed */
#define SIGNET_NOT_FOUND (-4)       /* no such object, or not visible to this tenant */
#define SIGNET_EXISTS (-5)          /* it is there already */
#define SIGNET_CONFLICT (-6)        /* another version or state than expected */
#define SIGNET_TOO_LARGE (-7)       /* over a size, depth or count limit */
#define SIGNET_LIMITED (-8)         /* over a rate or quota; retry_after says when */
#define SIGNET_BUSY (-9)            /* a queue is full; retry_after says when */
#define SIGNET_WOULD_BLOCK (-10)    /* an inline route that must run on a worker */
#define SIGNET_UNAVAILABLE (-11)    /* something needed does not answer; may pass */
#define SIGNET_TIMEOUT (-12)        /* the deadline passed */
#define SIGNET_CANCELLED (-13)      /* the caller went away */
#define SIGNET_UNKNOWN (-14)        /* it may have happened: read back, then decide */
#define SIGNET_FULL (-15)           /* no space left */
#define SIGNET_CORRUPT (-16)        /* stored data is damaged */
#define SIGNET_UNSUPPORTED (-17)    /* not offered here */
#define SIGNET_ABI_MISMATCH (-18)   /* built against another contract */
#define SIGNET_NO_MEMORY (-19)      /* an allocation failed */
#define SIGNET_INTERNAL (-20)       /* a defect of ours */
#define SIGNET_PENDING (-21)        /* accepted, but it waits for others: ask again later */

#endif
