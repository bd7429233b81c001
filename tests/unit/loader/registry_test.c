/* The registry: start order from needs, life cycle, routes, jobs. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/world.h"
#include "core/metric.h"
#include "core/text.h"

static core_config_t *config;
static core_registry_t *registry;

/* Opens what "signet.cfg" is made to say; a failure leaves nothing to close. */
static int32_t open_blocks(const char *blocks, uint32_t mode)
{
    world_clear();
    world_configure(blocks);
    ck_assert_msg(world_load(NULL, &config) == SIGNET_OK, "%s", world_message());
    int32_t status = core_registry_open(world_call(), config, mode, &registry);
    if (status != SIGNET_OK)
        core_config_free(config);
    return status;
}

static void close_all(void)
{
    core_registry_close(registry);
    core_config_free(config);
}

static void expect(const char *words)
{
    ck_assert_msg(strstr(world_message(), words) != NULL, "%s", world_message());
    ck_assert_msg(world_is_line(world_message()), "%s", world_message());
}

START_TEST(needs_give_the_order)
{
    uint64_t count = 0;
    ck_assert_int_eq(
        open_blocks(
            "{ name = \"last\"; plugin = \"mock-good\"; parts = ( { name = \"p\"; other = "
            "\"middle\"; } ); },\n"
            "{ name = \"middle\"; plugin = \"mock-good\"; parts = ( { name = \"q\"; }, { name "
            "= \"p\"; other = \"first\"; } ); },\n"
            "{ name = \"first\"; plugin = \"mock-good\"; }",
            SIGNET_MODE_SERVE),
        SIGNET_OK);
    ck_assert_ptr_null(core_registry_providers(registry, SIGNET_TEXT("test.good/1"), &count));
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_OK);
    const signet_provider_t *const *providers =
        core_registry_providers(registry, SIGNET_TEXT("test.good/1"), &count);
    ck_assert_uint_eq(count, 3);
    ck_assert(core_text_is(providers[0]->name, "first"));
    ck_assert(core_text_is(providers[1]->name, "middle"));
    ck_assert(core_text_is(providers[2]->name, "last"));
    ck_assert_uint_ne(providers[0]->number, providers[1]->number);
    /* A call finds them by name; without one there are too many. */
    core_call_options_t options = {.registry = registry};
    signet_call_t *call = core_call_new(&options);
    const signet_provider_t *found =
        call->services->find(call, SIGNET_TEXT("test.good/1"), SIGNET_TEXT("middle"));
    ck_assert_ptr_eq(found, providers[1]);
    ck_assert_ptr_null(call->services->find(call, SIGNET_TEXT("test.good/1"), SIGNET_TEXT("")));
    ck_assert_int_eq(call->services->error(call)->status, SIGNET_CONFLICT);
    core_call_free(call);
    close_all();
}
END_TEST

START_TEST(unmet_needs_are_named)
{
    ck_assert_int_eq(open_blocks("{ name = \"one\"; plugin = \"mock-unmet\"; }", SIGNET_MODE_SERVE),
                     SIGNET_INVALID);
    expect("signet.cfg:3: instance \"one\" (plugin mock-unmet) needs test.nowhere/1, which no "
           "configured plugin provides: add one that does");
    ck_assert_int_eq(open_blocks("{ name = \"one\"; plugin = \"mock-peer\";\n peer = \"two\"; },\n"
                                 "{ name = \"two\"; plugin = \"mock-good\"; }",
                                 SIGNET_MODE_SERVE),
                     SIGNET_INVALID);
    expect(
        "signet.cfg:4: \"peer\" names instance \"two\" (plugin mock-good), which does not provide "
        "test.thing/1: name one that does");
}
END_TEST

START_TEST(circles_are_named)
{
    ck_assert_int_eq(open_blocks("{ name = \"a\"; plugin = \"mock-peer\"; peer = \"b\"; },\n"
                                 "{ name = \"b\"; plugin = \"mock-peer\"; peer = \"c\"; },\n"
                                 "{ name = \"c\"; plugin = \"mock-peer\"; peer = \"b\"; }",
                                 SIGNET_MODE_SERVE),
                     SIGNET_INVALID);
    expect("signet.cfg:4: instances need each other in a circle: \"b\" needs \"c\" needs \"b\": "
           "remove "
           "one of these references");
}
END_TEST

static void expect_trace(const char *letters)
{
    char read[64] = "";
    FILE *file = fopen(world_path("trace"), "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(read, 1, sizeof read - 1, file), 0);
    fclose(file);
    unlink(world_path("trace"));
    ck_assert_str_eq(read, letters);
}

static const char *refuse(const char *step)
{
    static char block[256];
    snprintf(block, sizeof block,
             "{ name = \"one\"; plugin = \"mock-refuse\"; trace = \"trace\"; step = \"%s\"; }",
             step);
    return block;
}

/* The letters are those of open, start, drain, stop (p) and close. */
START_TEST(close_follows_a_failure)
{
    ck_assert_int_eq(open_blocks(refuse("open"), SIGNET_MODE_SERVE), SIGNET_UNAVAILABLE);
    expect_trace("oc");
    ck_assert_int_eq(open_blocks(refuse("start"), SIGNET_MODE_SERVE), SIGNET_OK);
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_UNAVAILABLE);
    expect("signet.cfg:3: instance \"one\" (plugin mock-refuse): the mock refuses: leave it out");
    close_all();
    expect_trace("osc");
    ck_assert_int_eq(open_blocks(refuse("none"), SIGNET_MODE_SERVE), SIGNET_OK);
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_OK);
    core_registry_drain(registry);
    close_all();
    expect_trace("osdpc");
    /* A trial opens and closes, and nothing else. */
    ck_assert_int_eq(open_blocks(refuse("none"), SIGNET_MODE_CHECK), SIGNET_OK);
    close_all();
    expect_trace("oc");
}
END_TEST

/* Case 119, routes: a parameter by another name is the same route. */
START_TEST(a_route_has_one_owner)
{
    uint64_t count = 0;
    ck_assert_int_eq(open_blocks("{ name = \"one\"; plugin = \"mock-route\"; }", SIGNET_MODE_SERVE),
                     SIGNET_OK);
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_OK);
    const core_route_t *routes = core_registry_routes(registry, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert(core_text_is(routes[0].instance_name, "one"));
    ck_assert_ptr_nonnull(routes[0].instance);
    close_all();
    ck_assert_int_eq(open_blocks("{ name = \"one\"; plugin = \"mock-route\"; },\n"
                                 "{ name = \"two\"; plugin = \"mock-route\"; }",
                                 SIGNET_MODE_SERVE),
                     SIGNET_OK);
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_EXISTS);
    expect("instance \"two\" registers GET /mock/{");
    expect("which instance \"one\" serves already: leave one of the two out of the configuration");
    close_all();
}
END_TEST

/* Case 119, names. */
START_TEST(an_instance_has_a_name_of_its_own)
{
    world_configure("{ name = \"one\"; plugin = \"mock-good\"; },\n"
                    "{ name = \"one\"; plugin = \"mock-route\"; }");
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    expect("signet.cfg:4: two instances are named \"one\" (the other at ");
}
END_TEST

static int64_t metric(const char *name)
{
    core_call_options_t options = {0};
    signet_call_t *call = core_call_new(&options);
    signet_text_t text = {NULL, 0};
    char line[128];
    int64_t value = -1;
    ck_assert_int_eq(core_metric_text(call, &text), SIGNET_OK);
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = memmem(text.data, text.length, line, strlen(line));
    if (at)
        value = strtoll(at + strlen(line), NULL, 10);
    core_call_free(call);
    return value;
}

START_TEST(jobs_run_until_drained)
{
    core_lanes_t *lanes = core_lanes_new(1);
    ck_assert_int_eq(
        open_blocks("{ name = \"worker\"; plugin = \"mock-job\"; }", SIGNET_MODE_SERVE), SIGNET_OK);
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_OK);
    ck_assert_int_eq(core_registry_run_jobs(registry, lanes), SIGNET_OK);
    static const char *const runs_of[] = {"signet_mock_runs_total", "signet_mock_left_total",
                                          "signet_mock_right_total"};
    for (size_t i = 0; i < sizeof runs_of / sizeof *runs_of; i++) {
        for (int wait = 0; wait < 60000 && metric(runs_of[i]) < 5; wait++)
            usleep(1000);
        ck_assert_int_ge(metric(runs_of[i]), 5);
    }
    core_registry_drain(registry);
    ck_assert_int_eq(core_lanes_drain(lanes, 10000), 1);
    int64_t runs = metric("signet_mock_runs_total");
    usleep(50000);
    ck_assert_int_eq(metric("signet_mock_runs_total"), runs);
    ck_assert_int_eq(metric("signet_mock_overlaps_total"), 0);
    ck_assert_int_eq(metric("signet_mock_strangers_total"), 0);
    close_all();
    core_lanes_free(lanes);
}
END_TEST

/* Runs the mock that needs a lease until the lease was asked for this often in all. */
static void run_singleton(const char *block, int64_t asked)
{
    core_lanes_t *lanes = core_lanes_new(1);
    ck_assert_int_eq(open_blocks(block, SIGNET_MODE_SERVE), SIGNET_OK);
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_OK);
    ck_assert_int_eq(core_registry_run_jobs(registry, lanes), SIGNET_OK);
    for (int wait = 0; wait < 60000 && metric("signet_mock_asked_total") < asked; wait++)
        usleep(1000);
    ck_assert_int_ge(metric("signet_mock_asked_total"), asked);
    core_registry_drain(registry);
    close_all();
    core_lanes_free(lanes);
}

/* A job with a lease runs on the node that holds it; one that wakes itself runs again at once. */
START_TEST(a_lease_decides_who_runs)
{
    run_singleton("{ name = \"one\"; plugin = \"mock-lease\"; granted = false; }", 1);
    ck_assert_int_eq(metric("signet_mock_singleton_total"), 0);
    int64_t asked = metric("signet_mock_asked_total");
    run_singleton("{ name = \"one\"; plugin = \"mock-lease\"; granted = true; }", asked + 3);
    ck_assert_int_ge(metric("signet_mock_singleton_total"), 2);
}
END_TEST

/* Commands are given instances, but no job runs beside them. */
START_TEST(no_job_runs_for_a_command)
{
    core_lanes_t *lanes = core_lanes_new(1);
    ck_assert_int_eq(
        open_blocks("{ name = \"worker\"; plugin = \"mock-job\"; }", SIGNET_MODE_COMMAND),
        SIGNET_OK);
    int64_t runs = metric("signet_mock_runs_total");
    ck_assert_int_eq(core_registry_start(world_call(), registry), SIGNET_OK);
    ck_assert_int_eq(core_registry_run_jobs(registry, lanes), SIGNET_OK);
    usleep(50000);
    ck_assert_int_eq(metric("signet_mock_runs_total"), runs);
    close_all();
    core_lanes_free(lanes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");
    TCase *tests = tcase_create("registry");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_test(tests, needs_give_the_order);
    tcase_add_test(tests, unmet_needs_are_named);
    tcase_add_test(tests, circles_are_named);
    tcase_add_test(tests, close_follows_a_failure);
    tcase_add_test(tests, a_route_has_one_owner);
    tcase_add_test(tests, an_instance_has_a_name_of_its_own);
    tcase_add_test(tests, jobs_run_until_drained);
    tcase_add_test(tests, a_lease_decides_who_runs);
    tcase_add_test(tests, no_job_runs_for_a_command);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
