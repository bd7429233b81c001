#include "sdk_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <signet/sdk/setting.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static signet_text_t path_of(const char *name)
{
    return signet_format(call, "%s/%s", signet_check_folder(check), name);
}

static signet_bytes_t bytes_of(const char *string)
{
    return signet_text_bytes(signet_text(string));
}

static int entries;

static int count_entry(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)path;
    (void)about;
    (void)type;
    (void)place;
    entries++;
    return 0;
}

/* How many entries the folder has, itself not counted. */
static int count_entries(void)
{
    entries = -1;
    ck_assert_int_eq(nftw(signet_check_folder(check), count_entry, 4, FTW_PHYS), 0);
    return entries;
}

START_TEST(writes_and_reads)
{
    signet_bytes_t content;
    struct stat about;
    ck_assert_int_eq(signet_file_write(call, path_of("a"), bytes_of("one"), 0640), SIGNET_OK);
    ck_assert_int_eq(stat(path_of("a").data, &about), 0);
    ck_assert_int_eq(about.st_mode & 07777, 0640);
    ck_assert_int_eq(signet_file_read(call, path_of("a"), 3, &content), SIGNET_OK);
    expect_text(signet_bytes_text(content), "one");
    ck_assert_int_eq(signet_file_write(call, path_of("a"), bytes_of("second"), 0600), SIGNET_OK);
    ck_assert_int_eq(stat(path_of("a").data, &about), 0);
    ck_assert_int_eq(about.st_mode & 07777, 0600);
    ck_assert_int_eq(signet_file_read(call, path_of("a"), 100, &content), SIGNET_OK);
    expect_text(signet_bytes_text(content), "second");
    ck_assert_int_eq(signet_file_write(call, path_of("empty"), bytes_of(""), 0600), SIGNET_OK);
    ck_assert_int_eq(signet_file_read(call, path_of("empty"), 0, &content), SIGNET_OK);
    ck_assert_uint_eq(content.length, 0);
    /* No temporary file is left. */
    ck_assert_int_eq(count_entries(), 2);
}
END_TEST

START_TEST(writes_beside_in_the_working_folder)
{
    signet_bytes_t content;
    char before[4096];
    ck_assert_ptr_nonnull(getcwd(before, sizeof before));
    ck_assert_int_eq(chdir(signet_check_folder(check)), 0);
    ck_assert_int_eq(signet_file_write(call, SIGNET_TEXT("bare"), bytes_of("x"), 0600), SIGNET_OK);
    ck_assert_int_eq(signet_file_read(call, SIGNET_TEXT("bare"), 1, &content), SIGNET_OK);
    ck_assert_int_eq(chdir(before), 0);
}
END_TEST

START_TEST(refuses_to_read)
{
    signet_bytes_t content;
    ck_assert_int_eq(signet_file_read(call, path_of("missing"), 10, &content), SIGNET_NOT_FOUND);
    expect_message("/missing cannot be opened: No such file or directory");
    expect_error(SIGNET_NOT_FOUND, SIGNET_NOT_FOUND, "file.missing");
    ck_assert_int_eq(signet_file_write(call, path_of("a"), bytes_of("1234"), 0600), SIGNET_OK);
    ck_assert_int_eq(signet_file_read(call, path_of("a"), 3, &content), SIGNET_TOO_LARGE);
    expect_message("/a has 4 octets");
    expect_error(SIGNET_TOO_LARGE, SIGNET_TOO_LARGE, "file.too-large");
    expect_error(signet_file_read(call, signet_text(signet_check_folder(check)), 10, &content),
                 SIGNET_INVALID, "file.not-regular");
    ck_assert_int_eq(mkfifo(path_of("pipe").data, 0600), 0);
    expect_error(signet_file_read(call, path_of("pipe"), 10, &content), SIGNET_INVALID,
                 "file.not-regular");
    expect_error(signet_file_read(call, SIGNET_TEXT("/dev/null"), 10, &content), SIGNET_INVALID,
                 "file.not-regular");
    expect_error(signet_file_read(call, (signet_text_t){"/a\0b", 4}, 10, &content), SIGNET_INVALID,
                 "text.nul");
}
END_TEST

START_TEST(failing_leaves_nothing)
{
    ck_assert_int_eq(signet_file_write(call, path_of("no/where"), bytes_of("x"), 0600),
                     SIGNET_NOT_FOUND);
    expect_message("/no/where cannot be written");
    expect_error(SIGNET_NOT_FOUND, SIGNET_NOT_FOUND, "file.missing");
    /* A folder stands in the file's place, so that the rename fails. */
    ck_assert_int_eq(mkdir(path_of("folder").data, 0700), 0);
    expect_error(signet_file_write(call, path_of("folder"), bytes_of("x"), 0600), SIGNET_INVALID,
                 "file.not-regular");
    ck_assert_int_eq(count_entries(), 1);
    expect_error(signet_file_write(call, (signet_text_t){"/a\0b", 4}, bytes_of("x"), 0600),
                 SIGNET_INVALID, "text.nul");
}
END_TEST

START_TEST(a_full_disk_keeps_the_old_file)
{
    ck_assert_int_eq(signet_file_write(call, path_of("a"), bytes_of("old"), 0600), SIGNET_OK);
    struct rlimit before;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {.rlim_cur = 4, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    int32_t status = signet_file_write(call, path_of("a"), bytes_of("a new content"), 0600);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    expect_error(status, SIGNET_UNAVAILABLE, "file.failed");
    signet_bytes_t content;
    ck_assert_int_eq(signet_file_read(call, path_of("a"), 100, &content), SIGNET_OK);
    expect_text(signet_bytes_text(content), "old");
    ck_assert_int_eq(count_entries(), 1);
}
END_TEST

SDK_RUN("sdk-file", writes_and_reads, writes_beside_in_the_working_folder, refuses_to_read,
        failing_leaves_nothing, a_full_disk_keeps_the_old_file)
