/* The log that a process of isolated keys keeps: as `journal verify` reads it. */
#include "sdk_test.h"

#include "signing_log.h"

#include "signed_log.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <stdio.h>
#include <unistd.h>

#define LIMIT 2000U

static signet_host_t host;

static void setup_host(void)
{
    host = (signet_host_t){.size = sizeof host,
                           .name = SIGNET_TEXT("keys"),
                           .process_folder = signet_text(signet_check_folder(check))};
}

static signing_log_t *open_log(void)
{
    signing_log_t *log = NULL;
    setup_host();
    ck_assert_int_eq(signing_log_open(call, &host, LIMIT, &log), SIGNET_OK);
    return log;
}

static uint64_t note(signing_log_t *log, const char *message)
{
    const signet_sign_request_t request = {.size = sizeof request,
                                           .purpose = SIGNET_PURPOSE_CERTIFICATE,
                                           .uri = SIGNET_TEXT("file:key"),
                                           .message = signet_text_bytes(signet_text(message)),
                                           .intent = SIGNET_TEXT("a/1")};
    uint64_t sequence = 0;
    ck_assert_int_eq(signing_log_note(log, call, &request, &sequence), SIGNET_OK);
    return sequence;
}

static const uint8_t *digest_of(const char *message)
{
    signet_bytes_t digest = {NULL, 0};
    ck_assert_int_eq(signet_sha256(call, signet_text_bytes(signet_text(message)), &digest),
                     SIGNET_OK);
    return digest.data;
}

static int32_t read_log(signed_log_t *log)
{
    return signed_log_read(call, host.process_folder, host.name, log);
}

static const char *path_of(const char *suffix)
{
    return signet_format(call, "%s/keys.signed%s", signet_check_folder(check), suffix).data;
}

START_TEST(is_read_as_written)
{
    signing_log_t *log = open_log();
    signed_log_t read;
    ck_assert_uint_eq(note(log, "one"), 2);
    uint64_t failed = note(log, "two");
    signing_log_failed(log, call, failed);
    signing_log_settle(log, failed);
    signing_log_close(log);
    ck_assert_int_eq(read_log(&read), SIGNET_OK);
    ck_assert_uint_eq(read.files, 1);
    ck_assert_uint_eq(read.count, 2);
    ck_assert_uint_eq(signed_log_unmarked(&read), 2);
    ck_assert(signed_log_has(&read, digest_of("one")));
    ck_assert(!signed_log_has(&read, digest_of("three")));
    ck_assert(signed_log_mark(&read, digest_of("one")));
    ck_assert_uint_eq(signed_log_unmarked(&read), 0);
    signed_log_free(&read);
}
END_TEST

/* Enough for several files. */
static void write_many(void)
{
    signing_log_t *log = open_log();
    for (int number = 0; number < 40; number++)
        signing_log_settle(log, note(log, signet_format(call, "m%d", number).data));
    signing_log_close(log);
}

START_TEST(goes_on_in_further_files)
{
    signed_log_t read;
    write_many();
    signing_log_t *log = open_log();
    (void)note(log, "last");
    signing_log_close(log);
    ck_assert_int_eq(read_log(&read), SIGNET_OK);
    ck_assert_uint_gt(read.files, 3);
    ck_assert_uint_eq(read.count, 41);
    ck_assert(signed_log_has(&read, digest_of("m0")));
    ck_assert(signed_log_has(&read, digest_of("last")));
    signed_log_free(&read);
    /* A crash between putting a file aside and beginning the next. */
    ck_assert_int_eq(rename(path_of(""), signet_format(call, "%s", path_of(".99")).data), 0);
    ck_assert_int_eq(
        rename(path_of(".99"),
               path_of(signet_format(call, ".%llu", (unsigned long long)read.files).data)),
        0);
    log = open_log();
    (void)note(log, "after");
    signing_log_close(log);
    ck_assert_int_eq(read_log(&read), SIGNET_OK);
    ck_assert_uint_eq(read.count, 42);
    signed_log_free(&read);
}
END_TEST

START_TEST(misses_a_file)
{
    signed_log_t read;
    write_many();
    ck_assert_int_eq(unlink(path_of(".2")), 0);
    expect_error(read_log(&read), SIGNET_CORRUPT, "journal.signing-log");
    signed_log_free(&read);
    ck_assert_int_eq(rename(path_of(".1"), path_of(".2")), 0);
    expect_error(read_log(&read), SIGNET_CORRUPT, "journal.signing-log");
    signed_log_free(&read);
}
END_TEST

/* What a crash cut off is no line, and the next process goes on from the one before. */
START_TEST(survives_a_crash)
{
    signing_log_t *log = open_log();
    signed_log_t read;
    (void)note(log, "one");
    signing_log_close(log);
    for (int turn = 0; turn < 2; turn++) {
        FILE *file = fopen(path_of(""), "a");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_gt(fprintf(file, "{\"sequence\":3,\"time\":%s", turn ? "\n" : ""), 0);
        ck_assert_int_eq(fclose(file), 0);
    }
    log = open_log();
    (void)note(log, "two");
    signing_log_close(log);
    ck_assert_int_eq(read_log(&read), SIGNET_OK);
    ck_assert_uint_eq(read.count, 2);
    signed_log_free(&read);
}
END_TEST

/* A process that takes over writes while the one before ends. */
START_TEST(is_shared)
{
    signing_log_t *former = open_log();
    signing_log_t *next = open_log();
    signed_log_t read;
    for (int number = 0; number < 20; number++) {
        signing_log_settle(former, note(former, signet_format(call, "f%d", number).data));
        signing_log_settle(next, note(next, signet_format(call, "n%d", number).data));
    }
    signing_log_close(former);
    (void)note(next, "last");
    signing_log_close(next);
    ck_assert_int_eq(read_log(&read), SIGNET_OK);
    ck_assert_uint_eq(read.count, 41);
    ck_assert_uint_gt(read.files, 3);
    signed_log_free(&read);
}
END_TEST

/* Takes line `number` out of the file. */
static void take_out(int number)
{
    char line[4096];
    FILE *from = fopen(path_of(""), "r");
    FILE *to = fopen(path_of(".new"), "w");
    ck_assert(from && to);
    for (int at = 1; fgets(line, sizeof line, from); at++) {
        if (at != number)
            ck_assert_int_ge(fputs(line, to), 0);
    }
    ck_assert_int_eq(fclose(from), 0);
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_int_eq(rename(path_of(".new"), path_of("")), 0);
}

START_TEST(misses_a_line)
{
    signing_log_t *log = open_log();
    signed_log_t read;
    (void)note(log, "one");
    (void)note(log, "two");
    signing_log_close(log);
    take_out(2);
    ck_assert_int_eq(read_log(&read), SIGNET_CORRUPT);
    expect_message("sequence 2 is missing");
    call->services->clear(call);
    signed_log_free(&read);
}
END_TEST

SDK_RUN("signing-log", is_read_as_written, goes_on_in_further_files, misses_a_file,
        survives_a_crash, is_shared, misses_a_line)
