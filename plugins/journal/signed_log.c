#include "signed_log.h"

#include <errno.h>
#include <inttypes.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_OCTETS 65536U
#define HEX ((size_t)2 * JOURNAL_DIGEST)

/* Where reading stands. */
typedef struct reading {
    signed_log_t *log;
    const char *file; /* for messages */
    uint64_t sequence;
    char chain[HEX + 1];
} reading_t;

static int32_t fail_line(const reading_t *reading, signet_call_t *call, const char *what)
{
    return signet_fail(call, SIGNET_CORRUPT, "journal.signing-log",
                       "%s: sequence %" PRIu64 " %s: a line was changed, taken out or put in.",
                       reading->file, reading->sequence + 1, what);
}

static int32_t add(signed_log_t *log, signet_call_t *call, const signed_line_t *line)
{
    if (log->count == log->capacity) {
        uint64_t capacity = log->capacity ? 2 * log->capacity : 1024;
        signed_line_t *grown = realloc(log->lines, capacity * sizeof *grown);
        if (!grown)
            return signet_fail_memory(call);
        log->lines = grown;
        log->capacity = capacity;
    }
    log->lines[log->count++] = *line;
    return SIGNET_OK;
}

/* Whether the chain of a line follows from that of the one before. */
static int32_t check_chain(reading_t *reading, signet_call_t *call, signet_text_t line,
                           signet_text_t chain)
{
    signet_bytes_t digest = {NULL, 0};
    static const char mark[] = ",\"chain\":\"";
    const char *at = memmem(line.data, line.length, mark, sizeof mark - 1);
    uint64_t covered = at ? (uint64_t)(at - line.data) : 0;
    if (!at || chain.length != HEX || line.length != covered + sizeof mark - 1 + HEX + 2)
        return fail_line(reading, call, "is no line");
    signet_text_t text = signet_format(call, "%s%.*s", reading->chain, (int)covered, line.data);
    int32_t status =
        text.data ? signet_sha256(call, signet_text_bytes(text), &digest) : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK)
        return status;
    if (!signet_text_equal(signet_hex(call, digest), chain))
        return fail_line(reading, call, "does not follow the one before it");
    memcpy(reading->chain, chain.data, HEX);
    return SIGNET_OK;
}

/* What was announced was not signed: the last lines are looked at, for it came just before. */
static void withdraw(signed_log_t *log, int64_t sequence)
{
    for (uint64_t at = log->count; at-- > 0;) {
        if ((int64_t)log->lines[at].sequence == sequence)
            log->lines[at].known = 1;
        if ((int64_t)log->lines[at].sequence <= sequence)
            return;
    }
}

static int32_t take_signature(const reading_t *reading, signet_call_t *call,
                              const signet_json_t *object)
{
    signet_text_t purpose = {NULL, 0};
    signet_text_t hex = {NULL, 0};
    signet_bytes_t digest = {NULL, 0};
    if (signet_json_get_text(call, object, "purpose", &purpose) != SIGNET_OK ||
        signet_json_get_text(call, object, "digest", &hex) != SIGNET_OK)
        return signet_status(call);
    if (!signet_text_is(purpose, "certificate")) {
        reading->log->others++;
        return SIGNET_OK;
    }
    if (signet_hex_decode(call, hex, &digest) != SIGNET_OK || digest.length != JOURNAL_DIGEST)
        return fail_line(reading, call, "is no line");
    signed_line_t line = {.sequence = reading->sequence + 1};
    memcpy(line.digest, digest.data, JOURNAL_DIGEST);
    return add(reading->log, call, &line);
}

static int32_t take_line(reading_t *reading, signet_call_t *call, signet_text_t line)
{
    const signet_json_t *object = NULL;
    signet_text_t event = {NULL, 0};
    signet_text_t chain = {NULL, 0};
    int64_t sequence = 0;
    int64_t of = 0;
    if (signet_json_parse(call, signet_text_bytes(line), LINE_MAX_OCTETS, &object) != SIGNET_OK ||
        signet_json_get_text(call, object, "event", &event) != SIGNET_OK ||
        signet_json_get_text(call, object, "chain", &chain) != SIGNET_OK ||
        signet_json_get_integer(call, object, "sequence", &sequence) != SIGNET_OK ||
        signet_json_get_integer(call, object, "of", &of) != SIGNET_OK) {
        call->services->clear(call);
        return fail_line(reading, call, "is no line");
    }
    if (sequence != (int64_t)reading->sequence + 1)
        return fail_line(reading, call, "is missing");
    int32_t status = check_chain(reading, call, line, chain);
    if (status == SIGNET_OK && signet_text_is(event, "sign"))
        status = take_signature(reading, call, object);
    if (signet_text_is(event, "failed"))
        withdraw(reading->log, of);
    reading->sequence++;
    return status;
}

/* What a crash cut off in the middle has no end, or no brace at its end: it was never answered, and
 * the next line says so by going on from the one before. */
static int is_cut(const char *line, size_t length)
{
    return length == 0 || line[length - 1] != '}';
}

static int32_t read_file(reading_t *reading, signet_call_t *call, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length = 0;
    int32_t status = SIGNET_OK;
    while (status == SIGNET_OK && (length = getline(&line, &capacity, file)) > 0) {
        int ended = line[length - 1] == '\n';
        signet_call_t *child = call->services->child(call);
        if (!child)
            status = signet_status(call);
        else if (ended && !is_cut(line, (size_t)length - 1))
            status = take_line(reading, child, (signet_text_t){line, (uint64_t)length - 1});
        if (child)
            status = signet_child_end(call, child, status);
    }
    free(line);
    if (status == SIGNET_OK && ferror(file))
        status = signet_fail(call, SIGNET_UNAVAILABLE, "journal.signing-log",
                             "%s cannot be read (%s).", reading->file, strerror(errno));
    return status;
}

static int compare_lines(const void *one, const void *other)
{
    const signed_line_t *first = one;
    const signed_line_t *second = other;
    return memcmp(first->digest, second->digest, JOURNAL_DIGEST);
}

/* `number` of a rotated file; 0 for the one that is written. `*there` is 0 where it is none. */
static int32_t read_one(reading_t *reading, signet_call_t *call, uint64_t number, int *there)
{
    signet_text_t path = number
                             ? signet_format(call, "%s.signed.%" PRIu64, reading->log->path, number)
                             : signet_format(call, "%s.signed", reading->log->path);
    reading->file = path.data ? signet_text_string(call, path) : NULL;
    if (!reading->file)
        return signet_status(call);
    FILE *file = fopen(reading->file, "re");
    *there = file != NULL;
    if (!file && errno == ENOENT)
        return SIGNET_OK;
    if (!file)
        return signet_fail(call, SIGNET_DENIED, "journal.signing-log",
                           "%s cannot be read (%s): run this as the user that the host runs as.",
                           reading->file, strerror(errno));
    reading->log->files++;
    int32_t status = read_file(reading, call, file);
    (void)fclose(file);
    return status;
}

int32_t signed_log_read(signet_call_t *call, signet_text_t folder, signet_text_t name,
                        signed_log_t *log)
{
    reading_t reading = {.log = log};
    int there = 1;
    signet_text_t path =
        signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(folder), SIGNET_FORMAT(name));
    *log = (signed_log_t){.name = signet_text_string(call, name),
                          .path = path.data ? signet_text_string(call, path) : NULL};
    if (!log->name || !log->path)
        return signet_status(call);
    memset(reading.chain, '0', HEX);
    int32_t status = SIGNET_OK;
    for (uint64_t number = 1; status == SIGNET_OK && there; number++)
        status = read_one(&reading, call, number, &there);
    if (status == SIGNET_OK)
        status = read_one(&reading, call, 0, &there);
    if (status == SIGNET_OK && log->count > 0)
        qsort(log->lines, log->count, sizeof *log->lines, compare_lines);
    return status;
}

void signed_log_free(signed_log_t *log)
{
    free(log->lines);
    log->lines = NULL;
}

/* The first line with a digest, or `count`. */
static uint64_t place_of(const signed_log_t *log, const uint8_t digest[JOURNAL_DIGEST])
{
    uint64_t from = 0;
    uint64_t until = log->count;
    while (from < until) {
        uint64_t middle = from + (until - from) / 2;
        if (memcmp(log->lines[middle].digest, digest, JOURNAL_DIGEST) < 0)
            from = middle + 1;
        else
            until = middle;
    }
    return from < log->count && memcmp(log->lines[from].digest, digest, JOURNAL_DIGEST) == 0
               ? from
               : log->count;
}

int signed_log_has(const signed_log_t *log, const uint8_t digest[JOURNAL_DIGEST])
{
    return place_of(log, digest) < log->count;
}

int signed_log_mark(signed_log_t *log, const uint8_t digest[JOURNAL_DIGEST])
{
    uint64_t first = place_of(log, digest);
    for (uint64_t at = first; at < log->count; at++) {
        if (memcmp(log->lines[at].digest, digest, JOURNAL_DIGEST) != 0)
            break;
        log->lines[at].known = 1;
    }
    return first < log->count;
}

uint64_t signed_log_unmarked(const signed_log_t *log)
{
    uint64_t sequence = 0;
    for (uint64_t at = 0; at < log->count; at++) {
        if (!log->lines[at].known && (sequence == 0 || log->lines[at].sequence < sequence))
            sequence = log->lines[at].sequence;
    }
    return sequence;
}
