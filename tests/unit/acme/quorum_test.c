/* How many perspectives must agree. */
#include "cluster/quorum.h"

#include <check.h>
#include <signet/check.h>
#include <stdlib.h>

#define BEFORE INT64_C(1797292799999)
#define AFTER INT64_C(1797292800000)

/* Perspectives from a text: a letter for each region, a capital one where it agrees. */
static int judge(const char *text, int strict, int64_t now)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    acme_perspective_t all[16];
    uint64_t count = 0;
    for (const char *c = text; *c != 0; c++) {
        int agrees = *c >= 'A' && *c <= 'Z';
        const char *region = &letters[*c - (agrees ? 'A' : 'a')];
        all[count++] = (acme_perspective_t){.region = {region, 1}, .agrees = agrees};
    }
    return acme_quorum(all, count, strict, now);
}

START_TEST(counts_failures)
{
    static const uint64_t failures[] = {0, 0, 1, 1, 1, 1, 2, 2, 2};
    for (uint64_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        ck_assert_uint_eq(acme_quorum_failures(i), failures[i]);
    }
    ck_assert_uint_eq(acme_quorum_needed(BEFORE), 4);
    ck_assert_uint_eq(acme_quorum_needed(AFTER), 5);
}
END_TEST

START_TEST(judges)
{
    static const struct {
        const char *perspectives;
        int strict;
        int64_t now;
        int enough;
    } cases[] = {
        {"", 0, AFTER, 0},       {"A", 0, AFTER, 1},      {"a", 0, AFTER, 0},
        {"AA", 0, AFTER, 1},     {"Aa", 0, AFTER, 1},     {"aa", 0, AFTER, 0},
        {"AABBb", 0, AFTER, 1},  {"AABbb", 0, AFTER, 0},  {"AABBbb", 0, AFTER, 1},
        {"AABbbb", 0, AFTER, 0}, {"AABB", 1, BEFORE, 1},  {"AABB", 1, AFTER, 0},
        {"AABBB", 1, AFTER, 1},  {"AABBb", 1, AFTER, 1},  {"AABbb", 1, AFTER, 0},
        {"AAAAb", 1, AFTER, 0},  {"AAAAA", 1, AFTER, 0},  {"AAAAB", 1, AFTER, 1},
        {"AAB", 1, BEFORE, 0},   {"AAABBa", 1, AFTER, 1}, {"", 1, AFTER, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(judge(cases[i].perspectives, cases[i].strict, cases[i].now) ==
                          cases[i].enough,
                      "%s", cases[i].perspectives);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("acme-quorum");
    TCase *cases = tcase_create("all");
    tcase_add_test(cases, counts_failures);
    tcase_add_test(cases, judges);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
