/* Bounds on time, as thread CPU time in a build without sanitizers; ten times that with them. */
#ifndef TEST_CRYPTO_COST_H
#define TEST_CRYPTO_COST_H

#include <check.h>
#include <stdint.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COST_FACTOR 10
#else
#define COST_FACTOR 1
#endif

static inline int64_t cost_now_us(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Runs a statement and checks what it cost. */
#define COST_AT_MOST_MS(ms, statement)                                                             \
    do {                                                                                           \
        int64_t cost_begin = cost_now_us();                                                        \
        statement;                                                                                 \
        ck_assert_int_le(cost_now_us() - cost_begin, (int64_t)(ms)*1000 * COST_FACTOR);            \
    } while (0)

#endif
