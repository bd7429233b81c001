/* The dialer refuses what it must, and ends when it must. */
#include "sdk_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signet/sdk/encode.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dialer.h"
#include "peer.h"

#define LOOPBACK "permit = [\"127.0.0.1/32\"]; roots = \"ca.pem\"; "

static peer_t server;
static const signet_outbound_response_t *response;

static void start_and_open(const char *settings)
{
    peer_start(&server, OUTBOUND_SERVER, signet_check_folder(check), NULL);
    ck_assert_int_eq(dialer_open(check, settings), SIGNET_OK);
}

static int32_t send_to(const char *url, uint32_t redirects)
{
    const signet_outbound_request_t request = {.url = signet_text(url), .redirects = redirects};
    response = NULL;
    return signet_outbound_send(call, dialer(), &request, &response);
}

static int32_t get(const char *path)
{
    return send_to(signet_format(call, "%s%s", server.url, path).data, 0);
}

START_TEST(never_connects_to_denied_addresses)
{
    start_and_open("roots = \"ca.pem\";");
    const char *port = strrchr(server.url, ':') + 1;
    static const char *const hosts[] = {"127.0.0.1",      "localhost",          "127.1",
                                        "0x7f000001",     "2130706433",         "017700000001",
                                        "[::1]",          "[::ffff:127.0.0.1]", "0.0.0.0",
                                        "169.254.169.254"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        signet_text_t url = signet_format(call, "https://%s:%s/ok?secret", hosts[i], port);
        ck_assert_int_eq(send_to(url.data, 0), SIGNET_DENIED);
        expect_message("permit");
        ck_assert_ptr_null(strstr(call->services->error(call)->message.data, "secret"));
        expect_error(SIGNET_DENIED, SIGNET_DENIED, "outbound.address-denied");
    }
    ck_assert_str_eq(peer_tell(&server, "connections"), "0");
    peer_stop(&server);
}
END_TEST

START_TEST(judges_every_hop)
{
    start_and_open(LOOPBACK);
    char url[256];
    snprintf(url, sizeof url, "%s/redirect?https://127.0.0.2:%s/ok", server.url,
             strrchr(server.url, ':') + 1);
    expect_error(send_to(url, 5), SIGNET_DENIED, "outbound.address-denied");
    snprintf(url, sizeof url, "%s/redirect?http://127.0.0.1:1/ok", server.url);
    expect_error(send_to(url, 5), SIGNET_INVALID, "outbound.scheme");
    snprintf(url, sizeof url, "%s/redirect?file:///etc/passwd", server.url);
    expect_error(send_to(url, 5), SIGNET_INVALID, "outbound.scheme");
    snprintf(url, sizeof url, "%s/redirect?https://a:b@127.0.0.1/", server.url);
    expect_error(send_to(url, 5), SIGNET_INVALID, "outbound.url");
    snprintf(url, sizeof url, "%s/loop", server.url);
    expect_error(send_to(url, 10), SIGNET_UNAVAILABLE, "outbound.redirects");
    ck_assert_str_eq(peer_tell(&server, "path"), "/loop?10");
    peer_stop(&server);
}
END_TEST

START_TEST(refuses_urls_and_headers)
{
    ck_assert_int_eq(dialer_open(check, ""), SIGNET_OK);
    static const struct {
        const char *url;
        const char *reason;
    } cases[] = {{"", "outbound.url"},
                 {"x", "outbound.url"},
                 {"http://192.0.2.1/", "outbound.scheme"},
                 {"file:///etc/passwd", "outbound.scheme"},
                 {"gopher://192.0.2.1/", "outbound.scheme"},
                 {"https://user:password@192.0.2.1/", "outbound.url"},
                 {"https://192.0.2.1:99999/", "outbound.url"},
                 {"https://192.0.2.1/ x\r\nX: y", "outbound.url"},
                 {"https://", "outbound.url"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(send_to(cases[i].url, 0), SIGNET_INVALID);
        const signet_error_t *error = call->services->error(call);
        ck_assert_msg(signet_text_is(error->reason, cases[i].reason), "%s", cases[i].url);
        ck_assert_ptr_null(memmem(error->message.data, error->message.length, "password@", 9));
        call->services->clear(call);
    }
    static const char *const bad[][2] = {{"X", "a\r\nY: z"}, {"X", "a\nb"}, {"X:", "a"},
                                         {"", "a"},          {"X Y", "a"},  {"X", "\x01"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const signet_pair_t header = {
            .size = sizeof header, .name = signet_text(bad[i][0]), .value = signet_text(bad[i][1])};
        const signet_outbound_request_t request = {
            .url = SIGNET_TEXT("https://192.0.2.1/"), .headers = &header, .header_count = 1};
        expect_error(signet_outbound_send(call, dialer(), &request, &response), SIGNET_INVALID,
                     "outbound.header");
    }
}
END_TEST

START_TEST(refuses_settings)
{
    static const struct {
        const char *settings;
        const char *reason;
    } cases[] = {{"permit = [\"127.0.0.1/8\"];", "outbound.range"},
                 {"deny = [\"localhost\"];", "outbound.range"},
                 {"pins = [\"sha256//AAAA\"];", "outbound.pin"},
                 {"pins = [\"md5//AAAA\"];", "outbound.pin"},
                 {"roots = \"missing.pem\";", "file.missing"},
                 {"proxy = \"socks5://127.0.0.1\";", "outbound.proxy"},
                 {"proxy = \"http://user:password@127.0.0.1\";", "outbound.proxy"},
                 {"key = \"file:client.key\";", "outbound.key"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_ne(dialer_open(check, cases[i].settings), SIGNET_OK);
        expect_text(signet_check_error(check)->reason, cases[i].reason);
    }
}
END_TEST

START_TEST(limits_answers)
{
    start_and_open(LOOPBACK);
    ck_assert_int_eq(get("/large?1048576"), SIGNET_OK);
    ck_assert_uint_eq(response->body.length, 1048576);
    expect_error(get("/large?1048577"), SIGNET_TOO_LARGE, "outbound.too-large");
    expect_error(get("/endless"), SIGNET_TOO_LARGE, "outbound.too-large");
    ck_assert_int_eq(get("/headers?50"), SIGNET_OK);
    expect_error(get("/headers?80"), SIGNET_TOO_LARGE, "outbound.too-large");
    signet_outbound_request_t request = {.url = signet_format(call, "%s/large?11", server.url),
                                         .body_limit = 10};
    expect_error(signet_outbound_send(call, dialer(), &request, &response), SIGNET_TOO_LARGE,
                 "outbound.too-large");
    request.url = signet_format(call, "%s/headers?1", server.url);
    request.header_limit = 500;
    expect_error(signet_outbound_send(call, dialer(), &request, &response), SIGNET_TOO_LARGE,
                 "outbound.too-large");
    expect_error(get("/garbage"), SIGNET_UNAVAILABLE, "outbound.unreachable");
    expect_error(get("/half"), SIGNET_UNAVAILABLE, "outbound.unreachable");
    peer_stop(&server);
}
END_TEST

START_TEST(ends_in_time)
{
    start_and_open(LOOPBACK "timeout = \"300ms\";");
    int64_t begun = signet_monotonic();
    expect_error(get("/silent"), SIGNET_TIMEOUT, "outbound.timeout");
    expect_error(get("/drip"), SIGNET_TIMEOUT, "outbound.timeout");
    ck_assert_int_lt(signet_monotonic() - begun, 30000);
    /* The deadline of the call goes before a longer time of the request. */
    signet_call_t *hurried = signet_check_call(check, "token:test", "officer");
    signet_check_call_deadline(hurried, 200);
    const signet_outbound_request_t request = {.url = signet_format(call, "%s/silent", server.url),
                                               .timeout_ms = 60000};
    begun = signet_monotonic();
    ck_assert_int_eq(signet_outbound_send(hurried, dialer(), &request, &response), SIGNET_TIMEOUT);
    ck_assert_int_lt(signet_monotonic() - begun, 30000);
    signet_check_call_end(hurried);
    peer_stop(&server);
}
END_TEST

static void *cancel(void *argument)
{
    struct timespec moment = {.tv_nsec = 200000000};
    nanosleep(&moment, NULL);
    signet_check_call_cancel(argument);
    return NULL;
}

START_TEST(ends_when_cancelled)
{
    pthread_t thread;
    start_and_open(LOOPBACK "timeout = \"60s\";");
    signet_call_t *abandoned = signet_check_call(check, "token:test", "officer");
    const signet_outbound_request_t request = {.url = signet_format(call, "%s/silent", server.url)};
    int64_t begun = signet_monotonic();
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel, abandoned), 0);
    ck_assert_int_eq(signet_outbound_send(abandoned, dialer(), &request, &response),
                     SIGNET_CANCELLED);
    ck_assert_int_lt(signet_monotonic() - begun, 30000);
    pthread_join(thread, NULL);
    signet_check_call_end(abandoned);
    peer_stop(&server);
}
END_TEST

START_TEST(trusts_configured_roots_alone)
{
    start_and_open("permit = [\"127.0.0.1/32\"];");
    ck_assert_int_eq(get("/ok"), SIGNET_UNAVAILABLE);
    expect_message("roots");
    expect_error(SIGNET_UNAVAILABLE, SIGNET_UNAVAILABLE, "outbound.untrusted");
    peer_stop(&server);
    /* The name counts, too: this certificate is for another one. */
    peer_start(&server, OUTBOUND_SERVER, signet_check_folder(check), "other-name");
    ck_assert_int_eq(dialer_open(check, LOOPBACK), SIGNET_OK);
    expect_error(get("/ok"), SIGNET_UNAVAILABLE, "outbound.untrusted");
    peer_stop(&server);
    peer_start(&server, OUTBOUND_SERVER, signet_check_folder(check), "tls1.1");
    ck_assert_int_eq(dialer_open(check, LOOPBACK), SIGNET_OK);
    expect_error(get("/ok"), SIGNET_UNAVAILABLE, "outbound.untrusted");
    peer_stop(&server);
    expect_error(get("/ok"), SIGNET_UNAVAILABLE, "outbound.unreachable");
}
END_TEST

START_TEST(takes_no_proxy_from_the_environment)
{
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    start_and_open(LOOPBACK);
    ck_assert_int_eq(get("/ok"), SIGNET_OK);
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
    /* A configured proxy is what is connected to and judged, even for a permitted target. */
    setenv("no_proxy", "*", 1);
    ck_assert_int_eq(dialer_open(check, LOOPBACK "proxy = \"http://127.0.0.2:1\";"), SIGNET_OK);
    expect_error(get("/ok"), SIGNET_DENIED, "outbound.address-denied");
    unsetenv("no_proxy");
    peer_stop(&server);
}
END_TEST

START_TEST(judges_for_other_dialers)
{
    ck_assert_int_eq(dialer_open(check, "permit = [\"127.0.0.1/32\"]; deny = [\"2001:db8::/32\"];"),
                     SIGNET_OK);
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    ck_assert(signet_outbound_permits(dialer(), &ipv4, sizeof ipv4));
    ck_assert(!signet_outbound_permits(dialer(), &ipv4, sizeof ipv4 - 1));
    ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    ck_assert(!signet_outbound_permits(dialer(), &ipv4, sizeof ipv4));
    inet_pton(AF_INET6, "2001:db8::1", &ipv6.sin6_addr);
    ck_assert(!signet_outbound_permits(dialer(), &ipv6, sizeof ipv6));
    inet_pton(AF_INET6, "2001:db9::1", &ipv6.sin6_addr);
    ck_assert(signet_outbound_permits(dialer(), &ipv6, sizeof ipv6));
    ck_assert(!signet_outbound_permits(dialer(), &local, sizeof local));
    ck_assert(!signet_outbound_permits(dialer(), &local, 1));
    expect_text(signet_outbound_origin(call, SIGNET_TEXT("https://hooks.example/T0/secret?x")),
                "https://hooks.example:443");
    expect_text(signet_outbound_origin(call, SIGNET_TEXT("")), "(not a URL)");
    ck_assert_ptr_null(call->services->error(call));
}
END_TEST

/* Every allocation of the arena may fail; the dialer then answers an error and works again. */
START_TEST(survives_failing_allocations)
{
    start_and_open(LOOPBACK);
    int32_t status = SIGNET_NO_MEMORY;
    for (uint64_t nth = 1; status != SIGNET_OK && nth < 100; nth++) {
        signet_text_t url = signet_format(call, "%s/ok", server.url);
        const signet_outbound_request_t request = {.url = url};
        signet_check_fail_alloc(check, nth);
        status = signet_outbound_send(call, dialer(), &request, &response);
        signet_check_fail_alloc(check, 0);
        ck_assert_msg(status == SIGNET_OK || status == SIGNET_NO_MEMORY, "%d at %d: %s", status,
                      (int)nth, call->services->error(call)->message.data);
        call->services->clear(call);
    }
    ck_assert_int_eq(status, SIGNET_OK);
    peer_stop(&server);
}
END_TEST

SDK_RUN("outbound-refuse", never_connects_to_denied_addresses, judges_every_hop,
        refuses_urls_and_headers, refuses_settings, limits_answers, ends_in_time,
        ends_when_cancelled, trusts_configured_roots_alone, takes_no_proxy_from_the_environment,
        judges_for_other_dialers, survives_failing_allocations)
