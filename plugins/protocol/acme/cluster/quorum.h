/* How many perspectives must agree (Baseline Requirements, 3.2.2.9). */
#ifndef ACME_QUORUM_H
#define ACME_QUORUM_H

#include <signet/sdk/text.h>

/* What a perspective found. */
typedef struct acme_perspective {
    signet_text_t node;
    signet_text_t region;
    int agrees;
} acme_perspective_t;

/* How many remote perspectives there must be at a time, ms since 1970 UTC: four, and five from
 * 15 December 2026. [any] */
uint64_t acme_quorum_needed(int64_t now);
/* How many of so many may disagree: none of one, one of two to five, two of more. [any] */
uint64_t acme_quorum_failures(uint64_t count);
/* How many regions they lie in; of those that agree alone with `agreeing`. [any] */
uint64_t acme_quorum_regions(const acme_perspective_t *perspectives, uint64_t count, int agreeing);
/* Whether those that agree are enough. `strict`: enough of them were asked, and those that agree
 * lie in two regions at least. [any] */
int acme_quorum(const acme_perspective_t *perspectives, uint64_t count, int strict, int64_t now);

#endif
