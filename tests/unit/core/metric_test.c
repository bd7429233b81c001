/* Metrics: one number for one name and labels, and the text that Prometheus reads. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "core/metric.h"

static uint64_t add(uint32_t kind, const char *name, const char *labels)
{
    signet_metric_t metric = {.size = sizeof metric,
                              .kind = kind,
                              .name = {name, strlen(name)},
                              .help = SIGNET_TEXT_INIT("Help\nof \\ it."),
                              .labels = {labels, strlen(labels)}};
    return core_metric_add(&metric);
}

static char *text_of_all(void)
{
    core_call_options_t options = {0};
    signet_call_t *call = core_call_new(&options);
    signet_text_t text = {NULL, 0};
    ck_assert_int_eq(core_metric_text(call, &text), SIGNET_OK);
    char *copy = strndup(text.data, text.length);
    core_call_free(call);
    return copy;
}

START_TEST(one_number_for_one_metric)
{
    uint64_t one = add(SIGNET_METRIC_COUNTER, "signet_test_one_total", "lane=\"a\"");
    ck_assert_uint_ne(one, 0);
    ck_assert_uint_eq(add(SIGNET_METRIC_COUNTER, "signet_test_one_total", "lane=\"a\""), one);
    ck_assert_uint_ne(add(SIGNET_METRIC_COUNTER, "signet_test_one_total", "lane=\"b\""), one);
    ck_assert_uint_eq(add(SIGNET_METRIC_GAUGE, "signet_test_one_total", "lane=\"c\""), 0);
    ck_assert_uint_eq(add(SIGNET_METRIC_GAUGE, "not a name", ""), 0);
    ck_assert_uint_eq(add(9, "signet_test_kind", ""), 0);
    /* Numbers that are none do nothing. */
    core_metric_record(0, 1);
    core_metric_record(UINT64_MAX, 1);
}
END_TEST

static void *count_many(void *argument)
{
    for (int index = 0; index < 10000; index++)
        core_metric_record(*(const uint64_t *)argument, 1);
    return NULL;
}

START_TEST(counting_loses_nothing)
{
    uint64_t number = add(SIGNET_METRIC_COUNTER, "signet_test_many_total", "");
    pthread_t threads[4];
    for (int index = 0; index < 4; index++)
        pthread_create(&threads[index], NULL, count_many, &number);
    for (int index = 0; index < 4; index++)
        pthread_join(threads[index], NULL);
    char *text = text_of_all();
    ck_assert_ptr_nonnull(strstr(text, "\nsignet_test_many_total 40000\n"));
    free(text);
}
END_TEST

START_TEST(the_text_is_whole)
{
    uint64_t gauge = add(SIGNET_METRIC_GAUGE, "signet_test_depth", "lane=\"x\"");
    uint64_t time = add(SIGNET_METRIC_HISTOGRAM, "signet_test_seconds", "kind=\"y\"");
    core_metric_set(gauge, 42);
    core_metric_record(gauge, -2);
    core_metric_record(time, 100);
    core_metric_record(time, 101);
    core_metric_record(time, 20000000);
    char *text = text_of_all();
    ck_assert_ptr_nonnull(strstr(text, "# HELP signet_test_depth Help\\nof \\\\ it.\n"
                                       "# TYPE signet_test_depth gauge\n"
                                       "signet_test_depth{lane=\"x\"} 40\n"));
    ck_assert_ptr_nonnull(strstr(text,
                                 "# TYPE signet_test_seconds histogram\n"
                                 "signet_test_seconds_bucket{kind=\"y\",le=\"0.0001\"} 1\n"
                                 "signet_test_seconds_bucket{kind=\"y\",le=\"0.00025\"} 2\n"));
    ck_assert_ptr_nonnull(strstr(text, "signet_test_seconds_bucket{kind=\"y\",le=\"+Inf\"} 3\n"
                                       "signet_test_seconds_sum{kind=\"y\"} 20.000201\n"
                                       "signet_test_seconds_count{kind=\"y\"} 3\n"));
    free(text);
}
END_TEST

START_TEST(the_table_has_an_end)
{
    char labels[32];
    uint64_t number = 1;
    for (int index = 0; index < 2000 && number; index++) {
        snprintf(labels, sizeof labels, "n=\"%d\"", index);
        number = add(SIGNET_METRIC_GAUGE, "signet_test_full", labels);
    }
    ck_assert_uint_eq(number, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metric");
    TCase *tests = tcase_create("metric");
    tcase_add_test(tests, one_number_for_one_metric);
    tcase_add_test(tests, counting_loses_nothing);
    tcase_add_test(tests, the_text_is_whole);
    tcase_add_test(tests, the_table_has_an_end);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
