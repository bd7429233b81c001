/* Serials: a million from four processes. */
#include "issue/serial.h"
#include "world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define EACH 250000
#define TOTAL ((size_t)PROCESSES * EACH)
#define RANDOM_OCTETS 12U
#define RANDOM_BITS (8 * RANDOM_OCTETS)

static uint8_t (*serials)[CA_SERIAL_LENGTH];

static void generate(int output)
{
    signet_check_t *world = signet_check_begin();
    signet_call_t *own = signet_check_call(world, "token:t", "");
    FILE *file = fdopen(output, "w");
    uint8_t serial[CA_SERIAL_LENGTH];
    int failed = file == NULL;
    for (int i = 0; i < EACH && !failed; i++)
        failed = ca_serial_new(own, signet_now(), serial) != SIGNET_OK ||
                 fwrite(serial, sizeof serial, 1, file) != 1;
    failed = failed || fclose(file) != 0;
    signet_check_call_end(own);
    signet_check_end(world);
    _exit(failed);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, CA_SERIAL_LENGTH);
}

/* The processes are forked after the generator was used, so that what it keeps is shared at first.
 */
static void collect(void)
{
    pid_t children[PROCESSES];
    int pipes[PROCESSES];
    serials = malloc(TOTAL * sizeof *serials);
    ck_assert_ptr_nonnull(serials);
    uint8_t serial[CA_SERIAL_LENGTH];
    signet_check_t *world = signet_check_begin();
    signet_call_t *own = signet_check_call(world, "token:t", "");
    ck_assert_int_eq(ca_serial_new(own, signet_now(), serial), SIGNET_OK);
    for (int i = 0; i < PROCESSES; i++) {
        int ends[2];
        ck_assert_int_eq(pipe(ends), 0);
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0)
            generate(ends[1]);
        close(ends[1]);
        pipes[i] = ends[0];
    }
    for (int i = 0; i < PROCESSES; i++) {
        FILE *file = fdopen(pipes[i], "r");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fread(serials[(size_t)i * EACH], CA_SERIAL_LENGTH, EACH, file), EACH);
        fclose(file);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
    }
    signet_check_call_end(own);
    signet_check_end(world);
}

START_TEST(case_79_a_million_serials_from_four_processes)
{
    collect();
    static uint64_t values[RANDOM_OCTETS][256];
    uint64_t ones[RANDOM_BITS] = {0};
    for (size_t i = 0; i < TOTAL; i++) {
        ck_assert(serials[i][0] >= 0x01 && serials[i][0] <= 0x7f);
        for (unsigned octet = 0; octet < RANDOM_OCTETS; octet++)
            values[octet][serials[i][4 + octet]]++;
    }
    for (unsigned bit = 0; bit < RANDOM_BITS; bit++) {
        for (unsigned value = 0; value < 256; value++)
            ones[bit] += value & (0x80U >> bit % 8) ? values[bit / 8][value] : 0;
    }
    /* Each of the 96 bits, more than the 64 that are required, is unbiased: within six standard
     * deviations of a half. */
    double deviation = sqrt((double)TOTAL) / 2;
    for (unsigned bit = 0; bit < RANDOM_BITS; bit++)
        ck_assert_msg(fabs((double)ones[bit] - (double)TOTAL / 2) < 6 * deviation,
                      "bit %u was set %llu times", bit, (unsigned long long)ones[bit]);
    qsort(serials, TOTAL, CA_SERIAL_LENGTH, compare);
    for (size_t i = 1; i < TOTAL; i++)
        ck_assert(memcmp(serials[i - 1], serials[i], CA_SERIAL_LENGTH) != 0);
    free(serials);
}
END_TEST

START_TEST(the_prefix_is_the_minute)
{
    signet_check_t *world = signet_check_begin();
    signet_call_t *own = signet_check_call(world, "token:t", "");
    uint8_t serial[CA_SERIAL_LENGTH];
    int64_t time = INT64_C(1795508566000);
    ck_assert_int_eq(ca_serial_new(own, time, serial), SIGNET_OK);
    int64_t minutes = time / 60000;
    ck_assert_int_eq(serial[0], minutes >> 24);
    ck_assert_int_eq(serial[3], minutes & 0xff);
    /* A clock at its beginning would give a serial that is too short. */
    ck_assert_int_eq(ca_serial_new(own, 0, serial), SIGNET_INTERNAL);
    own->services->clear(own);
    ck_assert_int_eq(ca_serial_new(own, INT64_MAX, serial), SIGNET_INTERNAL);
    signet_check_call_end(own);
    signet_check_end(world);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {case_79_a_million_serials_from_four_processes,
                                  the_prefix_is_the_minute};
    return world_run("ca-serial", NULL, tests, sizeof tests / sizeof tests[0]);
}
