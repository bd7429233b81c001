/* From the sealed journal to exporters and notifiers: at least once, in order, over restarts,
 * whatever the receivers answer. */
#include "targets.h"
#include "world.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT "exporter = \"target\"; retry = \"10ms\"; retry_longest = \"40ms\"; "
#define NOTIFY                                                                                     \
    "notifier = \"target\"; retry = \"10ms\"; retry_longest = \"40ms\"; alerts = "                 \
    "({ name = \"revoked\"; events = [\"certificate.revoked\", \"authority.*\"]; "                 \
    "resolved_by = [\"authority.resumed\"]; severity = \"critical\"; summary = \"Look here\"; "    \
    "}); "

static int next; /* the number of the next entry to be written */

static void setup(void)
{
    next = 0;
    world_begin();
}

static void write_numbered(const char *event, int count)
{
    for (int i = 0; i < count; i++) {
        char object[32];
        snprintf(object, sizeof object, "thing:%d", next++);
        world_write(event, object);
    }
    world_seal();
}

/* What was taken from `from` on are the things `first`, `first` + 1, …, as far as it goes. */
static void expect_taken(int from, int first, int count)
{
    ck_assert_int_eq(targets.taken, from + count);
    for (int i = 0; i < count; i++) {
        char object[32];
        snprintf(object, sizeof object, "thing:%d", first + i);
        ck_assert_str_eq(targets.objects[from + i], object);
    }
}

/* Runs until the target was called once more: what waits is tried again. */
static void run_until_called(void)
{
    int calls = targets.calls;
    int64_t until = signet_monotonic() + 20000;
    while (targets.calls == calls) {
        ck_assert_int_lt(signet_monotonic(), until);
        world_run();
    }
}

START_TEST(exports_in_order_and_once)
{
    ck_assert_int_eq(world_open(EXPORT "batch = 7;"), SIGNET_OK);
    world_run();
    write_numbered("thing.made", 20);
    write_numbered("thing.made", 3);
    world_run();
    expect_taken(0, 0, 23);
    ck_assert_uint_le(targets.largest, 7);
    ck_assert_int_eq(world_metric("signet_delivery_delivered_total"), 23);
    world_run();
    ck_assert_int_eq(targets.taken, 23);
    /* A restart goes on where it stood. */
    ck_assert_int_eq(world_open(EXPORT), SIGNET_OK);
    world_run();
    write_numbered("thing.made", 2);
    world_run();
    expect_taken(0, 0, 25);
}
END_TEST

START_TEST(exports_the_events_that_it_is_told)
{
    ck_assert_int_eq(world_open(EXPORT "events = [\"token.*\", \"x.y\"];"), SIGNET_OK);
    write_numbered("thing.made", 5);
    write_numbered("token.created", 2);
    write_numbered("thing.made", 5);
    write_numbered("x.y", 1);
    world_run();
    ck_assert_int_eq(targets.taken, 3);
    ck_assert_str_eq(targets.objects[0], "thing:5");
    ck_assert_str_eq(targets.objects[2], "thing:12");
}
END_TEST

START_TEST(tries_again_until_it_is_taken)
{
    ck_assert_int_eq(world_open(EXPORT), SIGNET_OK);
    write_numbered("thing.made", 5);
    targets.status = SIGNET_UNAVAILABLE;
    world_run();
    ck_assert_int_eq(targets.calls, 1);
    char batch[64];
    snprintf(batch, sizeof batch, "%s", targets.batch);
    ck_assert_int_eq(world_metric("signet_delivery_state"), 1);
    ck_assert(signet_check_logged(world_check, "delivery.failed"));
    for (int i = 0; i < 4; i++) {
        run_until_called();
    }
    /* The same batch has the same id. */
    ck_assert_str_eq(targets.batch, batch);
    ck_assert_int_eq(targets.taken, 0);
    /* A restart in between loses nothing and is tried at once. */
    ck_assert_int_eq(world_open(EXPORT), SIGNET_OK);
    world_run();
    ck_assert_int_eq(targets.calls, 6);
    targets.status = SIGNET_OK;
    run_until_called();
    expect_taken(0, 0, 5);
    ck_assert_int_eq(world_metric("signet_delivery_state"), 0);
    ck_assert_int_eq(world_metric("signet_delivery_failures_total"), 6);
    ck_assert(signet_check_logged(world_check, "delivery.recovered"));
}
END_TEST

START_TEST(waits_as_long_as_the_receiver_says)
{
    ck_assert_int_eq(world_open(EXPORT), SIGNET_OK);
    write_numbered("thing.made", 1);
    targets.status = SIGNET_LIMITED;
    targets.retry_after_ms = 400;
    int64_t begun = signet_monotonic();
    world_run();
    targets.status = SIGNET_OK;
    run_until_called();
    ck_assert_int_ge(signet_monotonic() - begun, 400);
    expect_taken(0, 0, 1);
}
END_TEST

START_TEST(waits_for_an_operator_where_one_is_needed)
{
    ck_assert_int_eq(world_open("exporter = \"target\"; retry = \"10ms\"; retry_longest = \"1h\";"),
                     SIGNET_OK);
    write_numbered("thing.made", 3);
    targets.status = SIGNET_UNAUTHENTICATED;
    world_run();
    ck_assert_int_eq(world_metric("signet_delivery_state"), 2);
    ck_assert(signet_check_logged(world_check, "delivery.held"));
    targets.status = SIGNET_OK;
    world_run();
    ck_assert_int_eq(targets.calls, 1);
    /* A new configuration is a new instance. */
    ck_assert_int_eq(world_open(EXPORT), SIGNET_OK);
    world_run();
    expect_taken(0, 0, 3);
}
END_TEST

START_TEST(takes_a_part_for_a_part)
{
    ck_assert_int_eq(world_open(EXPORT), SIGNET_OK);
    write_numbered("thing.made", 10);
    targets.status = SIGNET_UNAVAILABLE;
    targets.accepted = 4;
    ck_assert_int_eq(world_metric("signet_delivery_delivered_total"), 0);
    /* Each call takes four more, until the last takes what it is given. */
    world_run();
    expect_taken(0, 0, 10);
}
END_TEST

START_TEST(puts_aside_what_is_never_taken)
{
    ck_assert_int_eq(world_open(EXPORT), SIGNET_OK);
    write_numbered("thing.made", 40);
    targets.poison = "thing:17";
    world_run();
    ck_assert_int_eq(targets.taken, 39);
    ck_assert_str_eq(targets.objects[16], "thing:16");
    ck_assert_str_eq(targets.objects[17], "thing:18");
    ck_assert_str_eq(targets.objects[38], "thing:39");
    ck_assert_int_eq(world_metric("signet_delivery_refused_total"), 1);
    ck_assert_uint_eq(world_count("delivery.refused"), 1);
    const signet_provider_t *provider =
        signet_check_find(world_check, SIGNET_STORE_INTERFACE, "store");
    const signet_store_interface_t *store = provider->interface;
    const signet_query_t query = {
        .size = sizeof query, .collection = SIGNET_TEXT("delivery.parked"), .limit = 10};
    const signet_page_t *page = NULL;
    ck_assert_int_eq(store->query(provider->instance, world_call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 1);
    ck_assert(signet_text_is(signet_record_text(page->records[0], "reason"), "target.told"));
    /* What tells of it may be refused as well, without end. */
    targets.poison = "delivery:out";
    world_seal();
    world_run();
    world_seal();
    world_run();
    ck_assert_uint_eq(world_count("delivery.refused"), 1);
    ck_assert_int_eq(world_metric("signet_delivery_refused_total"), 2);
}
END_TEST

START_TEST(cuts_off_who_hangs)
{
    ck_assert_int_eq(world_open(EXPORT "timeout = \"100ms\";"), SIGNET_OK);
    write_numbered("thing.made", 2);
    targets.hangs = 1;
    int64_t begun = signet_monotonic();
    world_run();
    ck_assert_int_lt(signet_monotonic() - begun, 10000);
    ck_assert_int_eq(targets.taken, 0);
    targets.hangs = 0;
    run_until_called();
    expect_taken(0, 0, 2);
}
END_TEST

START_TEST(raises_and_resolves_alerts)
{
    ck_assert_int_eq(world_open(NOTIFY), SIGNET_OK);
    world_run();
    targets.receipt = "incident 7";
    write_numbered("thing.made", 2);
    world_write("certificate.revoked", "certificate:web/01");
    world_seal();
    world_run();
    ck_assert_int_eq(targets.taken, 1);
    ck_assert_str_eq(targets.objects[0], "certificate:web/01");
    ck_assert_str_eq(targets.summary, "Look here: certificate:web/01");
    ck_assert_str_eq(targets.severity, "critical");
    ck_assert_str_eq(targets.key, "signet::revoked:certificate:web/01");
    ck_assert_uint_eq(targets.state, SIGNET_ALERT_RAISED);
    ck_assert_uint_eq(targets.field_count, 1);
    ck_assert_str_eq(targets.handed, "");
    world_write("authority.suspended", "authority:web");
    world_seal();
    world_run();
    char key[300];
    snprintf(key, sizeof key, "%s", targets.key);
    world_write("authority.resumed", "authority:web");
    world_seal();
    world_run();
    ck_assert_int_eq(targets.taken, 3);
    ck_assert_uint_eq(targets.state, SIGNET_ALERT_RESOLVED);
    ck_assert_str_eq(targets.key, key);
    ck_assert_str_eq(targets.handed, "incident 7");
    /* What is raised again is another matter. */
    world_write("authority.suspended", "authority:web");
    world_seal();
    world_run();
    ck_assert_str_eq(targets.handed, "");
}
END_TEST

START_TEST(repeats_an_alert_with_its_id)
{
    ck_assert_int_eq(world_open(NOTIFY), SIGNET_OK);
    world_run();
    world_write("certificate.revoked", "certificate:web/01");
    world_seal();
    targets.status = SIGNET_UNAVAILABLE;
    world_run();
    run_until_called();
    targets.status = SIGNET_OK;
    run_until_called();
    ck_assert_int_eq(targets.taken, 1);
    char id[160];
    snprintf(id, sizeof id, "%s", targets.id);
    ck_assert_uint_eq(strlen(id), strlen("alert_") + 32);
    world_write("certificate.revoked", "certificate:web/01");
    world_seal();
    world_run();
    ck_assert_int_eq(targets.taken, 2);
    ck_assert_str_ne(targets.id, id);
}
END_TEST

START_TEST(alerts_nobody_of_the_past)
{
    world_write("certificate.revoked", "certificate:web/00");
    world_seal();
    usleep(2000);
    ck_assert_int_eq(world_open(NOTIFY), SIGNET_OK);
    world_run();
    ck_assert_int_eq(targets.taken, 0);
    world_write("certificate.revoked", "certificate:web/01");
    world_seal();
    /* What comes while nothing runs is no past. */
    ck_assert_int_eq(world_open(NOTIFY), SIGNET_OK);
    world_run();
    ck_assert_int_eq(targets.taken, 1);
    ck_assert_str_eq(targets.objects[0], "certificate:web/01");
}
END_TEST

START_TEST(alerts_of_the_past_where_it_is_told)
{
    world_write("certificate.revoked", "certificate:web/00");
    world_seal();
    usleep(2000);
    ck_assert_int_eq(world_open(NOTIFY "begin = \"beginning\";"), SIGNET_OK);
    world_run();
    ck_assert_int_eq(targets.taken, 1);
}
END_TEST

START_TEST(keeps_lines_whole)
{
    ck_assert_int_eq(world_open(NOTIFY), SIGNET_OK);
    world_run();
    world_write("certificate.revoked", "certificate:web/a\r\nb\x1b[2J\xc2\x85z");
    world_seal();
    world_run();
    ck_assert_str_eq(targets.summary, "Look here: certificate:web/a  b [2J z");
}
END_TEST

START_TEST(goes_on_after_a_refused_alert)
{
    ck_assert_int_eq(world_open(NOTIFY), SIGNET_OK);
    world_run();
    targets.poison = "certificate:web/01";
    world_write("certificate.revoked", "certificate:web/01");
    world_write("certificate.revoked", "certificate:web/02");
    world_seal();
    world_run();
    ck_assert_int_eq(targets.taken, 1);
    ck_assert_str_eq(targets.objects[0], "certificate:web/02");
    ck_assert_uint_eq(world_count("delivery.refused"), 1);
}
END_TEST

START_TEST(refuses_configurations)
{
    static const struct {
        const char *settings;
        const char *reason;
    } cases[] = {
        {"", "delivery.target"},
        {"exporter = \"target\"; notifier = \"target\";", "delivery.target"},
        {"notifier = \"target\";", "delivery.no-alerts"},
        {"notifier = \"target\"; alerts = ({ name = \"a\"; });", "delivery.rule"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_ne(world_open(cases[i].settings), SIGNET_OK);
        ck_assert_msg(signet_text_is(signet_check_error(world_check)->reason, cases[i].reason),
                      "%.*s", SIGNET_FORMAT(signet_check_error(world_check)->reason));
    }
    ck_assert_int_ne(world_open("exporter = \"nobody\";"), SIGNET_OK);
}
END_TEST

START_TEST(survives_failing_allocations)
{
    ck_assert_int_eq(world_open(NOTIFY), SIGNET_OK);
    world_run();
    world_write("certificate.revoked", "certificate:web/01");
    world_seal();
    int64_t until = signet_monotonic() + 60000;
    for (uint64_t nth = 1; targets.taken == 0; nth++) {
        ck_assert_int_lt(signet_monotonic(), until);
        signet_check_fail_alloc(world_check, nth);
        (void)signet_check_run_job(world_check, "out", "deliver");
        signet_check_fail_alloc(world_check, 0);
        usleep(50000);
    }
    world_run();
    ck_assert_int_ge(targets.taken, 1);
    ck_assert_str_eq(targets.objects[0], "certificate:web/01");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("delivery");
    TCase *tcase = tcase_create("delivery");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, world_end);
    tcase_add_test(tcase, exports_in_order_and_once);
    tcase_add_test(tcase, exports_the_events_that_it_is_told);
    tcase_add_test(tcase, tries_again_until_it_is_taken);
    tcase_add_test(tcase, waits_as_long_as_the_receiver_says);
    tcase_add_test(tcase, waits_for_an_operator_where_one_is_needed);
    tcase_add_test(tcase, takes_a_part_for_a_part);
    tcase_add_test(tcase, puts_aside_what_is_never_taken);
    tcase_add_test(tcase, cuts_off_who_hangs);
    tcase_add_test(tcase, raises_and_resolves_alerts);
    tcase_add_test(tcase, repeats_an_alert_with_its_id);
    tcase_add_test(tcase, alerts_nobody_of_the_past);
    tcase_add_test(tcase, alerts_of_the_past_where_it_is_told);
    tcase_add_test(tcase, keeps_lines_whole);
    tcase_add_test(tcase, goes_on_after_a_refused_alert);
    tcase_add_test(tcase, refuses_configurations);
    tcase_add_test(tcase, survives_failing_allocations);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
