/* Case 110: nothing about a secret is learnt from how long its comparison takes.
 *
 *     compare-secret timings             10^5 timings over equal and differing secrets
 *     compare-secret branches            under valgrind: the secret is marked undefined
 *     compare-secret branches --leaky    the same with a comparison that leaks, which must be found
 *
 * Built without sanitizers, which would add branches and time of their own. */
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/memcheck.h>

#define LENGTH 4096U
#define TIMINGS 100002U /* a third for each kind */
#define KINDS 3U
#define TRIES 5

/* By how much the medians may differ. A comparison that stops at the first difference takes a
 * hundredth of the time where that is the first octet. */
#define TOLERANCE 0.05

typedef int compare_t(signet_bytes_t a, signet_bytes_t b);

/* What must not be: it stops at the first difference. */
static int compare_leaky(signet_bytes_t a, signet_bytes_t b)
{
    const volatile uint8_t *left = a.data;
    const volatile uint8_t *right = b.data;
    for (uint64_t i = 0; i < a.length; i++) {
        if (left[i] != right[i]) {
            return 0;
        }
    }
    return 1;
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Whether the three kinds of pairs (equal, first octet differs, last octet differs) take a
 * different time. They are timed by turns, so that whatever else the machine does falls on all of
 * them alike, and compared by their medians. */
static int distinguishable(compare_t *compare)
{
    static uint8_t secret[LENGTH];
    static uint8_t guesses[KINDS][LENGTH];
    static int64_t times[KINDS][TIMINGS / KINDS];
    memset(secret, 0x5a, sizeof secret);
    memset(guesses, 0x5a, sizeof guesses);
    guesses[1][0] ^= 1;
    guesses[2][LENGTH - 1] ^= 1;
    volatile int sum = 0;
    for (uint32_t i = 0; i < TIMINGS; i++) {
        uint32_t kind = i % KINDS;
        signet_bytes_t a = {secret, LENGTH};
        signet_bytes_t b = {guesses[kind], LENGTH};
        int64_t begin = now_ns();
        sum += compare(a, b);
        times[kind][i / KINDS] = now_ns() - begin;
    }
    if (sum != (int)(TIMINGS / KINDS)) {
        fprintf(stderr, "the comparison is wrong\n");
        exit(EXIT_FAILURE);
    }
    int64_t least = INT64_MAX;
    int64_t most = 0;
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        qsort(times[kind], TIMINGS / KINDS, sizeof(int64_t), by_value);
        int64_t median = times[kind][TIMINGS / KINDS / 2];
        printf("kind %u: median %lld ns\n", kind, (long long)median);
        least = median < least ? median : least;
        most = median > most ? median : most;
    }
    return (double)(most - least) > TOLERANCE * (double)most;
}

static int check_timings(void)
{
    if (!distinguishable(compare_leaky)) {
        fprintf(stderr, "this test would not notice a comparison that leaks\n");
        return EXIT_FAILURE;
    }
    /* A leak shows in every try, a disturbance of the machine does not. */
    for (int i = 0; i < TRIES; i++) {
        if (!distinguishable(signet_bytes_equal_secret)) {
            return EXIT_SUCCESS;
        }
    }
    fprintf(stderr, "the time of signet_bytes_equal_secret tells where secrets differ\n");
    return EXIT_FAILURE;
}

/* Compares secrets of many lengths that valgrind holds for undefined: it reports each branch and
 * each address that depends on them. The answer alone may be known. */
static int check_branches(compare_t *compare)
{
    static uint8_t secret[LENGTH];
    static uint8_t guess[LENGTH];
    int wrong = 0;
    for (uint64_t length = 1; length <= 80; length++) {
        memset(secret, 1, length);
        memset(guess, 1, length);
        guess[length - 1] = (uint8_t)(length % 2);
        VALGRIND_MAKE_MEM_UNDEFINED(secret, length);
        int equal = compare((signet_bytes_t){secret, length}, (signet_bytes_t){guess, length});
        VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal);
        wrong += equal != (length % 2 == 1);
    }
    return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "timings") == 0) {
        return check_timings();
    }
    if (count >= 2 && strcmp(arguments[1], "branches") == 0) {
        int leaky = count == 3 && strcmp(arguments[2], "--leaky") == 0;
        return check_branches(leaky ? compare_leaky : signet_bytes_equal_secret);
    }
    fprintf(stderr, "usage: compare-secret timings|branches [--leaky]\n");
    return EXIT_FAILURE;
}
