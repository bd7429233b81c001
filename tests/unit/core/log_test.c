/* The log: form of the lines, escapes, and that nobody waits for its reader. */
#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/text.h"

static int saved;
static int ends[2];

/* Standard error becomes a pipe. */
static void capture(void)
{
    fflush(stderr);
    saved = dup(STDERR_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
    close(ends[1]);
}

/* Standard error is itself again; the answer is what was written, to be freed. */
static char *release(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    size_t length = 0;
    char *text = calloc(1, (size_t)16 * 1024 * 1024);
    for (ssize_t got; (got = read(ends[0], text + length, 65536)) > 0;)
        length += (size_t)got;
    close(ends[0]);
    return text;
}

START_TEST(lines_are_json)
{
    capture();
    core_log_begin(CORE_LOG_JSON, SIGNET_LOG_INFO);
    const signet_pair_t fields[] = {
        {.size = sizeof(signet_pair_t),
         .name = SIGNET_TEXT_INIT("serial"),
         .value = SIGNET_TEXT_INIT("01\"C8")},
        {.size = sizeof(signet_pair_t),
         .name = SIGNET_TEXT_INIT("name"),
         .value = SIGNET_TEXT_INIT("a\nb\x1b[31m\xff\xe2\x80\xae")},
    };
    core_log_line(SIGNET_LOG_DEBUG, SIGNET_TEXT("ca"), "not.written", SIGNET_TEXT("no"),
                  SIGNET_TEXT(""), NULL, 0);
    core_log_line(SIGNET_LOG_WARNING, SIGNET_TEXT("ca"), "certificate.issued",
                  SIGNET_TEXT("Issued."), SIGNET_TEXT("0123456789abcdef0123456789abcdef"), fields,
                  2);
    core_log_end();
    char *text = release();
    ck_assert_ptr_null(strstr(text, "not.written"));
    ck_assert_ptr_null(strchr(text, 0x1b));
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    json_t *line = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(line);
    ck_assert_str_eq(json_string_value(json_object_get(line, "level")), "warning");
    ck_assert_str_eq(json_string_value(json_object_get(line, "source")), "ca");
    ck_assert_str_eq(json_string_value(json_object_get(line, "event")), "certificate.issued");
    ck_assert_str_eq(json_string_value(json_object_get(line, "msg")), "Issued.");
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(line, "ts"))), 24);
    const json_t *written = json_object_get(line, "fields");
    ck_assert_str_eq(json_string_value(json_object_get(written, "serial")), "01\"C8");
    ck_assert_str_eq(json_string_value(json_object_get(written, "name")),
                     "a\nb\x1b[31m\xef\xbf\xbd\xe2\x80\xae");
    json_decref(line);
    free(text);
}
END_TEST

START_TEST(text_is_plain_and_escaped)
{
    capture();
    core_log_begin(CORE_LOG_TEXT, SIGNET_LOG_INFO);
    core_log_line(SIGNET_LOG_ERROR, SIGNET_TEXT("store"), "store.failed",
                  SIGNET_TEXT("It\r\nfailed\x1b[0m."), SIGNET_TEXT(""), NULL, 0);
    core_log_end();
    char *text = release();
    ck_assert_ptr_nonnull(
        strstr(text, "error   store store.failed: It\\x0d\\x0afailed\\x1b[0m.\n"));
    free(text);
}
END_TEST

START_TEST(the_journal_of_systemd_gets_priorities)
{
    capture();
    struct stat about;
    char stream[64];
    ck_assert_int_eq(fstat(STDERR_FILENO, &about), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)about.st_dev, (uintmax_t)about.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    core_log_begin(CORE_LOG_AUTO, SIGNET_LOG_INFO);
    core_log(SIGNET_LOG_WARNING, "test.event", "A warning, %d.", 1);
    core_log_end();
    unsetenv("JOURNAL_STREAM");
    char *text = release();
    ck_assert_int_eq(strncmp(text, "<4>{", 4), 0);
    free(text);
}
END_TEST

static void *log_many(void *argument)
{
    (void)argument;
    for (int index = 0; index < 2000; index++)
        core_log(SIGNET_LOG_INFO, "test.many", "Line %d.", index);
    return NULL;
}

START_TEST(lines_of_many_threads_stay_whole)
{
    char path[] = "/tmp/signet-log-XXXXXX";
    int file = mkstemp(path);
    int before = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    core_log_begin(CORE_LOG_JSON, SIGNET_LOG_INFO);
    pthread_t threads[4];
    for (int index = 0; index < 4; index++)
        pthread_create(&threads[index], NULL, log_many, NULL);
    for (int index = 0; index < 4; index++)
        pthread_join(threads[index], NULL);
    core_log_end();
    dup2(before, STDERR_FILENO);
    close(before);
    FILE *stream = fdopen(file, "r");
    rewind(stream);
    char line[4096];
    int lines = 0;
    while (fgets(line, sizeof line, stream)) {
        json_t *object = json_loads(line, 0, NULL);
        ck_assert_msg(object != NULL, "not a line: %s", line);
        json_decref(object);
        lines++;
    }
    ck_assert_int_eq(lines, 8000);
    fclose(stream);
    unlink(path);
}
END_TEST

/* A reader that reads nothing until all is logged: nobody waits, and what was lost is counted. */
START_TEST(a_stuck_reader_holds_nobody_up)
{
    capture();
    core_log_begin(CORE_LOG_JSON, SIGNET_LOG_INFO);
    char message[1001];
    memset(message, 'm', 1000);
    message[1000] = '\0';
    for (int index = 0; index < 10000; index++)
        core_log(SIGNET_LOG_INFO, "test.flood", "%s", message);
    int dropped = 0;
    char tail[64] = "";
    char block[65536];
    /* The pipe is read until the line that counts the lost ones has come. */
    while (!dropped) {
        struct pollfd wait = {.fd = ends[0], .events = POLLIN};
        ck_assert_int_eq(poll(&wait, 1, 60000), 1);
        ssize_t got = read(ends[0], block, sizeof block - 1);
        ck_assert_int_gt(got, 0);
        block[got] = '\0';
        char joined[sizeof tail + sizeof block];
        snprintf(joined, sizeof joined, "%s%s", tail, block);
        dropped = strstr(joined, "log.dropped") != NULL;
        size_t length = strlen(joined);
        snprintf(tail, sizeof tail, "%s", joined + (length > 63 ? length - 63 : 0));
    }
    core_log_end();
    free(release());
    ck_assert_int_eq(dropped, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("log");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, lines_are_json);
    tcase_add_test(tests, text_is_plain_and_escaped);
    tcase_add_test(tests, the_journal_of_systemd_gets_priorities);
    tcase_add_test(tests, lines_of_many_threads_stay_whole);
    tcase_add_test(tests, a_stuck_reader_holds_nobody_up);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
