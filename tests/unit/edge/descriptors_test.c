/* A process that may open few files: a program of its own, because what is lowered stays so. */
#include <check.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client.h"
#include "world.h"

#define FILES 320
#define FIT 64 /* connections: 256 files are for the rest of the host */
#define CLIENTS 100

#define GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"

static int ask_status(const char *url, const char *request)
{
    client_t *client = client_open(url);
    answer_t answer;
    int status;

    ck_assert_ptr_nonnull(client);
    ck_assert(client_send(client, request));
    client_receive(client, &answer, 0);
    status = answer.status;
    answer_free(&answer);
    client_close(client);
    return status;
}

static int count_answered(client_t *const clients[CLIENTS])
{
    int answered = 0;
    int i;

    for (i = 0; i < CLIENTS; i++) {
        answered += client_peek(clients[i]) > 0;
    }
    return answered;
}

/* The limit of connections follows that of files. A listener that is full leaves the others their
 * own, those that it did not accept wait, and all recovers. */
START_TEST(descriptors_do_not_run_out)
{
    world_options_t options = {.connections = 1000};
    static client_t *clients[CLIENTS];
    world_t world;
    int i;

    world_open(&world, &options);
    for (i = 0; i < CLIENTS; i++) {
        clients[i] = client_open(world.plain);
        ck_assert_ptr_nonnull(clients[i]);
        ck_assert(client_send(clients[i], GET("/echo")));
    }
    for (i = 0; i < 60000 && count_answered(clients) < FIT; i++) {
        (void)usleep(1000);
    }
    (void)usleep(300000);
    ck_assert_int_eq(count_answered(clients), FIT);
    ck_assert_int_eq(ask_status(world.tls, GET("/healthz")), 200);
    ck_assert_int_eq(ask_status(world.local, GET("/healthz")), 200);
    for (i = 0; i < CLIENTS; i++) {
        client_close(clients[i]);
    }
    ck_assert_int_eq(ask_status(world.plain, GET("/healthz")), 200);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-descriptors");
    TCase *descriptors = tcase_create("descriptors");
    struct rlimit few = {FILES, FILES};
    SRunner *runner;
    int failed;

    if (setrlimit(RLIMIT_NOFILE, &few) != 0) {
        return 1;
    }
    tcase_add_test(descriptors, descriptors_do_not_run_out);
    suite_add_tcase(suite, descriptors);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
