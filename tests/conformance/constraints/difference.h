/* Where verifiers and Signet differ, and why: each difference must have a reason in RFC 5280. */
#ifndef DIFFERENCE_H
#define DIFFERENCE_H

#include "chain.h"

/* The three verdicts as 1 for a refusal. */
typedef struct difference_verdicts {
    int openssl;
    int gnutls;
    int signet;
} difference_verdicts_t;

/* Counts a difference under its reason; 0 where there is none that explains it. */
int difference_explain(const chain_t *chain, const difference_verdicts_t *verdicts);
/* Prints how often each reason was met; how many were never. */
int difference_report(void);

#endif
