/* A process that may open few files: a program of its own, because what is lowered stays so. */
#include <check.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
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

/* Asks a listener from a process of its own, whose descriptors are its own; how many of `count`
 * clients are answered within a second. */
static int answered_elsewhere(const char *url, int count)
{
    int result;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        client_t *clients[CLIENTS];
        int answered = 0;
        int i;

        for (i = 3; i < FILES; i++) {
            (void)close(i);
        }
        for (i = 0; i < count; i++) {
            clients[i] = client_open(url);
            if (clients[i] != NULL) {
                (void)client_send(clients[i], GET("/healthz"));
            }
        }
        (void)usleep(1000000);
        for (i = 0; i < count; i++) {
            answered += clients[i] != NULL && client_peek(clients[i]) > 0;
        }
        _exit(answered);
    }
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert(WIFEXITED(result));
    return WEXITSTATUS(result);
}

static int take_descriptors(int *taken, int leave)
{
    int count = 0;

    while ((taken[count] = open("/dev/null", O_RDONLY)) >= 0) {
        count++;
    }
    while (leave-- > 0) {
        (void)close(taken[--count]);
    }
    return count;
}

static void give_descriptors(const int *taken, int count)
{
    while (count > 0) {
        (void)close(taken[--count]);
    }
}

/* Something else in the host uses up the descriptors: accepting pauses, each listener keeps a few
 * connections for those who look after the host, and all recovers. */
START_TEST(descriptors_that_others_use_up_pause_accepting)
{
    world_options_t options = {.connections = 1000};
    int taken[FILES];
    world_t world;
    int count;
    int answered;

    world_open(&world, &options);
    ck_assert_int_eq(answered_elsewhere(world.plain, 30), 30);
    count = take_descriptors(taken, 24);
    answered = answered_elsewhere(world.plain, 30);
    ck_assert_int_ge(answered, 1);
    ck_assert_int_le(answered, 12);
    ck_assert_int_ge(answered_elsewhere(world.local, 1), 1);
    ck_assert_int_ge(answered_elsewhere(world.tls, 1), 1);
    give_descriptors(taken, count);
    ck_assert_int_eq(answered_elsewhere(world.plain, 30), 30);
    world_close(&world);
}
END_TEST

/* None is left at all: nothing is accepted, nothing breaks or turns in circles, and all recovers.
 * On EMFILE libuv gives up a descriptor of its own for a moment to turn one client away, which the
 * other loop may take to serve one: so one for each loop may be answered. */
START_TEST(no_descriptor_at_all_is_survived)
{
    world_options_t options = {.connections = 1000};
    struct rusage before;
    struct rusage after;
    int taken[FILES];
    world_t world;
    int count;

    world_open(&world, &options);
    count = take_descriptors(taken, 0);
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &before), 0);
    ck_assert_int_le(answered_elsewhere(world.plain, 30), 2);
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &after), 0);
    ck_assert_int_lt((int)(after.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_utime.tv_sec -
                           before.ru_stime.tv_sec),
                     2);
    give_descriptors(taken, count);
    ck_assert_int_eq(answered_elsewhere(world.plain, 30), 30);
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
    tcase_set_timeout(descriptors, 60);
    tcase_add_test(descriptors, descriptors_do_not_run_out);
    tcase_add_test(descriptors, descriptors_that_others_use_up_pause_accepting);
    tcase_add_test(descriptors, no_descriptor_at_all_is_survived);
    suite_add_tcase(suite, descriptors);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
