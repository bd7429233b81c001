#include "signing_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signet/sdk/backend.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX ((size_t)64) /* of a SHA-256 in hexadecimal */
/* A line is shorter than this. */
#define TAIL 65536

struct signing_log {
    const signet_host_t *host;
    char *path;
    uint64_t limit;       /* octets of a file */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t synced_more;
    int file;
    off_t size;      /* of it, as it was left */
    int kept;        /* it cannot be renamed and grows on */
    int broken;      /* a line could not be written whole: nothing may be signed any more */
    int syncing;     /* a thread has the file reach the disk */
    uint64_t synced; /* the last sequence that has */
    uint64_t sequence;
    char chain[HEX + 1];
};

static int32_t fail(const signing_log_t *log, signet_call_t *call, const char *what)
{
    return signet_fail(call, errno == ENOSPC ? SIGNET_FULL : SIGNET_UNAVAILABLE,
                       "isolate.signing-log",
                       "the log of signatures %s %s (%s): without it nothing is signed", log->path,
                       what, strerror(errno));
}

/* Takes the last line from the end of `rest`, which ends in a line feed or is empty. */
static signet_text_t last_line(signet_text_t *rest)
{
    if (rest->length == 0)
        return *rest;
    rest->length--;
    uint64_t at = rest->length;
    while (at > 0 && rest->data[at - 1] != '\n')
        at--;
    signet_text_t line = {rest->data + at, rest->length - at};
    rest->length = at;
    return line;
}

/* Where the chain goes on: the sequence and chain of the last line of `file`. A file without lines
 * leaves them as they are. */
static int32_t read_last(signing_log_t *log, signet_call_t *call, int file, off_t size)
{
    const off_t from = size > TAIL ? size - TAIL : 0;
    char *data = signet_alloc(call, (uint64_t)(size - from) + 1, 1);
    const signet_json_t *object = NULL;
    signet_text_t chain = {NULL, 0};
    int64_t sequence = 0;
    if (!data)
        return signet_status(call);
    if (pread(file, data, (size_t)(size - from), from) != (ssize_t)(size - from))
        return fail(log, call, "cannot be read");
    signet_text_t rest = {data, (uint64_t)(size - from)};
    while (rest.length && rest.data[rest.length - 1] != '\n')
        rest.length--;
    /* What a crash cut off in the middle is no line. */
    signet_text_t line = last_line(&rest);
    while (rest.length && (line.length == 0 || line.data[line.length - 1] != '}'))
        line = last_line(&rest);
    if (line.length == 0)
        return SIGNET_OK;
    if (signet_json_parse(call, signet_text_bytes(line), TAIL, &object) != SIGNET_OK ||
        signet_json_get_integer(call, object, "sequence", &sequence) != SIGNET_OK ||
        signet_json_get_text(call, object, "chain", &chain) != SIGNET_OK || chain.length != HEX ||
        sequence < 1) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_CORRUPT, "isolate.signing-log",
                           "the last line of the log of signatures %s is none: put the file "
                           "aside, look into what happened, and start again",
                           log->path);
    }
    log->sequence = (uint64_t)sequence;
    memcpy(log->chain, chain.data, HEX);
    return SIGNET_OK;
}

/* --- files --------------------------------------------------------------------------------- */

/* The name of a file that was rotated to; 0: the one that is written. */
static const char *name_of(const signing_log_t *log, signet_call_t *call, uint64_t number)
{
    return number ? signet_format(call, "%s.%" PRIu64, log->path, number).data : log->path;
}

/* The number that the next rotation gives; 0 without memory. */
static uint64_t next_number(const signing_log_t *log, signet_call_t *call)
{
    struct stat about;
    uint64_t number = 1;
    const char *name = name_of(log, call, number);
    while (name && lstat(name, &about) == 0)
        name = name_of(log, call, ++number);
    return name ? number : 0;
}

static int32_t check_file(const signing_log_t *log, signet_call_t *call, const struct stat *about)
{
    if (S_ISREG(about->st_mode) && !(about->st_mode & 077) &&
        (about->st_uid == 0 || about->st_uid == geteuid()))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_DENIED, "isolate.signing-log",
                       "the log of signatures %s is open to others, or not a file: chmod 0600 it "
                       "and chown it to the user that runs the host",
                       log->path);
}

/* An empty file goes on where the last one that was rotated to ended. */
static int32_t read_rotated(signing_log_t *log, signet_call_t *call)
{
    struct stat about;
    uint64_t number = next_number(log, call);
    const char *name = number > 1 ? name_of(log, call, number - 1) : NULL;
    if (number <= 1)
        return number == 1 ? SIGNET_OK : signet_status(call);
    int file = name ? open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    if (file < 0 || fstat(file, &about) != 0) {
        if (file >= 0)
            close(file);
        return fail(log, call, "has a predecessor that cannot be read");
    }
    int32_t status = read_last(log, call, file, about.st_size);
    close(file);
    return status;
}

/* Opens the file and takes up its chain. Nothing of it may be with a sync. */
static int32_t open_file(signing_log_t *log, signet_call_t *call)
{
    struct stat about;
    if (log->file >= 0)
        close(log->file);
    log->file =
        open(log->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (log->file < 0 || flock(log->file, LOCK_EX) != 0 || fstat(log->file, &about) != 0)
        return fail(log, call, "cannot be opened");
    int32_t status = check_file(log, call, &about);
    if (status == SIGNET_OK)
        status = about.st_size ? read_last(log, call, log->file, about.st_size)
                               : read_rotated(log, call);
    char end = '\n';
    if (status == SIGNET_OK && about.st_size &&
        (pread(log->file, &end, 1, about.st_size - 1) != 1 ||
         (end != '\n' && write(log->file, "\n", 1) != 1)))
        status = fail(log, call, "cannot be written");
    log->size = about.st_size + (end != '\n');
    return status;
}

/* Locks the file against the process that this one takes over from, or is taken over by, and takes
 * up its chain where that one wrote to it, or to another file by now. */
static int32_t lock_file(signing_log_t *log, signet_call_t *call)
{
    struct stat named;
    struct stat held;
    for (;;) {
        if (log->file < 0)
            return open_file(log, call);
        if (flock(log->file, LOCK_EX) != 0 || fstat(log->file, &held) != 0)
            return fail(log, call, "cannot be locked");
        if (lstat(log->path, &named) == 0 && named.st_ino == held.st_ino &&
            held.st_size == log->size)
            return SIGNET_OK;
        if (!log->syncing)
            return open_file(log, call);
        /* Meanwhile others may come this far too. */
        pthread_cond_wait(&log->synced_more, &log->lock);
    }
}

static void sync_or_end(const signing_log_t *log, int file)
{
    if (fdatasync(file) != 0)
        log->host->services->fatal(log->host, SIGNET_TEXT("isolate.sync-failed"),
                                   SIGNET_TEXT("the log of signatures cannot be synced to its "
                                               "disk: nothing can be trusted to be in it"));
}

static void sync_folder(const signing_log_t *log, signet_call_t *call)
{
    const char *folder = signet_text_string(call, log->host->process_folder);
    int file = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (file >= 0) {
        sync_or_end(log, file);
        close(file);
    }
}

/* Puts a full file aside, unless it is with a sync: then the next line does. Where that is not
 * possible it grows on. The lock is held. */
static void rotate(signing_log_t *log, signet_call_t *call)
{
    if (log->syncing)
        return;
    uint64_t number = next_number(log, call);
    const char *name = number ? name_of(log, call, number) : NULL;
    sync_or_end(log, log->file);
    log->synced = log->sequence;
    if (!name || rename(log->path, name) != 0) {
        log->kept = 1;
        signet_log(log->host, call, SIGNET_LOG_WARNING, "isolate.signing-log",
                   "the log of signatures %s cannot be renamed (%s) and grows on", log->path,
                   strerror(errno));
    } else if (open_file(log, call) != SIGNET_OK) {
        log->broken = 1;
        signet_log_error(log->host, call, SIGNET_LOG_ERROR, "isolate.signing-log");
    }
    sync_folder(log, call);
}

/* --- lines --------------------------------------------------------------------------------- */

static int32_t write_line(signing_log_t *log, signet_call_t *call, signet_text_t members)
{
    signet_bytes_t digest = {NULL, 0};
    signet_text_t chained = signet_format(call, "%s%.*s", log->chain, SIGNET_FORMAT(members));
    int32_t status =
        chained.data ? signet_sha256(call, signet_text_bytes(chained), &digest) : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK)
        return status;
    signet_text_t hex = signet_hex(call, digest);
    signet_text_t line = signet_format(call, "%.*s,\"chain\":\"%.*s\"}\n", SIGNET_FORMAT(members),
                                       SIGNET_FORMAT(hex));
    if (!hex.data || !line.data)
        return signet_status(call);
    ssize_t written = write(log->file, line.data, line.length);
    if (written != (ssize_t)line.length) {
        /* A part of a line may stand there now; the next start ends it. */
        log->broken = written > 0;
        errno = written >= 0 ? ENOSPC : errno;
        return fail(log, call, "cannot be written");
    }
    memcpy(log->chain, hex.data, HEX);
    log->sequence++;
    log->size += written;
    return SIGNET_OK;
}

/* Locks the log and begins a line with the members that every one has. */
static int32_t begin_line(signing_log_t *log, signet_call_t *call, const char *event,
                          signet_json_writer_t *line)
{
    pthread_mutex_lock(&log->lock);
    int32_t status = lock_file(log, call);
    if (status == SIGNET_OK && log->broken)
        status = signet_fail(call, SIGNET_UNAVAILABLE, "isolate.signing-log",
                             "the log of signatures broke off: without it nothing is signed; "
                             "restart the host");
    if (status != SIGNET_OK) {
        (void)flock(log->file, LOCK_UN);
        pthread_mutex_unlock(&log->lock);
        return status;
    }
    *line = signet_json_writer(call, 512);
    signet_json_begin_object(line, NULL);
    signet_json_integer(line, "sequence", (int64_t)log->sequence + 1);
    signet_json_time(line, "time", signet_now());
    signet_json_text(line, "event", signet_text(event));
    return SIGNET_OK;
}

/* Ends the line, whose `chain` is added, and unlocks. `*sequence` gets its number. */
static int32_t end_line(signing_log_t *log, signet_call_t *call, const signet_json_writer_t *line,
                        uint64_t *sequence)
{
    signet_text_t members = {NULL, 0};
    int32_t status = signet_json_finish(line, &members);
    if (status == SIGNET_OK)
        status = write_line(log, call, members);
    *sequence = log->sequence;
    if (status == SIGNET_OK && (uint64_t)log->size >= log->limit && !log->kept)
        rotate(log, call);
    (void)flock(log->file, LOCK_UN);
    pthread_mutex_unlock(&log->lock);
    return status;
}

static int32_t note_begin(signing_log_t *log, signet_call_t *call)
{
    signet_json_writer_t line;
    uint64_t sequence = 0;
    int32_t status = begin_line(log, call, "begin", &line);
    return status == SIGNET_OK ? end_line(log, call, &line, &sequence) : status;
}

static int32_t open_folder(signing_log_t *log, signet_call_t *call)
{
    const char *folder = signet_text_string(call, log->host->process_folder);
    signet_text_t path =
        signet_format(call, "%.*s/%.*s.signed", SIGNET_FORMAT(log->host->process_folder),
                      SIGNET_FORMAT(log->host->name));
    if (!folder || !path.data)
        return signet_status(call);
    log->path = strndup(path.data, path.length);
    if (!log->path)
        return signet_fail_memory(call);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(log, call, "has no folder");
    int32_t status = open_file(log, call);
    sync_folder(log, call);
    return status;
}

int32_t signing_log_open(signet_call_t *call, const signet_host_t *host, uint64_t limit,
                         signing_log_t **log)
{
    signing_log_t *made = calloc(1, sizeof *made);
    if (!made)
        return signet_fail_memory(call);
    made->host = host;
    made->limit = limit;
    made->file = -1;
    memset(made->chain, '0', HEX);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->synced_more, NULL);
    int32_t status = open_folder(made, call);
    if (status == SIGNET_OK)
        status = note_begin(made, call);
    if (status == SIGNET_OK)
        *log = made;
    else
        signing_log_close(made);
    return status;
}

static int32_t digest_of(signet_call_t *call, const signet_sign_request_t *request,
                         signet_text_t *hex)
{
    signet_bytes_t digest = request->digest;
    int32_t status = digest.length ? SIGNET_OK : signet_sha256(call, request->message, &digest);
    if (status != SIGNET_OK)
        return status;
    *hex = signet_hex(call, digest);
    return hex->data ? SIGNET_OK : signet_status(call);
}

int32_t signing_log_note(signing_log_t *log, signet_call_t *call,
                         const signet_sign_request_t *request, uint64_t *sequence)
{
    signet_text_t hex = {NULL, 0};
    signet_json_writer_t line;
    signet_text_t purpose = signet_purposes_text(call, request->purpose);
    int32_t status = digest_of(call, request, &hex);
    if (status == SIGNET_OK)
        status = begin_line(log, call, "sign", &line);
    if (status != SIGNET_OK)
        return status;
    signet_json_text(&line, "purpose", purpose);
    signet_json_text(&line, "key", request->uri);
    signet_json_text(&line, "intent", request->intent);
    signet_json_text(&line, "digest", hex);
    return end_line(log, call, &line, sequence);
}

void signing_log_failed(signing_log_t *log, signet_call_t *call, uint64_t sequence)
{
    signet_json_writer_t line;
    signet_call_t *child = call->services->child(call);
    if (!child)
        return;
    int32_t status = begin_line(log, child, "failed", &line);
    if (status == SIGNET_OK) {
        signet_json_integer(&line, "of", (int64_t)sequence);
        status = end_line(log, child, &line, &sequence);
    }
    if (status != SIGNET_OK)
        signet_log_error(log->host, child, SIGNET_LOG_WARNING, "isolate.signing-log");
    child->services->end(child);
}

void signing_log_settle(signing_log_t *log, uint64_t sequence)
{
    pthread_mutex_lock(&log->lock);
    while (log->synced < sequence) {
        if (log->syncing) {
            pthread_cond_wait(&log->synced_more, &log->lock);
            continue;
        }
        /* One thread does it for all that have written by now. */
        uint64_t until = log->sequence;
        int file = log->file;
        log->syncing = 1;
        pthread_mutex_unlock(&log->lock);
        sync_or_end(log, file);
        pthread_mutex_lock(&log->lock);
        log->syncing = 0;
        log->synced = until;
        pthread_cond_broadcast(&log->synced_more);
    }
    pthread_mutex_unlock(&log->lock);
}

void signing_log_sync(signing_log_t *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t sequence = log->sequence;
    pthread_mutex_unlock(&log->lock);
    signing_log_settle(log, sequence);
}

void signing_log_close(signing_log_t *log)
{
    if (!log)
        return;
    if (log->file >= 0) {
        signing_log_sync(log);
        close(log->file);
    }
    pthread_cond_destroy(&log->synced_more);
    pthread_mutex_destroy(&log->lock);
    free(log->path);
    free(log);
}
