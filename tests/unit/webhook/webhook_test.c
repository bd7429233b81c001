#include "peer.h"

#include <check.h>
#include <signet/check.h>
#include <signet/ext/draft/policy.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "secret = \"file:secret\"; "
#define OUTBOUND                                                                                   \
    "outbound = { permit = [\"127.0.0.1/32\"]; roots = \"ca.pem\"; timeout = \"3s\"; }; "

static signet_check_t *check;
static signet_call_t *call;
static peer_t receiver;
static const signet_policy_answer_t *answer;
static int is_open; /* the instance "hook" */

static void write_file(const char *name, const char *content)
{
    signet_text_t path = signet_format(call, "%s/%s", signet_check_folder(check), name);
    ck_assert_int_eq(signet_file_write(call, path, signet_text_bytes(signet_text(content)), 0600),
                     SIGNET_OK);
}

static void setup(void)
{
    check = signet_check_begin();
    is_open = 0;
    call = signet_check_call(check, "token:anna", "requester,auditor");
    write_file("secret", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ==\n");
    peer_start(&receiver, WEBHOOK_RECEIVER, signet_check_folder(check), WEBHOOK_PEER);
}

static void teardown(void)
{
    peer_stop(&receiver);
    signet_check_call_end(call);
    signet_check_end(check);
}

static int32_t open_with(const char *settings)
{
    char block[2048];
    if (is_open) {
        signet_check_close(check, "hook");
    }
    is_open = 1;
    snprintf(block, sizeof block, "url = \"%s/decide?x=secret\"; %s", receiver.url, settings);
    return signet_check_open(check, "policy-webhook", "hook", block);
}

/* Asks about a request as ca would. */
static int32_t decide(const char *profile)
{
    static const uint8_t csr[] = {0x30, 0x00};
    static const uint8_t serial[] = {0x01, 0xc8};
    static const signet_text_t names[] = {SIGNET_TEXT_INIT("dns:a.example"),
                                          SIGNET_TEXT_INIT("ip:192.0.2.1")};
    static const signet_text_t extensions[] = {SIGNET_TEXT_INIT("2.5.29.37")};
    const signet_pair_t field = signet_pair("owner", SIGNET_TEXT("anna"));
    const signet_issue_request_t asked = {.size = sizeof asked,
                                          .request_id = SIGNET_TEXT("rest/7"),
                                          .csr = {csr, sizeof csr},
                                          .fields = &field,
                                          .field_count = 1,
                                          .replaces_authority = SIGNET_TEXT("tls"),
                                          .replaces_serial = {serial, sizeof serial}};
    const signet_policy_request_t request = {.size = sizeof request,
                                             .approved = 1,
                                             .request = &asked,
                                             .profile = signet_text(profile),
                                             .profile_version = 3,
                                             .authority = SIGNET_TEXT("tls"),
                                             .subject = SIGNET_TEXT("CN=a.example"),
                                             .names = names,
                                             .name_count = 2,
                                             .key_type = SIGNET_TEXT("EC-P256"),
                                             .spki = {csr, sizeof csr},
                                             .extensions = extensions,
                                             .extension_count = 1,
                                             .not_before = 1000,
                                             .not_after = 86401000};
    const signet_provider_t *provider = signet_check_find(check, SIGNET_POLICY_INTERFACE, "hook");
    ck_assert_ptr_nonnull(provider);
    const signet_policy_interface_t *interface = provider->interface;
    answer = NULL;
    call->services->clear(call);
    return interface->decide(provider->instance, call, &request, &answer);
}

static void expect(signet_text_t text, const char *wanted)
{
    ck_assert_msg(signet_text_is(text, wanted), "\"%.*s\" is not \"%s\"", SIGNET_FORMAT(text),
                  wanted);
}

static void expect_told(const char *path, const char *wanted)
{
    char line[256];
    snprintf(line, sizeof line, "{\"tell\":\"%s\"}", path);
    ck_assert_str_eq(peer_tell(&receiver, line), wanted);
}

static void failed(int32_t status, int32_t wanted, const char *reason, const char *detail)
{
    ck_assert_int_eq(status, wanted);
    ck_assert_ptr_null(answer);
    const signet_error_t *error = call->services->error(call);
    expect(error->reason, reason);
    ck_assert_msg(memmem(error->detail.data, error->detail.length, detail, strlen(detail)) != NULL,
                  "\"%.*s\" does not say \"%s\"", SIGNET_FORMAT(error->detail), detail);
    /* The requester is not told where the receiver is. */
    ck_assert_ptr_null(memmem(error->message.data, error->message.length, "127.0.0.1", 9));
    ck_assert_ptr_null(memmem(error->detail.data, error->detail.length, "x=secret", 8));
    ck_assert(signet_check_logged(check, "webhook.failed"));
}

START_TEST(tells_the_whole_request_signed)
{
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_PERMIT);
    expect(answer->document, "{\"allow\": true}");
    expect_told("verified", "true");
    expect_told("id", "hook");
    expect_told("type", "application/json");
    expect_told("authorization", "(none)");
    expect_told("path", "/decide?x=secret");
    expect_told("document.request_id", "rest/7");
    expect_told("document.approved", "true");
    expect_told("document.tenant", "");
    expect_told("document.actor.id", "token:anna");
    expect_told("document.actor.roles", "[\"requester\", \"auditor\"]");
    expect_told("document.profile", "web");
    expect_told("document.profile_version", "3");
    expect_told("document.authority", "tls");
    expect_told("document.subject", "CN=a.example");
    expect_told("document.names", "[\"dns:a.example\", \"ip:192.0.2.1\"]");
    expect_told("document.key_type", "EC-P256");
    expect_told("document.requested_extensions.0", "2.5.29.37");
    expect_told("document.not_before", "1970-01-01T00:00:01Z");
    expect_told("document.not_after", "1970-01-02T00:00:01Z");
    expect_told("document.fields.owner", "anna");
    expect_told("document.renews.serial", "01c8");
    ck_assert_ptr_nonnull(
        strstr(peer_tell(&receiver, "{\"tell\":\"document.csr\"}"), "BEGIN CERTIFICATE REQUEST"));
    ck_assert_ptr_nonnull(
        strstr(peer_tell(&receiver, "{\"tell\":\"document.public_key\"}"), "BEGIN PUBLIC KEY"));
    int64_t told = 0;
    ck_assert_int_eq(
        signet_time_parse(
            call, signet_text(peer_tell(&receiver, "{\"tell\":\"document.timestamp\"}")), &told),
        SIGNET_OK);
    ck_assert_int_lt(llabs(signet_now() - told), 60000);
    ck_assert_int_eq(signet_check_metric(check, "signet_webhook_requests_total", "policy=\"hook\""),
                     1);
    write_file("token", "abc\n");
    ck_assert_int_eq(open_with(SECRET OUTBOUND "token = \"file:token\"; id = \"42\";"), SIGNET_OK);
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    expect_told("authorization", "Bearer abc");
    expect_told("id", "42");
}
END_TEST

START_TEST(takes_decisions)
{
    ck_assert_int_eq(open_with(SECRET OUTBOUND "kind = \"enrich\";"), SIGNET_OK);
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":false}\"}");
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_REFUSE);
    expect(answer->reason, "policy.webhook.refused");
    expect(answer->message, "The policy \"hook\" refuses the request.");
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":false,\\\"reason\\\":\\\"cost-centre\\\","
                         "\\\"message\\\":\\\"Cost centre 7\\\\nis closed.\\\"}\"}");
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    expect(answer->reason, "policy.cost-centre");
    expect(answer->message, "Cost centre 7 is closed.");
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":true,\\\"hold\\\":true}\"}");
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_HOLD);
    /* Not permitted is not permitted, held or not. */
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":false,\\\"hold\\\":true}\"}");
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_REFUSE);
    peer_tell(&receiver, "{\"type\":\"Application/JSON ; charset=utf-8\",\"body\":\"{\\\"allow\\\":"
                         "true,\\\"fields\\\":{\\\"owner\\\":\\\"anna\\\",\\\"subject.OU\\\":"
                         "\\\"B\\\"},\\\"data\\\":{\\\"a\\\":[1]}}\"}");
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_PERMIT);
    ck_assert_uint_eq(answer->field_count, 2);
    expect(answer->fields[0].name, "owner");
    expect(answer->fields[1].name, "subject.OU");
    expect(answer->fields[1].value, "B");
    ck_assert_ptr_nonnull(memmem(answer->document.data, answer->document.length, "[1]", 3));
}
END_TEST

START_TEST(is_asked_about_its_profiles_alone)
{
    ck_assert_int_eq(open_with(SECRET OUTBOUND "profiles = [\"tls-*\", \"code\"];"), SIGNET_OK);
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":false}\"}");
    ck_assert_int_eq(decide("tls-server"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_REFUSE);
    ck_assert_int_eq(decide("code"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_REFUSE);
    ck_assert_int_eq(decide("code2"), SIGNET_OK);
    ck_assert_int_eq(answer->decision, SIGNET_POLICY_PERMIT);
}
END_TEST

START_TEST(permits_nothing_on_improper_answers)
{
    static const struct {
        const char *line;
        const char *detail;
    } cases[] = {
        {"{\"status\":500}", "status is 500"},
        {"{\"status\":201}", "status is 201"},
        {"{\"status\":302}", "status is 302"},
        {"{\"type\":\"text/html\"}", "type"},
        {"{\"type\":\"application/jsonp\"}", "type"},
        {"{\"body\":\"\"}", "JSON object"},
        {"{\"body\":\"{\"}", "JSON object"},
        {"{\"body\":\"true\"}", "JSON object"},
        {"{\"body\":\"[]\"}", "JSON object"},
        {"{\"body\":\"{}\"}", "allow"},
        {"{\"body\":\"{\\\"allow\\\":1}\"}", "allow"},
        {"{\"body\":\"{\\\"allow\\\":\\\"true\\\"}\"}", "allow"},
        {"{\"body\":\"{\\\"allow\\\":null}\"}", "allow"},
        {"{\"body\":\"{\\\"allow\\\":false,\\\"allow\\\":true}\"}", "JSON object"},
        {"{\"body\":\"{\\\"Allow\\\":true}\"}", "JSON object"},
        {"{\"body\":\"{\\\"allow\\\":true,\\\"x\\\":1}\"}", "JSON object"},
        {"{\"body\":\"{\\\"allow\\\":true,\\\"hold\\\":0}\"}", "hold"},
        {"{\"body\":\"{\\\"allow\\\":true,\\\"data\\\":[]}\"}", "data"},
        {"{\"body\":\"{\\\"allow\\\":true,\\\"fields\\\":{}}\"}", "authorise"},
        {"{\"body\":\"{\\\"allow\\\":false,\\\"reason\\\":\\\"A B\\\"}\"}", "reason"},
        {"{\"body\":\"{\\\"allow\\\":false,\\\"reason\\\":7}\"}", "reason"},
        {"{\"body\":\"{\\\"allow\\\":false,\\\"message\\\":\\\"\\\"}\"}", "message"},
    };
    char large[18000];
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        peer_tell(&receiver, cases[i].line);
        failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.answer-invalid", cases[i].detail);
    }
    memset(large, ' ', sizeof large);
    memcpy(large, "{\"body\":\"", 9);
    memcpy(large + 17000, "{}\"}", 5);
    peer_tell(&receiver, large);
    failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.unreachable", "over its limit");
    ck_assert_int_eq(open_with(SECRET OUTBOUND "kind = \"enrich\";"), SIGNET_OK);
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":true,\\\"fields\\\":{\\\"owner\\\":7}}\"}");
    failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.answer-invalid", "fields");
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":true,\\\"fields\\\":[]}\"}");
    failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.answer-invalid", "fields");
}
END_TEST

START_TEST(permits_nothing_when_nobody_answers)
{
    static const char other[] =
        "outbound = { permit = [\"127.0.0.1/32\"]; roots = \"ca.pem\"; "
        "pins = [\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]; };";
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    peer_tell(&receiver, "{\"delay\":60}");
    failed(decide("web"), SIGNET_TIMEOUT, "policy.webhook.timeout", "in time");
    peer_tell(&receiver, "{}");
    char settings[512];
    snprintf(settings, sizeof settings, "%s %s", SECRET, other);
    ck_assert_int_eq(open_with(settings), SIGNET_OK);
    failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.unreachable", "pinned");
    ck_assert_int_eq(open_with(SECRET "outbound = { roots = \"ca.pem\"; };"), SIGNET_OK);
    failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.unreachable", "permit");
    /* A secret that is gone later refuses as well. */
    ck_assert_int_eq(open_with(SECRET OUTBOUND), SIGNET_OK);
    write_file("secret", "AA==\n");
    failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.unreachable", "Base64");
    write_file("secret", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ==\n");
    ck_assert_int_eq(decide("web"), SIGNET_OK);
    /* The call's own deadline. */
    peer_tell(&receiver, "{\"delay\":60}");
    signet_call_t *whole = call;
    call = signet_check_call(check, "token:anna", "requester");
    signet_check_call_deadline(call, 300);
    ck_assert_int_eq(decide("web"), SIGNET_TIMEOUT);
    signet_check_call_end(call);
    call = whole;
    peer_tell(&receiver, "{}");
    peer_stop(&receiver);
    failed(decide("web"), SIGNET_UNAVAILABLE, "policy.webhook.unreachable", "reached");
    peer_start(&receiver, WEBHOOK_RECEIVER, signet_check_folder(check), WEBHOOK_PEER);
}
END_TEST

START_TEST(refuses_configurations)
{
    static const struct {
        const char *settings;
        const char *reason;
    } cases[] = {
        {"url = \"http://a.example/\"; " SECRET OUTBOUND, "webhook.url"},
        {"url = \"https://a.example/\"; " SECRET "outbound = { };", "webhook.not-pinned"},
        {"url = \"https://a.example/\"; secret = \"file:short\"; " OUTBOUND, "webhook.secret"},
        {"url = \"https://a.example/\"; secret = \"file:plain\"; " OUTBOUND, "webhook.secret"},
    };
    write_file("short", "c2hvcnQ=");
    write_file("plain", "not Base64, but long enough");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_ne(signet_check_open(check, "policy-webhook", "bad", cases[i].settings),
                         SIGNET_OK);
        expect(signet_check_error(check)->reason, cases[i].reason);
    }
}
END_TEST

START_TEST(survives_failing_allocations)
{
    int32_t status = SIGNET_NO_MEMORY;
    ck_assert_int_eq(open_with(SECRET OUTBOUND "kind = \"enrich\";"), SIGNET_OK);
    peer_tell(&receiver, "{\"body\":\"{\\\"allow\\\":true,\\\"fields\\\":{\\\"a\\\":\\\"b\\\"},"
                         "\\\"message\\\":\\\"x\\\",\\\"reason\\\":\\\"y\\\"}\"}");
    for (uint64_t nth = 1; status != SIGNET_OK && nth < 300; nth++) {
        signet_check_fail_alloc(check, nth);
        status = decide("web");
        signet_check_fail_alloc(check, 0);
        ck_assert_msg(status == SIGNET_OK || status == SIGNET_NO_MEMORY, "%d at %d: %s", status,
                      (int)nth, call->services->error(call)->message.data);
    }
    ck_assert_int_eq(status, SIGNET_OK);
    ck_assert_uint_eq(answer->field_count, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("webhook");
    TCase *tcase = tcase_create("webhook");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, tells_the_whole_request_signed);
    tcase_add_test(tcase, takes_decisions);
    tcase_add_test(tcase, is_asked_about_its_profiles_alone);
    tcase_add_test(tcase, permits_nothing_on_improper_answers);
    tcase_add_test(tcase, permits_nothing_when_nobody_answers);
    tcase_add_test(tcase, refuses_configurations);
    tcase_add_test(tcase, survives_failing_allocations);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
