#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <signet/check.h>
#include <signet/ext/draft/exporter.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE "{\"event\":\"thing.made\",\"object\":\"thing:%04d\"}"
#define LINE_LENGTH 44

static signet_check_t *check;
static signet_call_t *call;
static int is_open;

static void setup(void)
{
    check = signet_check_begin();
    call = signet_check_call(check, "system:out", "");
    is_open = 0;
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(check);
}

static int32_t open_with(const char *settings)
{
    if (is_open) {
        signet_check_close(check, "file");
    }
    int32_t status = signet_check_open(check, "exporter-file", "file", settings);
    is_open = status == SIGNET_OK;
    return status;
}

/* Delivers `count` entries, the first of which has the number `first`. */
static int32_t deliver(int first, int count)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_EXPORTER_INTERFACE, "file");
    const signet_exporter_interface_t *exporter = provider->interface;
    signet_journal_entry_t *entries = signet_alloc(call, (uint64_t)count, sizeof *entries);
    const signet_journal_entry_t **list = signet_alloc(call, (uint64_t)count, sizeof *list);
    ck_assert(entries && list);
    for (int i = 0; i < count; i++) {
        entries[i] = (signet_journal_entry_t){
            .size = sizeof *entries,
            .sealed = 1,
            .key = signet_format(call, "node/0000000000000001/%016x", first + i),
            .event = SIGNET_TEXT("thing.made"),
            .body = signet_format(call, LINE, first + i)};
        list[i] = &entries[i];
    }
    const signet_export_batch_t batch = {.size = sizeof batch,
                                         .id = SIGNET_TEXT("batch"),
                                         .entries = list,
                                         .count = (uint64_t)count};
    uint64_t accepted = 0;
    call->services->clear(call);
    return exporter->deliver(provider->instance, call, &batch, &accepted);
}

static const char *path(const char *name)
{
    return signet_format(call, "%s/%s%c", signet_check_folder(check), name, 0).data;
}

static signet_text_t content(const char *name)
{
    signet_bytes_t bytes = {NULL, 0};
    call->services->clear(call);
    int32_t status = signet_file_read(call, signet_text(path(name)), 1U << 24, &bytes);
    ck_assert_msg(status == SIGNET_OK, "%s cannot be read", name);
    return signet_bytes_text(bytes);
}

/* The file holds exactly the lines from `first` on. */
static void expect_lines(const char *name, int first, int count)
{
    signet_text_t text = content(name);
    ck_assert_uint_eq(text.length, (uint64_t)count * (LINE_LENGTH + 1));
    for (int i = 0; i < count; i++) {
        char line[64];
        snprintf(line, sizeof line, LINE "\n", first + i);
        ck_assert_int_eq(memcmp(text.data + i * (LINE_LENGTH + 1), line, LINE_LENGTH + 1), 0);
    }
}

START_TEST(appends_lines)
{
    ck_assert_int_eq(open_with("path = \"out.jsonl\";"), SIGNET_OK);
    ck_assert_int_eq(deliver(0, 3), SIGNET_OK);
    ck_assert_int_eq(deliver(3, 1), SIGNET_OK);
    expect_lines("out.jsonl", 0, 4);
    ck_assert_int_eq(open_with("path = \"out.jsonl\"; sync = false;"), SIGNET_OK);
    ck_assert_int_eq(deliver(4, 2), SIGNET_OK);
    expect_lines("out.jsonl", 0, 6);
    struct stat state;
    ck_assert_int_eq(stat(path("out.jsonl"), &state), 0);
    ck_assert_uint_eq(state.st_mode & 0777, 0640);
}
END_TEST

START_TEST(rotates)
{
    ck_assert_int_eq(open_with("path = \"out.jsonl\"; rotate_size = \"4096B\"; keep = 2;"),
                     SIGNET_OK);
    for (int i = 0; i < 40; i++) {
        ck_assert_int_eq(deliver(i * 10, 10), SIGNET_OK);
    }
    /* 90 lines fit, so the fifth file has 40; of the four before it two are kept. */
    expect_lines("out.jsonl", 360, 40);
    expect_lines("out.jsonl.1", 270, 90);
    expect_lines("out.jsonl.2", 180, 90);
    ck_assert_int_ne(access(path("out.jsonl.3"), F_OK), 0);
    /* A batch larger than a file is written all the same. */
    ck_assert_int_eq(deliver(400, 200), SIGNET_OK);
    expect_lines("out.jsonl", 400, 200);
}
END_TEST

START_TEST(cuts_off_half_a_line)
{
    ck_assert_int_eq(open_with("path = \"out.jsonl\";"), SIGNET_OK);
    ck_assert_int_eq(deliver(0, 2), SIGNET_OK);
    signet_check_close(check, "file");
    is_open = 0;
    FILE *file = fopen(path("out.jsonl"), "a");
    ck_assert_ptr_nonnull(file);
    fputs("{\"event\":\"thi", file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(open_with("path = \"out.jsonl\";"), SIGNET_OK);
    ck_assert_int_eq(deliver(2, 1), SIGNET_OK);
    expect_lines("out.jsonl", 0, 3);
}
END_TEST

START_TEST(follows_the_path)
{
    ck_assert_int_eq(open_with("path = \"out.jsonl\";"), SIGNET_OK);
    ck_assert_int_eq(deliver(0, 2), SIGNET_OK);
    ck_assert_int_eq(rename(path("out.jsonl"), path("moved")), 0);
    ck_assert_int_eq(deliver(2, 2), SIGNET_OK);
    expect_lines("moved", 0, 2);
    expect_lines("out.jsonl", 2, 2);
}
END_TEST

START_TEST(leaves_nothing_of_a_failed_batch)
{
    struct rlimit before;
    struct rlimit small;
    ck_assert_int_eq(open_with("path = \"out.jsonl\";"), SIGNET_OK);
    ck_assert_int_eq(deliver(0, 2), SIGNET_OK);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = (LINE_LENGTH + 1) * 4 + 7;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    int32_t status = deliver(2, 5);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(status, SIGNET_FULL);
    expect_lines("out.jsonl", 0, 2);
    ck_assert_int_eq(deliver(2, 5), SIGNET_OK);
    expect_lines("out.jsonl", 0, 7);
}
END_TEST

START_TEST(refuses_what_is_no_file)
{
    ck_assert_int_eq(mkdir(path("folder"), 0700), 0);
    ck_assert_int_ne(open_with("path = \"folder\";"), SIGNET_OK);
    ck_assert_int_ne(open_with("path = \"missing/out.jsonl\";"), SIGNET_OK);
    ck_assert(signet_text_is(signet_check_error(check)->reason, "file.failed"));
    ck_assert_int_eq(symlink("elsewhere", path("link")), 0);
    ck_assert_int_ne(open_with("path = \"link\";"), SIGNET_OK);
    ck_assert_int_ne(open_with("path = \"/dev/null\";"), SIGNET_OK);
    ck_assert(signet_text_is(signet_check_error(check)->reason, "file.not-regular"));
}
END_TEST

START_TEST(refuses_what_is_no_line)
{
    ck_assert_int_eq(open_with("path = \"out.jsonl\";"), SIGNET_OK);
    const signet_provider_t *provider = signet_check_find(check, SIGNET_EXPORTER_INTERFACE, "file");
    const signet_exporter_interface_t *exporter = provider->interface;
    const signet_journal_entry_t entry = {.size = sizeof entry,
                                          .key = SIGNET_TEXT("node/1/1"),
                                          .body = SIGNET_TEXT("{}\n{\"forged\":1}")};
    const signet_journal_entry_t *list[] = {&entry};
    const signet_export_batch_t batch = {
        .size = sizeof batch, .id = SIGNET_TEXT("b"), .entries = list, .count = 1};
    uint64_t accepted = 0;
    ck_assert_int_eq(exporter->deliver(provider->instance, call, &batch, &accepted),
                     SIGNET_INVALID);
    ck_assert_uint_eq(content("out.jsonl").length, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exporter-file");
    TCase *tcase = tcase_create("exporter-file");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, appends_lines);
    tcase_add_test(tcase, rotates);
    tcase_add_test(tcase, cuts_off_half_a_line);
    tcase_add_test(tcase, follows_the_path);
    tcase_add_test(tcase, leaves_nothing_of_a_failed_batch);
    tcase_add_test(tcase, refuses_what_is_no_file);
    tcase_add_test(tcase, refuses_what_is_no_line);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
