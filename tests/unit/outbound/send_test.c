/* The dialer does what it is asked to. */
#include "sdk_test.h"

#include <pthread.h>
#include <signet/sdk/encode.h>
#include <stdio.h>
#include <time.h>

#include "dialer.h"
#include "peer.h"

#define LOOPBACK "permit = [\"127.0.0.1/32\"]; roots = \"ca.pem\"; "

static peer_t server;
static const signet_outbound_response_t *response;

static void start(const char *option)
{
    peer_start(&server, OUTBOUND_SERVER, signet_check_folder(check), option);
}

static void start_and_open(const char *settings)
{
    char block[1024];
    start(NULL);
    snprintf(block, sizeof block, LOOPBACK "%s", settings);
    ck_assert_int_eq(dialer_open(check, block), SIGNET_OK);
}

static int32_t get(const char *path)
{
    const signet_outbound_request_t request = {.url =
                                                   signet_format(call, "%s%s", server.url, path)};
    response = NULL;
    return signet_outbound_send(call, dialer(), &request, &response);
}

START_TEST(gets)
{
    start_and_open("");
    ck_assert_int_eq(get("/ok?a=b"), SIGNET_OK);
    ck_assert_uint_eq(response->status, 200);
    expect_text(signet_bytes_text(response->body), "fine");
    expect_text(response->content_type, "text/plain");
    expect_text(signet_outbound_header(response, "x-one"), "1");
    expect_text(signet_outbound_header(response, "x-two"), "");
    expect_text(response->address, "127.0.0.1");
    ck_assert(signet_text_ends(response->url, "/ok?a=b"));
    ck_assert_str_eq(peer_tell(&server, "method"), "GET");
    ck_assert_str_eq(peer_tell(&server, "path"), "/ok?a=b");
    ck_assert_str_eq(peer_tell(&server, "user-agent"), "signet");
    ck_assert_str_eq(peer_tell(&server, "accept-encoding"), "(none)");
    ck_assert_str_eq(peer_tell(&server, "authorization"), "(none)");
    peer_stop(&server);
}
END_TEST

START_TEST(posts)
{
    start_and_open("");
    const signet_pair_t headers[] = {
        {.size = sizeof *headers,
         .name = SIGNET_TEXT_INIT("Content-Type"),
         .value = SIGNET_TEXT_INIT("application/json")},
        {.size = sizeof *headers, .name = SIGNET_TEXT_INIT("X-Empty")},
        {.size = sizeof *headers,
         .name = SIGNET_TEXT_INIT("Authorization"),
         .value = SIGNET_TEXT_INIT("Bearer abc")},
    };
    signet_outbound_request_t request = {.url = signet_format(call, "%s/ok", server.url),
                                         .headers = headers,
                                         .header_count = 3,
                                         .body = signet_text_bytes(SIGNET_TEXT("{\"a\":1}"))};
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_str_eq(peer_tell(&server, "method"), "POST");
    ck_assert_str_eq(peer_tell(&server, "body"), "{\"a\":1}");
    ck_assert_str_eq(peer_tell(&server, "content-type"), "application/json");
    ck_assert_str_eq(peer_tell(&server, "x-empty"), "");
    ck_assert_str_eq(peer_tell(&server, "authorization"), "Bearer abc");
    request.method = "PUT";
    request.header_count = 0;
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_str_eq(peer_tell(&server, "method"), "PUT");
    ck_assert_str_eq(peer_tell(&server, "body"), "{\"a\":1}");
    ck_assert_str_eq(peer_tell(&server, "content-type"), "(none)");
    request.method = "POST";
    request.body.length = 0;
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_str_eq(peer_tell(&server, "content-length"), "0");
    request.method = "HEAD";
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_uint_eq(response->body.length, 0);
    ck_assert_str_eq(peer_tell(&server, "method"), "HEAD");
    peer_stop(&server);
}
END_TEST

START_TEST(returns_refusals_as_answers)
{
    start_and_open("");
    ck_assert_int_eq(get("/status?429"), SIGNET_OK);
    ck_assert_uint_eq(response->status, 429);
    ck_assert_int_eq(response->retry_after_ms, 7000);
    ck_assert_int_eq(get("/status?500"), SIGNET_OK);
    ck_assert_uint_eq(response->status, 500);
    ck_assert_int_eq(get("/interim"), SIGNET_OK);
    expect_text(signet_outbound_header(response, "x-late"), "1");
    expect_text(signet_outbound_header(response, "x-early"), "");
    peer_stop(&server);
}
END_TEST

START_TEST(uses_connections_again)
{
    start_and_open("");
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(get("/ok"), SIGNET_OK);
    }
    ck_assert_str_eq(peer_tell(&server, "connections"), "1");
    peer_stop(&server);
}
END_TEST

START_TEST(follows_redirects_when_asked_to)
{
    start_and_open("");
    ck_assert_int_eq(get("/redirect?/ok"), SIGNET_OK);
    ck_assert_uint_eq(response->status, 302);
    const signet_pair_t header = {.size = sizeof header,
                                  .name = SIGNET_TEXT_INIT("Authorization"),
                                  .value = SIGNET_TEXT_INIT("Bearer abc")};
    signet_outbound_request_t request = {
        .url = signet_format(call, "%s/redirect?/ok", server.url),
        .headers = &header,
        .header_count = 1,
        .redirects = 1,
    };
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_uint_eq(response->status, 200);
    ck_assert(signet_text_ends(response->url, "/ok"));
    ck_assert_str_eq(peer_tell(&server, "authorization"), "Bearer abc");
    /* The same server under another name is another origin: what was meant for the first is not
     * for it. */
    request.url = signet_format(call, "%s/redirect?https://localhost:%s/ok", server.url,
                                strrchr(server.url, ':') + 1);
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_uint_eq(response->status, 200);
    ck_assert_str_eq(peer_tell(&server, "authorization"), "(none)");
    /* A request that changes something is not sent elsewhere. */
    request.body = signet_text_bytes(SIGNET_TEXT("x"));
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_uint_eq(response->status, 302);
    peer_stop(&server);
}
END_TEST

START_TEST(shows_its_certificate)
{
    start("client");
    ck_assert_int_eq(
        dialer_open(check, LOOPBACK "certificate = \"client.pem\"; key = \"file:client.key\";"),
        SIGNET_OK);
    ck_assert_int_eq(get("/ok"), SIGNET_OK);
    ck_assert_int_eq(get("/ok"), SIGNET_OK);
    ck_assert_str_eq(peer_tell(&server, "connections"), "1");
    ck_assert_int_eq(dialer_open(check, LOOPBACK), SIGNET_OK);
    ck_assert_int_eq(get("/ok"), SIGNET_UNAVAILABLE);
    peer_stop(&server);
}
END_TEST

START_TEST(uses_plain_http_when_asked_to)
{
    start("plain");
    ck_assert_int_eq(dialer_open(check, LOOPBACK), SIGNET_OK);
    signet_outbound_request_t request = {
        .url = signet_format(call, "http%s/ok", strchr(server.url, ':'))};
    expect_error(signet_outbound_send(call, dialer(), &request, &response), SIGNET_INVALID,
                 "outbound.scheme");
    request.flags = SIGNET_OUTBOUND_PLAIN;
    ck_assert_int_eq(signet_outbound_send(call, dialer(), &request, &response), SIGNET_OK);
    ck_assert_uint_eq(response->status, 200);
    peer_stop(&server);
}
END_TEST

/* What a pin is checked against: the server's key, as openssl hashes it. */
static void pin_of_server(char *pin, size_t size)
{
    char command[512];
    snprintf(command, sizeof command,
             "openssl x509 -in %s/server.pem -pubkey -noout | openssl pkey -pubin -outform DER | "
             "openssl dgst -sha256 -binary | base64",
             signet_check_folder(check));
    FILE *output = popen(command, "r");
    ck_assert_ptr_nonnull(output);
    ck_assert_ptr_nonnull(fgets(pin, (int)size, output));
    ck_assert_int_eq(pclose(output), 0);
    pin[strcspn(pin, "\n")] = 0;
}

START_TEST(checks_pins)
{
    static const char other[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    char pin[64];
    char settings[256];
    start(NULL);
    pin_of_server(pin, sizeof pin);
    snprintf(settings, sizeof settings, LOOPBACK "pins = [\"sha256//%s\", \"sha256//%s\"];", other,
             pin);
    ck_assert_int_eq(dialer_open(check, settings), SIGNET_OK);
    ck_assert_int_eq(get("/ok"), SIGNET_OK);
    snprintf(settings, sizeof settings, LOOPBACK "pins = [\"sha256//%s\"];", other);
    ck_assert_int_eq(dialer_open(check, settings), SIGNET_OK);
    expect_error(get("/ok"), SIGNET_UNAVAILABLE, "outbound.pin-mismatch");
    ck_assert_str_eq(peer_tell(&server, "connections"), "2");
    /* A pin does not stand in for the chain. */
    snprintf(settings, sizeof settings, "permit = [\"127.0.0.1/32\"]; pins = [\"sha256//%s\"];",
             pin);
    ck_assert_int_eq(dialer_open(check, settings), SIGNET_OK);
    expect_error(get("/ok"), SIGNET_UNAVAILABLE, "outbound.untrusted");
    peer_stop(&server);
}
END_TEST

START_TEST(goes_through_a_configured_proxy)
{
    peer_t proxy;
    char settings[512];
    start(NULL);
    peer_start(&proxy, OUTBOUND_SERVER, signet_check_folder(check), "plain");
    snprintf(settings, sizeof settings, LOOPBACK "proxy = \"http%s\";", strchr(proxy.url, ':'));
    ck_assert_int_eq(dialer_open(check, settings), SIGNET_OK);
    ck_assert_int_eq(get("/ok"), SIGNET_OK);
    expect_text(signet_bytes_text(response->body), "fine");
    expect_text(signet_outbound_header(response, "x-one"), "1");
    expect_text(signet_outbound_header(response, "x-proxy"), "");
    ck_assert_str_eq(peer_tell(&proxy, "connections"), "1");
    /* TLS goes through to the server, whose certificate is judged as without a proxy. */
    snprintf(settings, sizeof settings, "permit = [\"127.0.0.1/32\"]; proxy = \"http%s\";",
             strchr(proxy.url, ':'));
    ck_assert_int_eq(dialer_open(check, settings), SIGNET_OK);
    expect_error(get("/ok"), SIGNET_UNAVAILABLE, "outbound.untrusted");
    peer_stop(&proxy);
    peer_stop(&server);
}
END_TEST

static void *send_many(void *failures)
{
    for (int i = 0; i < 20; i++) {
        signet_call_t *own = signet_check_call(check, "token:test", "officer");
        const signet_outbound_response_t *answer = NULL;
        const signet_outbound_request_t request = {.url = signet_format(own, "%s/ok", server.url)};
        int32_t status = signet_outbound_send(own, dialer(), &request, &answer);
        if (status != SIGNET_OK || answer->status != 200 || answer->body.length != 4) {
            (*(_Atomic int *)failures)++;
        }
        signet_check_call_end(own);
    }
    return NULL;
}

START_TEST(serves_many_threads)
{
    pthread_t threads[8];
    _Atomic int failures = 0;
    start_and_open("");
    for (size_t i = 0; i < 8; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, send_many, &failures), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_int_eq(failures, 0);
    /* As many connections as requests at one time, not as requests. */
    ck_assert_int_le(atoi(peer_tell(&server, "connections")), 8);
    peer_stop(&server);
}
END_TEST

SDK_RUN("outbound-send", gets, posts, returns_refusals_as_answers, uses_connections_again,
        follows_redirects_when_asked_to, shows_its_certificate, uses_plain_http_when_asked_to,
        checks_pins, goes_through_a_configured_proxy, serves_many_threads)
