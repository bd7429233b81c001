#include "peer.h"

#include <check.h>
#include <signet/check.h>
#include <signet/ext/draft/notifier.h>
#include <signet/sdk/delivery.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ=="
#define SECRET "secret = \"file:secret\"; "
#define OUTBOUND                                                                                   \
    "outbound = { permit = [\"127.0.0.1/32\"]; roots = \"ca.pem\"; timeout = \"2s\"; }; "

static signet_check_t *check;
static signet_call_t *call;
static peer_t receiver;
static int is_open;

static void write_file(const char *name, const char *content)
{
    signet_text_t path = signet_format(call, "%s/%s", signet_check_folder(check), name);
    ck_assert_int_eq(signet_file_write(call, path, signet_text_bytes(signet_text(content)), 0600),
                     SIGNET_OK);
}

static void setup(void)
{
    check = signet_check_begin();
    call = signet_check_call(check, "system:out", "");
    is_open = 0;
    write_file("secret", KEY "\n");
    write_file("other", OTHER "\n");
    peer_start(&receiver, RECEIVER, signet_check_folder(check), RECEIVER_PATH);
    peer_tell(&receiver, "{\"secret\":\"" KEY "\"}");
}

static void teardown(void)
{
    peer_stop(&receiver);
    signet_check_call_end(call);
    signet_check_end(check);
}

static int32_t open_with(const char *settings)
{
    char block[1024];
    if (is_open) {
        signet_check_close(check, "hook");
    }
    snprintf(block, sizeof block, "url = \"%s/alerts?x=hidden\"; %s", receiver.url, settings);
    int32_t status = signet_check_open(check, "notifier-webhook", "hook", block);
    is_open = status == SIGNET_OK;
    return status;
}

static int32_t notify(void)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_NOTIFIER_INTERFACE, "hook");
    const signet_notifier_interface_t *notifier = provider->interface;
    const signet_pair_t field = signet_pair("profile", SIGNET_TEXT("web"));
    const signet_alert_t alert = {
        .size = sizeof alert,
        .state = SIGNET_ALERT_RAISED,
        .id = SIGNET_TEXT("alert_0123"),
        .key = SIGNET_TEXT("signet::revoked:certificate:web/01"),
        .rule = SIGNET_TEXT("revoked"),
        .severity = SIGNET_TEXT(SIGNET_SEVERITY_CRITICAL),
        .summary = SIGNET_TEXT("certificate.revoked: \"web/01\" \xc3\xa4"),
        .source = SIGNET_TEXT("node-1"),
        .time = 1000,
        .event = SIGNET_TEXT("certificate.revoked"),
        .object = SIGNET_TEXT("certificate:web/01"),
        .fields = &field,
        .field_count = 1,
    };
    signet_text_t receipt = {NULL, 0};
    call->services->clear(call);
    return notifier->notify(provider->instance, call, &alert, &receipt);
}

static void expect_told(const char *path, const char *wanted)
{
    char line[128];
    snprintf(line, sizeof line, "{\"tell\":\"%s\"}", path);
    ck_assert_str_eq(peer_tell(&receiver, line), wanted);
}

START_TEST(sends_what_the_library_verifies)
{
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    ck_assert_int_eq(notify(), SIGNET_OK);
    expect_told("verified", "true");
    expect_told("changed", "false");
    expect_told("id", "alert_0123");
    expect_told("age", "true");
    expect_told("type", "application/json");
    expect_told("signatures", "1");
    expect_told("path", "/alerts?x=hidden");
    expect_told("body.type", "alert.raised");
    expect_told("body.timestamp", "1970-01-01T00:00:01Z");
    expect_told("body.data.key", "signet::revoked:certificate:web/01");
    expect_told("body.data.severity", "critical");
    expect_told("body.data.summary", "certificate.revoked: \"web/01\" \xc3\xa4");
    expect_told("body.data.source", "node-1");
    expect_told("body.data.fields.profile", "web");
}
END_TEST

START_TEST(signs_with_two_secrets_during_a_change)
{
    ck_assert_int_eq(
        open_with("secret = \"file:other\"; former_secret = \"file:secret\"; " OUTBOUND),
        SIGNET_OK);
    ck_assert_int_eq(notify(), SIGNET_OK);
    expect_told("signatures", "2");
    expect_told("verified", "true");
    peer_tell(&receiver, "{\"secret\":\"" OTHER "\"}");
    ck_assert_int_eq(notify(), SIGNET_OK);
    expect_told("verified", "true");
    /* A secret file that changes is read anew. */
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    ck_assert_int_eq(notify(), SIGNET_OK);
    expect_told("verified", "false");
    write_file("secret", OTHER "\n");
    ck_assert_int_eq(notify(), SIGNET_OK);
    expect_told("verified", "true");
}
END_TEST

START_TEST(says_what_becomes_of_a_failed_delivery)
{
    static const struct {
        int status;
        int verdict;
    } cases[] = {
        {301, SIGNET_DELIVERY_HELD},    {400, SIGNET_DELIVERY_REFUSED},
        {401, SIGNET_DELIVERY_HELD},    {403, SIGNET_DELIVERY_HELD},
        {404, SIGNET_DELIVERY_HELD},    {408, SIGNET_DELIVERY_RETRY},
        {410, SIGNET_DELIVERY_HELD},    {413, SIGNET_DELIVERY_REFUSED},
        {422, SIGNET_DELIVERY_REFUSED}, {429, SIGNET_DELIVERY_RETRY},
        {500, SIGNET_DELIVERY_RETRY},   {503, SIGNET_DELIVERY_RETRY},
    };
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[128];
        snprintf(line, sizeof line, "{\"status\":%d,\"headers\":[[\"Retry-After\",\"7\"]]}",
                 cases[i].status);
        peer_tell(&receiver, line);
        int32_t status = notify();
        ck_assert_int_ne(status, SIGNET_OK);
        ck_assert_msg(signet_delivery_verdict(status) == cases[i].verdict, "%d", cases[i].status);
        const signet_error_t *error = call->services->error(call);
        ck_assert(signet_text_is(error->reason, "webhook.refused"));
        ck_assert_int_eq(error->retry_after_ms, 7000);
        /* Path and query may be secret. */
        ck_assert_ptr_null(memmem(error->message.data, error->message.length, "hidden", 6));
    }
}
END_TEST

START_TEST(holds_back_what_may_not_be_sent)
{
    /* A loopback address is denied unless it is permitted. */
    ck_assert_int_eq(open_with(SECRET "outbound = { roots = \"ca.pem\"; };"), SIGNET_OK);
    ck_assert_int_eq(signet_delivery_verdict(notify()), SIGNET_DELIVERY_HELD);
    ck_assert(signet_text_is(call->services->error(call)->reason, "outbound.address-denied"));
    /* A certificate that the roots do not know is tried again: it may be mended there. */
    ck_assert_int_eq(open_with(SECRET "outbound = { permit = [\"127.0.0.1/32\"]; };"), SIGNET_OK);
    ck_assert_int_eq(signet_delivery_verdict(notify()), SIGNET_DELIVERY_RETRY);
    expect_told("count", "0");
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    write_file("secret", "whsec_AA==\n");
    ck_assert_int_eq(signet_delivery_verdict(notify()), SIGNET_DELIVERY_HELD);
    expect_told("count", "0");
    write_file("secret", KEY "\n");
    peer_tell(&receiver, "{\"delay\":5}");
    ck_assert_int_eq(notify(), SIGNET_TIMEOUT);
}
END_TEST

START_TEST(refuses_configurations)
{
    static const struct {
        const char *settings;
        const char *reason;
    } cases[] = {
        {"url = \"http://a.example/\"; " SECRET, "webhook.url"},
        {"url = \"https://a.example/\"; secret = \"file:short\"; ", "webhook.secret"},
        {"url = \"https://a.example/\"; secret = \"file:plain\"; ", "webhook.secret"},
        {"url = \"https://a.example/\"; secret = \"file:secret\"; former_secret = \"file:short\";",
         "webhook.secret"},
    };
    write_file("short", "whsec_c2hvcnQ=");
    write_file("plain", "not Base64, but long enough for all that");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_ne(signet_check_open(check, "notifier-webhook", "bad", cases[i].settings),
                         SIGNET_OK);
        ck_assert_msg(signet_text_is(signet_check_error(check)->reason, cases[i].reason), "%.*s",
                      SIGNET_FORMAT(signet_check_error(check)->reason));
    }
}
END_TEST

START_TEST(survives_failing_allocations)
{
    int32_t status = SIGNET_NO_MEMORY;
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    for (uint64_t nth = 1; status != SIGNET_OK && nth < 300; nth++) {
        signet_check_fail_alloc(check, nth);
        status = notify();
        signet_check_fail_alloc(check, 0);
        ck_assert_msg(status == SIGNET_OK || status == SIGNET_NO_MEMORY, "%d at %d", status,
                      (int)nth);
    }
    ck_assert_int_eq(status, SIGNET_OK);
    expect_told("verified", "true");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notifier-webhook");
    TCase *tcase = tcase_create("notifier-webhook");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, sends_what_the_library_verifies);
    tcase_add_test(tcase, signs_with_two_secrets_during_a_change);
    tcase_add_test(tcase, says_what_becomes_of_a_failed_delivery);
    tcase_add_test(tcase, holds_back_what_may_not_be_sent);
    tcase_add_test(tcase, refuses_configurations);
    tcase_add_test(tcase, survives_failing_allocations);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
