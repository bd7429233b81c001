#include <check.h>
#include <signet/check.h>
#include <signet/ext/draft/discovery.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder, in the order in which it is walked:
 *   a/bundle.pem (2)  a/one.der (1)  a/sub/deep.pem (1)  b-key.der (0)  bad.pem (a fault)
 *   big.pem (a fault: too large)  dir-link → a (not followed)  empty.pem  file-link.pem → a/one.der
 * (1) pipe.pem (not waited for)  sha1.pem (1)  \xff.pem (1) */
#define MADE 7
#define FAULTS 2

static const char make[] =
    "set -e; cd \"$1\"; mkdir -p certs/a/sub; cd certs\n"
    "new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -keyout "
    "../key.pem -subj \"/CN=$1\" \"${@:2}\" 2>/dev/null; }\n"
    "new one -outform DER -out a/one.der; new two >../two.pem; new three >../three.pem\n"
    "{ echo text before; cat ../two.pem; echo; cat ../key.pem ../three.pem; } >a/bundle.pem\n"
    "new deep >a/sub/deep.pem; new weak -sha1 >sha1.pem; new odd >\"$(printf '\\377').pem\"\n"
    "openssl ec -in ../key.pem -outform DER -out b-key.der 2>/dev/null\n"
    "printf -- '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n' >bad.pem\n"
    "head -c 20000 /dev/zero >big.pem; ln -s a dir-link; : >empty.pem\n"
    "ln -s a/one.der file-link.pem; mkfifo pipe.pem\n";

static signet_check_t *check;
static signet_call_t *call;
static int is_open;

static void setup(void)
{
    char command[4096];
    check = signet_check_begin();
    call = signet_check_call(check, "system:out", "");
    is_open = 0;
    snprintf(command, sizeof command, "bash -c '%s' make %s", "eval \"$SCRIPT\"",
             signet_check_folder(check));
    ck_assert_int_eq(setenv("SCRIPT", make, 1), 0);
    ck_assert_int_eq(system(command), 0);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(check);
}

static int32_t open_with(const char *settings)
{
    if (is_open) {
        signet_check_close(check, "files");
    }
    int32_t status = signet_check_open(check, "discovery-files", "files", settings);
    is_open = status == SIGNET_OK;
    return status;
}

static int32_t scan(signet_text_t cursor, uint64_t limit, const signet_discovery_page_t **page)
{
    const signet_provider_t *provider =
        signet_check_find(check, SIGNET_DISCOVERY_INTERFACE, "files");
    const signet_discovery_interface_t *discovery = provider->interface;
    call->services->clear(call);
    return discovery->scan(provider->instance, call, cursor, limit, page);
}

/* The places of a whole scan in pages of `limit`, one a line; faults with a '!' before them. */
static const char *scan_all(uint64_t limit)
{
    signet_buffer_t lines = signet_buffer(call, 1024);
    signet_text_t cursor = {NULL, 0};
    int pages = 0;
    do {
        const signet_discovery_page_t *page = NULL;
        ck_assert_int_eq(scan(cursor, limit, &page), SIGNET_OK);
        ck_assert_uint_le(page->count + page->fault_count, limit);
        for (uint64_t i = 0; i < page->count; i++) {
            ck_assert_uint_gt(page->found[i]->der.length, 200);
            ck_assert_uint_eq(page->found[i]->field_count, 3);
            signet_buffer_format(&lines, "%.*s\n", SIGNET_FORMAT(page->found[i]->place));
        }
        for (uint64_t i = 0; i < page->fault_count; i++) {
            signet_buffer_format(&lines, "!%.*s %.*s\n", SIGNET_FORMAT(page->faults[i]->reason),
                                 SIGNET_FORMAT(page->faults[i]->place));
        }
        cursor = page->cursor;
        ck_assert_int_lt(pages++, 100);
    } while (cursor.length > 0);
    signet_buffer_add_byte(&lines, 0);
    return (const char *)lines.data;
}

static int count_of(const char *lines, const char *what)
{
    int count = 0;
    for (const char *at = strstr(lines, what); at; at = strstr(at + 1, what)) {
        count++;
    }
    return count;
}

START_TEST(finds_what_is_there)
{
    ck_assert_int_eq(open_with("places = ({ path = \"certs\"; }); max_size = \"10KiB\";"),
                     SIGNET_OK);
    const char *lines = scan_all(1000);
    ck_assert_msg(count_of(lines, "\n") == MADE + FAULTS, "%s", lines);
    ck_assert_int_eq(count_of(lines, "/certs/a/bundle.pem\n"), 2);
    ck_assert_int_eq(count_of(lines, "/certs/a/one.der\n"), 1);
    ck_assert_int_eq(count_of(lines, "/certs/a/sub/deep.pem\n"), 1);
    ck_assert_int_eq(count_of(lines, "/certs/file-link.pem\n"), 1);
    ck_assert_int_eq(count_of(lines, "/certs/sha1.pem\n"), 1);
    ck_assert_int_eq(count_of(lines, "/certs/?.pem\n"), 1);
    ck_assert_int_eq(count_of(lines, "!files.malformed file:"), 1);
    ck_assert_int_eq(count_of(lines, "!file.too-large file:"), 1);
}
END_TEST

/* Whatever the size of pages, the same is found, each thing once. */
START_TEST(finds_the_same_in_pages)
{
    ck_assert_int_eq(open_with("places = ({ path = \"certs\"; }); max_size = \"10KiB\";"),
                     SIGNET_OK);
    for (uint64_t limit = 1; limit < 9; limit++) {
        const char *lines = scan_all(limit);
        ck_assert_msg(count_of(lines, "\n") == MADE + FAULTS, "%d: %s", (int)limit, lines);
        ck_assert_int_eq(count_of(lines, "bundle.pem"), 2);
        ck_assert_int_eq(count_of(lines, "!"), FAULTS);
    }
}
END_TEST

START_TEST(keeps_to_names_and_depth)
{
    ck_assert_int_eq(open_with("places = ({ path = \"certs\"; names = [\"*.der\"]; depth = 1; });"),
                     SIGNET_OK);
    const char *lines = scan_all(10);
    ck_assert_msg(count_of(lines, "\n") == 1, "%s", lines);
    ck_assert_int_eq(
        open_with("places = ({ path = \"certs\"; names = [\"d*.pem\"]; depth = 1; });"), SIGNET_OK);
    ck_assert_str_eq(scan_all(10), "");
    /* A file by its name; a place that is missing is a fault, and the others are searched. */
    ck_assert_int_eq(open_with("places = ({ path = \"missing\"; }, { path = \"certs/a/one.der\"; "
                               "names = [\"x\"]; }, { path = \"two.pem\"; });"),
                     SIGNET_OK);
    for (uint64_t limit = 1; limit < 5; limit++) {
        lines = scan_all(limit);
        ck_assert_msg(count_of(lines, "\n") == 3 && count_of(lines, "!files.unreadable") == 1, "%s",
                      lines);
    }
}
END_TEST

START_TEST(goes_on_after_a_restart)
{
    const signet_discovery_page_t *page = NULL;
    static const char settings[] = "places = ({ path = \"certs\"; });";
    ck_assert_int_eq(open_with(settings), SIGNET_OK);
    ck_assert_int_eq(scan((signet_text_t){NULL, 0}, 1, &page), SIGNET_OK);
    /* In the middle of a file. */
    signet_text_t cursor = page->cursor;
    ck_assert_int_eq(open_with(settings), SIGNET_OK);
    ck_assert_int_eq(scan(cursor, 1000, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, MADE - 1);
    /* What it stood at is gone. */
    char path[512];
    snprintf(path, sizeof path, "%s/certs/a/bundle.pem", signet_check_folder(check));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(scan(cursor, 1000, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, MADE - 2);
}
END_TEST

START_TEST(refuses_nonsense)
{
    static const char *const cursors[] = {
        "x",       "1",      "0 0 zz",   "0 0 0",
        "-1 0 61", "0 x 61", "0 0 6100", "99999999999999999999999 0 61"};
    const signet_discovery_page_t *page = NULL;
    ck_assert_int_eq(open_with("places = ({ path = \"certs\"; });"), SIGNET_OK);
    for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++) {
        ck_assert_int_eq(scan(signet_text(cursors[i]), 10, &page), SIGNET_INVALID);
        ck_assert(signet_text_is(call->services->error(call)->reason, "files.cursor"));
    }
    ck_assert_int_eq(scan((signet_text_t){NULL, 0}, 0, &page), SIGNET_INVALID);
    ck_assert_int_eq(scan((signet_text_t){NULL, 0}, 1001, &page), SIGNET_INVALID);
    ck_assert_int_ne(open_with("places = ();"), SIGNET_OK);
}
END_TEST

START_TEST(stops_when_it_is_cancelled)
{
    const signet_discovery_page_t *page = NULL;
    ck_assert_int_eq(open_with("places = ({ path = \"certs\"; });"), SIGNET_OK);
    signet_check_call_cancel(call);
    ck_assert_int_eq(scan((signet_text_t){NULL, 0}, 10, &page), SIGNET_CANCELLED);
}
END_TEST

START_TEST(survives_failing_allocations)
{
    int32_t status = SIGNET_NO_MEMORY;
    const signet_discovery_page_t *page = NULL;
    ck_assert_int_eq(open_with("places = ({ path = \"certs\"; });"), SIGNET_OK);
    for (uint64_t nth = 1; status != SIGNET_OK && nth < 1000; nth++) {
        signet_check_fail_alloc(check, nth);
        status = scan((signet_text_t){NULL, 0}, 1000, &page);
        signet_check_fail_alloc(check, 0);
        ck_assert(status == SIGNET_OK || status == SIGNET_NO_MEMORY);
    }
    ck_assert_int_eq(status, SIGNET_OK);
    ck_assert_uint_eq(page->count, MADE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("discovery-files");
    TCase *tcase = tcase_create("discovery-files");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, finds_what_is_there);
    tcase_add_test(tcase, finds_the_same_in_pages);
    tcase_add_test(tcase, keeps_to_names_and_depth);
    tcase_add_test(tcase, goes_on_after_a_restart);
    tcase_add_test(tcase, refuses_nonsense);
    tcase_add_test(tcase, stops_when_it_is_cancelled);
    tcase_add_test(tcase, survives_failing_allocations);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
