/* The server's own certificates: several on a listener, and new ones while it runs. */
#include <check.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "world.h"

static world_t world;

#define GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"

/* The certificate that a client is shown, to be freed; NULL where the handshake fails. */
static X509 *shown_to(const client_tls_t *tls)
{
    client_t *client = client_open_as(world.tls, tls);
    X509 *shown = NULL;

    if (client != NULL) {
        shown = X509_dup(client_server(client));
        client_close(client);
    }
    return shown;
}

static int is_for(const X509 *shown, const char *name)
{
    return X509_check_host((X509 *)shown, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}

START_TEST(a_name_chooses_the_certificate)
{
    world_options_t options = {.more_certificates = 1};
    static const struct {
        const char *name;
        const char *signatures;
        int version;
        int is_second;
        int is_rsa;
    } cases[] = {
        {NULL, NULL, 0, 0, 0},
        {"first.test", NULL, 0, 0, 0},
        {"second.test", NULL, 0, 1, 0},
        {"SECOND.test", NULL, TLS1_2_VERSION, 1, 0},
        {"second.test", "RSA-PSS+SHA256", 0, 1, 1},
        {"second.test", "RSA+SHA256:RSA-PSS+SHA256", TLS1_2_VERSION, 1, 1},
        {"second.test", "ECDSA+SHA256", 0, 1, 0},
        {"x.second.test", NULL, 0, 0, 0},
    };
    size_t i;

    world_open(&world, &options);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        client_tls_t tls = {
            .name = cases[i].name, .signatures = cases[i].signatures, .version = cases[i].version};
        X509 *shown = shown_to(&tls);

        ck_assert_ptr_nonnull(shown);
        ck_assert_int_eq(is_for(shown, "second.test"), cases[i].is_second);
        ck_assert_int_eq(EVP_PKEY_is_a(X509_get0_pubkey(shown), "RSA"), cases[i].is_rsa);
        X509_free(shown);
    }
    world_close(&world);
}
END_TEST

/* Waits until clients are shown a certificate for a name. */
static int await_name(const char *name)
{
    client_tls_t tls = {0};
    int found = 0;
    int tries;

    for (tries = 0; tries < 200 && !found; tries++) {
        X509 *shown = shown_to(&tls);

        found = shown != NULL && is_for(shown, name);
        X509_free(shown);
        if (!found) {
            (void)usleep(50000);
        }
    }
    return found;
}

static int32_t renew(char *message, size_t size)
{
    core_call_options_t options = {0};
    signet_call_t *call = core_call_new(&options);
    int32_t status;

    ck_assert_ptr_nonnull(call);
    status = edge_renew(call, world.edge);
    message[0] = '\0';
    if (status != SIGNET_OK) {
        const signet_error_t *error = call->services->error(call);

        (void)snprintf(message, size, "%.*s: %.*s", (int)error->reason.length, error->reason.data,
                       (int)error->message.length, error->message.data);
    }
    core_call_free(call);
    return status;
}

/* A connection that is open goes on, and new ones see what is new. */
START_TEST(new_files_are_taken_up)
{
    world_options_t options = {.check_ms = 100};
    client_t *client;
    answer_t answer;

    world_open(&world, &options);
    client = client_open(world.tls);
    ck_assert_ptr_nonnull(client);
    world_write_named(world.folder, "server.pem", "server.key", "renewed.test", _i);
    ck_assert(await_name("renewed.test"));
    ck_assert(client_send(client, GET("/echo")));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 200);
    answer_free(&answer);
    client_close(client);
    world_close(&world);
}
END_TEST

/* What cannot be used changes nothing, and says what is wrong with it. */
START_TEST(broken_files_are_left_alone)
{
    client_tls_t tls = {0};
    char message[512];
    FILE *file;

    world_open(&world, NULL);
    world_write_named(world.folder, "server.pem", "server.key", "good.test", 0);
    ck_assert_int_eq(renew(message, sizeof(message)), SIGNET_OK);
    ck_assert(await_name("good.test"));
    file = fopen(world_path(&world, "server.pem"), "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs("half a certi", file);
    (void)fclose(file);
    ck_assert_int_eq(renew(message, sizeof(message)), SIGNET_INVALID);
    ck_assert_ptr_nonnull(strstr(message, "http.certificate-invalid: Listener"));
    ck_assert(await_name("good.test"));
    world_write_named(world.folder, "server.pem", "other.key", "other.test", 0);
    ck_assert_int_eq(renew(message, sizeof(message)), SIGNET_INVALID);
    ck_assert_ptr_nonnull(strstr(message, "http.key-mismatch"));
    ck_assert(await_name("good.test"));
    ck_assert_int_eq(rename(world_path(&world, "other.key"), world_path(&world, "server.key")), 0);
    ck_assert_int_eq(chmod(world_path(&world, "server.key"), 0644), 0);
    ck_assert_int_eq(renew(message, sizeof(message)), SIGNET_INVALID);
    ck_assert_ptr_nonnull(strstr(message, "chmod 600"));
    ck_assert_int_eq(chmod(world_path(&world, "server.key"), 0600), 0);
    ck_assert_int_eq(renew(message, sizeof(message)), SIGNET_OK);
    ck_assert(await_name("other.test"));
    X509_free(shown_to(&tls));
    world_close(&world);
}
END_TEST

/* A session that began with the old certificate can be resumed under the new one. */
START_TEST(sessions_outlive_a_renewal)
{
    client_tls_t tls = {0};
    client_t *client;
    answer_t answer;
    char message[512];

    world_open(&world, NULL);
    client = client_open(world.tls);
    ck_assert(client_send(client, GET("/echo")));
    client_receive(client, &answer, 0);
    answer_free(&answer);
    tls.session = client_session(client);
    client_close(client);
    world_write_named(world.folder, "server.pem", "server.key", "renewed.test", 0);
    ck_assert_int_eq(renew(message, sizeof(message)), SIGNET_OK);
    client = client_open_as(world.tls, &tls);
    ck_assert_ptr_nonnull(client);
    ck_assert(client_is_resumed(client));
    client_close(client);
    SSL_SESSION_free(tls.session);
    world_close(&world);
}
END_TEST

START_TEST(http2_can_be_switched_off)
{
    world_options_t options = {.only_http1 = 1};
    client_tls_t tls = {.http2 = 1};
    client_t *client;

    world_open(&world, &options);
    ck_assert_ptr_null(client_open_as(world.tls, &tls));
    client = client_open(world.tls);
    ck_assert_ptr_nonnull(client);
    client_close(client);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-renewal");
    TCase *renewal = tcase_create("renewal");
    SRunner *runner;
    int failed;

    tcase_set_timeout(renewal, 60);
    tcase_add_test(renewal, a_name_chooses_the_certificate);
    tcase_add_loop_test(renewal, new_files_are_taken_up, 0, 2);
    tcase_add_test(renewal, broken_files_are_left_alone);
    tcase_add_test(renewal, sessions_outlive_a_renewal);
    tcase_add_test(renewal, http2_can_be_switched_off);
    suite_add_tcase(suite, renewal);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
