#include "sdk_test.h"

#include "client_server.h"

#include <signal.h>
#include <signet/sdk/client.h>
#include <signet/sdk/setting.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static client_server_t server;
static signet_command_input_t input;

static void serve_unix(const char *answer)
{
    client_server_unix(&server, signet_check_folder(check), answer);
    input = (signet_command_input_t){.size = sizeof input, .url = signet_text(server.url)};
}

static void serve_tls(const char *answer)
{
    client_server_tls(&server, signet_check_folder(check), answer);
    input = (signet_command_input_t){.size = sizeof input,
                                     .url = signet_text(server.url),
                                     .cacert = signet_text(server.certificate)};
}

static int32_t get(const signet_client_response_t **response)
{
    return signet_client(call, &input, "GET", SIGNET_TEXT("/v1/x?a=b"), NULL, SIGNET_TEXT(""),
                         response);
}

static signet_text_t write_token(const char *content, uint32_t mode)
{
    signet_text_t path = signet_format(call, "%s/token", signet_check_folder(check));
    ck_assert_int_eq(signet_file_write(call, path, signet_text_bytes(signet_text(content)), mode),
                     SIGNET_OK);
    return path;
}

START_TEST(asks_over_a_unix_socket)
{
    const signet_client_response_t *response = NULL;
    serve_unix(HEAD "Content-Length: 9\r\nConnection: close\r\n\r\n{\"a\": 1}\n");
    input.token_file = write_token("st_abc\n", 0600);
    ck_assert_int_eq(get(&response), SIGNET_OK);
    ck_assert_uint_eq(response->status, 200);
    expect_text(response->content_type, "application/json");
    expect_text(signet_bytes_text(response->body), "{\"a\": 1}\n");
    ck_assert_ptr_nonnull(strstr(server.request, "GET /v1/x?a=b HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "Accept: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "Authorization: Bearer st_abc\r\n"));
    ck_assert_ptr_null(strstr(server.request, "Content-Type"));
    client_server_end(&server);
}
END_TEST

START_TEST(asks_over_tls)
{
    const signet_json_t *answer = NULL;
    serve_tls(HEAD "Content-Length: 8\r\nConnection: close\r\n\r\n{\"a\": 1}");
    ck_assert_int_eq(signet_client_json(call, &input, "POST", SIGNET_TEXT("/v1/x"),
                                        SIGNET_TEXT("{\"b\":2}"), &answer),
                     SIGNET_OK);
    ck_assert_int_eq(signet_json_get(answer, "a")->integer, 1);
    ck_assert_ptr_nonnull(strstr(server.request, "POST /v1/x HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "Content-Type: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "\r\n\r\n{\"b\":2}"));
    ck_assert_ptr_null(strstr(server.request, "Authorization"));
    client_server_end(&server);
}
END_TEST

START_TEST(takes_answers_without_a_body)
{
    const signet_json_t *answer = NULL;
    const signet_client_response_t *response = NULL;
    serve_unix("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    ck_assert_int_eq(
        signet_client_json(call, &input, "DELETE", SIGNET_TEXT("/v1/x"), SIGNET_TEXT(""), &answer),
        SIGNET_OK);
    ck_assert_int_eq(answer->kind, SIGNET_JSON_NULL);
    ck_assert_ptr_nonnull(strstr(server.request, "DELETE /v1/x HTTP/1.1\r\n"));
    ck_assert_int_eq(signet_client(call, &input, "HEAD", SIGNET_TEXT("/v1/x"),
                                   "application/pkix-cert", SIGNET_TEXT(""), &response),
                     SIGNET_OK);
    ck_assert_ptr_nonnull(strstr(server.request, "Accept: application/pkix-cert\r\n"));
    ck_assert_int_eq(
        signet_client_json(call, &input, "POST", SIGNET_TEXT("/v1/x"), SIGNET_TEXT(""), &answer),
        SIGNET_OK);
    ck_assert_ptr_nonnull(strstr(server.request, "Content-Length: 0\r\n"));
    client_server_end(&server);
}
END_TEST

START_TEST(sends_the_idempotency_key)
{
    const signet_client_response_t *response = NULL;
    serve_unix(HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
    ck_assert_int_eq(signet_client_keyed(call, &input, "POST", SIGNET_TEXT("/"), NULL,
                                         SIGNET_TEXT("{}"), SIGNET_TEXT("key-1"), &response),
                     SIGNET_OK);
    ck_assert_ptr_nonnull(strstr(server.request, "Idempotency-Key: key-1\r\n"));
    ck_assert_int_eq(signet_client_keyed(call, &input, "POST", SIGNET_TEXT("/"), NULL,
                                         SIGNET_TEXT("{}"), SIGNET_TEXT("a\r\nX: y"), &response),
                     SIGNET_INVALID);
    ck_assert_ptr_null(strstr(server.request, "X: y"));
    client_server_end(&server);
}
END_TEST

START_TEST(returns_the_hosts_error)
{
    const signet_client_response_t *response = NULL;
    serve_unix("HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n"
               "Retry-After: 3\r\nConnection: close\r\n\r\n"
               "{\"type\":\"urn:signet:error:ca.request-differs\",\"status\":409,"
               "\"detail\":\"The request \\u001b[31mdiffers\",\"field\":\"csr\"}");
    ck_assert_int_eq(get(&response), SIGNET_CONFLICT);
    const signet_error_t *error = call->services->error(call);
    expect_text(error->reason, "ca.request-differs");
    expect_text(error->message, "The request  [31mdiffers");
    expect_text(error->field, "csr");
    ck_assert_int_eq(error->retry_after_ms, 3000);
    client_server_end(&server);
}
END_TEST

START_TEST(maps_statuses)
{
    static const struct {
        const char *answer;
        int32_t status;
    } cases[] = {{"400 x", SIGNET_INVALID},     {"401 x", SIGNET_UNAUTHENTICATED},
                 {"403 x", SIGNET_DENIED},      {"404 x", SIGNET_NOT_FOUND},
                 {"405 x", SIGNET_UNSUPPORTED}, {"413 x", SIGNET_TOO_LARGE},
                 {"429 x", SIGNET_LIMITED},     {"500 x", SIGNET_INTERNAL},
                 {"503 x", SIGNET_UNAVAILABLE}, {"504 x", SIGNET_TIMEOUT},
                 {"507 x", SIGNET_FULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const signet_client_response_t *response = NULL;
        signet_text_t answer = signet_format(
            call, "HTTP/1.1 %s\r\nConnection: close\r\n\r\n<html>not json", cases[i].answer);
        serve_unix(answer.data);
        int32_t status = get(&response);
        client_server_end(&server);
        expect_error(status, cases[i].status, "client.refused");
    }
}
END_TEST

START_TEST(refuses_bad_tokens)
{
    const signet_client_response_t *response = NULL;
    serve_unix(HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
    input.token_file = write_token("st_abc\n", 0640);
    ck_assert_int_eq(get(&response), SIGNET_DENIED);
    expect_message("chmod 600");
    expect_error(SIGNET_DENIED, SIGNET_DENIED, "client.token-open");
    static const char *const bad[] = {"", "\n", "a b\n", "a\r\nX: y\n", "t\xc3\xbc\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        input.token_file = write_token(bad[i], 0600);
        expect_error(get(&response), SIGNET_INVALID, "client.token-malformed");
    }
    input.token_file = SIGNET_TEXT("/nowhere/token");
    expect_error(get(&response), SIGNET_NOT_FOUND, "file.missing");
    ck_assert_str_eq(server.request, "");
    client_server_end(&server);
}
END_TEST

START_TEST(says_what_to_do)
{
    const signet_client_response_t *response = NULL;
    input = (signet_command_input_t){.size = sizeof input};
    ck_assert_int_eq(get(&response), SIGNET_INVALID);
    expect_message("set SIGNET_URL or give --url");
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "client.no-url");
    input.url = SIGNET_TEXT("http://127.0.0.1:1");
    expect_error(get(&response), SIGNET_INVALID, "client.url");
    input.url = SIGNET_TEXT("unix:/nowhere/socket");
    ck_assert_int_eq(get(&response), SIGNET_UNAVAILABLE);
    expect_message("unix:/nowhere/socket cannot be reached");
    expect_error(SIGNET_UNAVAILABLE, SIGNET_UNAVAILABLE, "client.unreachable");
    /* A port that was free a moment ago. */
    serve_tls(HEAD "\r\n");
    client_server_end(&server);
    ck_assert_int_eq(get(&response), SIGNET_UNAVAILABLE);
    expect_message("see whether signetd runs");
    expect_error(SIGNET_UNAVAILABLE, SIGNET_UNAVAILABLE, "client.unreachable");
}
END_TEST

START_TEST(trusts_only_the_pinned_authority)
{
    const signet_client_response_t *response = NULL;
    serve_tls(HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
    EVP_PKEY *key = NULL;
    X509 *other = client_server_certificate(&key);
    signet_text_t path = signet_format(call, "%s/other.pem", signet_check_folder(check));
    client_server_write(other, path.data);
    X509_free(other);
    EVP_PKEY_free(key);
    input.cacert = path;
    ck_assert_int_eq(get(&response), SIGNET_UNAVAILABLE);
    expect_message("other.pem");
    expect_message("SIGNET_CACERT");
    expect_error(SIGNET_UNAVAILABLE, SIGNET_UNAVAILABLE, "client.tls");
    input.cacert = SIGNET_TEXT("/nowhere/ca.pem");
    ck_assert_int_eq(get(&response), SIGNET_UNAVAILABLE);
    expect_message("/nowhere/ca.pem");
    expect_error(SIGNET_UNAVAILABLE, SIGNET_UNAVAILABLE, "client.tls");
    ck_assert_str_eq(server.request, "");
    client_server_end(&server);
}
END_TEST

/* A certificate and its key, and a second key that is encrypted. */
static void write_client(void)
{
    EVP_PKEY *key = NULL;
    X509 *certificate = client_server_certificate(&key);
    input.client_certificate = signet_format(call, "%s/client.pem", signet_check_folder(check));
    input.client_key = signet_format(call, "%s/client.key", signet_check_folder(check));
    client_server_write(certificate, input.client_certificate.data);
    client_server_write_key(key, input.client_key.data, NULL);
    client_server_write_key(
        key, signet_format(call, "%s/encrypted.key", signet_check_folder(check)).data, "secret");
    X509_free(certificate);
    EVP_PKEY_free(key);
}

START_TEST(shows_a_certificate)
{
    const signet_client_response_t *response = NULL;
    serve_tls(HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
    ck_assert_int_eq(get(&response), SIGNET_OK);
    ck_assert_int_eq(server.client, 0);
    write_client();
    ck_assert_int_eq(get(&response), SIGNET_OK);
    ck_assert_int_eq(server.client, 1);
    /* One from before there were these members is read no further than it goes. */
    input.size = offsetof(signet_command_input_t, client_certificate);
    ck_assert_int_eq(get(&response), SIGNET_OK);
    ck_assert_int_eq(server.client, 0);
    client_server_end(&server);
}
END_TEST

START_TEST(says_that_a_certificate_is_wanted)
{
    const signet_client_response_t *response = NULL;
    serve_tls(HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
    SSL_CTX_set_verify(server.tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       SSL_CTX_get_verify_callback(server.tls));
    ck_assert_int_eq(get(&response), SIGNET_UNAUTHENTICATED);
    expect_message("SIGNET_CLIENT_CERTIFICATE");
    expect_error(SIGNET_UNAUTHENTICATED, SIGNET_UNAUTHENTICATED, "client.certificate-missing");
    write_client();
    ck_assert_int_eq(get(&response), SIGNET_OK);
    ck_assert_int_eq(server.client, 1);
    client_server_end(&server);
}
END_TEST

START_TEST(refuses_bad_client_certificates)
{
    const signet_client_response_t *response = NULL;
    serve_tls(HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
    write_client();
    signet_text_t key = input.client_key;
    input.client_key = (signet_text_t){NULL, 0};
    ck_assert_int_eq(get(&response), SIGNET_INVALID);
    expect_message("SIGNET_CLIENT_KEY");
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "client.certificate");
    input.client_key = signet_format(call, "%s/encrypted.key", signet_check_folder(check));
    ck_assert_int_eq(get(&response), SIGNET_INVALID);
    expect_message("encrypted.key");
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "client.certificate");
    input.client_key = SIGNET_TEXT("/nowhere/key.pem");
    expect_error(get(&response), SIGNET_INVALID, "client.certificate");
    input.client_key = key;
    ck_assert_int_eq(chmod(key.data, 0640), 0);
    ck_assert_int_eq(get(&response), SIGNET_DENIED);
    expect_message("chmod 600");
    expect_error(SIGNET_DENIED, SIGNET_DENIED, "client.key-open");
    ck_assert_str_eq(server.request, "");
    client_server_end(&server);
}
END_TEST

START_TEST(gives_up)
{
    const signet_client_response_t *response = NULL;
    serve_unix(NULL);
    signet_check_call_deadline(call, 200);
    ck_assert_int_eq(get(&response), SIGNET_TIMEOUT);
    signet_call_t *cancelled = signet_check_call(check, "uid:0", NULL);
    signet_check_call_cancel(cancelled);
    ck_assert_int_eq(
        signet_client(cancelled, &input, "GET", SIGNET_TEXT("/"), NULL, SIGNET_TEXT(""), &response),
        SIGNET_CANCELLED);
    signet_check_call_end(cancelled);
    client_server_end(&server);
}
END_TEST

START_TEST(encodes_urls)
{
    expect_text(signet_url_encode(call, signet_text("aZ09-._~")), "aZ09-._~");
    expect_text(signet_url_encode(call, signet_text("a b/c?d=\xc3\xbc%")),
                "a%20b%2Fc%3Fd%3D%C3%BC%25");
}
END_TEST

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const TTest *const tests[] = {asks_over_a_unix_socket,
                                  asks_over_tls,
                                  takes_answers_without_a_body,
                                  sends_the_idempotency_key,
                                  returns_the_hosts_error,
                                  maps_statuses,
                                  refuses_bad_tokens,
                                  says_what_to_do,
                                  trusts_only_the_pinned_authority,
                                  shows_a_certificate,
                                  refuses_bad_client_certificates,
                                  says_that_a_certificate_is_wanted,
                                  gives_up,
                                  encodes_urls};
    return sdk_run("sdk-client", tests, sizeof tests / sizeof *tests);
}
