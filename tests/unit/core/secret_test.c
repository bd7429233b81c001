/* Secrets by reference: where they come from, and which files are refused. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/secret.h"
#include "core/text.h"
#include "world.h"

static int32_t read_secret(const char *reference, signet_bytes_t *secret)
{
    world_clear();
    return core_secret_read(world_call(), core_text(reference), secret);
}

static void expect(signet_bytes_t secret, const char *content)
{
    ck_assert_uint_eq(secret.length, strlen(content));
    ck_assert_int_eq(memcmp(secret.data, content, strlen(content)), 0);
}

START_TEST(files_are_read_without_their_newline)
{
    char reference[600];
    signet_bytes_t secret = {NULL, 0};
    world_write("pin", "12 34\n");
    snprintf(reference, sizeof reference, "file:%s", world_path("pin"));
    ck_assert_int_eq(read_secret(reference, &secret), SIGNET_OK);
    expect(secret, "12 34");
    world_write("pin", "");
    ck_assert_int_eq(read_secret(reference, &secret), SIGNET_OK);
    ck_assert_uint_eq(secret.length, 0);
}
END_TEST

START_TEST(files_open_to_others_are_refused)
{
    char reference[600];
    signet_bytes_t secret = {NULL, 0};
    world_write("pin", "1234");
    snprintf(reference, sizeof reference, "file:%s", world_path("pin"));
    static const mode_t modes[] = {0604, 0640, 0644, 0620, 0601};
    for (size_t index = 0; index < sizeof modes / sizeof modes[0]; index++) {
        chmod(world_path("pin"), modes[index]);
        ck_assert_int_eq(read_secret(reference, &secret), SIGNET_DENIED);
        ck_assert_ptr_nonnull(strstr(world_message(), "chmod 0600"));
        ck_assert_ptr_null(strstr(world_message(), "1234"));
    }
    /* A stranger's file: only root can make one here. */
    chmod(world_path("pin"), 0600);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(world_path("pin"), 12345, 12345), 0);
        ck_assert_int_eq(read_secret(reference, &secret), SIGNET_DENIED);
        ck_assert_ptr_nonnull(strstr(world_message(), "belongs to user 12345"));
    }
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
    char reference[600];
    signet_bytes_t secret = {NULL, 0};
    snprintf(reference, sizeof reference, "file:%s", world_path("none"));
    ck_assert_int_eq(read_secret(reference, &secret), SIGNET_NOT_FOUND);
    snprintf(reference, sizeof reference, "file:%s", world_path("fifo"));
    ck_assert_int_eq(mkfifo(world_path("fifo"), 0600), 0);
    ck_assert_int_eq(read_secret(reference, &secret), SIGNET_INVALID);
    snprintf(reference, sizeof reference, "file:%s", world_path("large"));
    world_write("large", "x");
    ck_assert_int_eq(truncate(world_path("large"), 65537), 0);
    ck_assert_int_eq(read_secret(reference, &secret), SIGNET_TOO_LARGE);
    ck_assert_int_eq(read_secret("hunter2", &secret), SIGNET_INVALID);
    ck_assert_ptr_null(strstr(world_message(), "hunter2"));
    ck_assert_int_eq(read_secret("file:", &secret), SIGNET_INVALID);
}
END_TEST

START_TEST(the_environment_and_credentials_are_read)
{
    signet_bytes_t secret = {NULL, 0};
    setenv("SIGNET_TEST_SECRET", "from the environment", 1);
    ck_assert_int_eq(read_secret("env:SIGNET_TEST_SECRET", &secret), SIGNET_OK);
    expect(secret, "from the environment");
    unsetenv("SIGNET_TEST_SECRET");
    ck_assert_int_eq(read_secret("env:SIGNET_TEST_SECRET", &secret), SIGNET_NOT_FOUND);
    unsetenv("CREDENTIALS_DIRECTORY");
    ck_assert_int_eq(read_secret("cred:pin", &secret), SIGNET_NOT_FOUND);
    world_write("pin", "credential\n");
    setenv("CREDENTIALS_DIRECTORY", world_path(""), 1);
    ck_assert_int_eq(read_secret("cred:pin", &secret), SIGNET_OK);
    expect(secret, "credential");
    ck_assert_int_eq(read_secret("cred:../pin", &secret), SIGNET_INVALID);
    unsetenv("CREDENTIALS_DIRECTORY");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secret");
    TCase *tests = tcase_create("secret");
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_test(tests, files_are_read_without_their_newline);
    tcase_add_test(tests, files_open_to_others_are_refused);
    tcase_add_test(tests, what_is_no_file_is_refused);
    tcase_add_test(tests, the_environment_and_credentials_are_read);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
