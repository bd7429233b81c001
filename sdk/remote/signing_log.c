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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX ((size_t)64) /* of a SHA-256 in hexadecimal */
/* A line is shorter than this. */
#define TAIL 65536

struct signing_log {
    pthread_mutex_t lock; /* of all below */
    const signet_host_t *host;
    int file;
    int unsynced;
    int broken; /* a line could not be written whole: nothing may be signed any more */
    uint64_t sequence;
    char chain[HEX + 1];
};

static int32_t fail(signet_call_t *call, signet_text_t path, const char *what)
{
    return signet_fail(call, errno == ENOSPC ? SIGNET_FULL : SIGNET_UNAVAILABLE,
                       "isolate.signing-log",
                       "the log of signatures %.*s %s (%s): without it nothing is signed",
                       SIGNET_FORMAT(path), what, strerror(errno));
}

/* Where the chain goes on: the last line's sequence and chain. */
static int32_t read_last(signing_log_t *log, signet_call_t *call, signet_text_t path, off_t size)
{
    const off_t from = size > TAIL ? size - TAIL : 0;
    char *data = signet_alloc(call, (uint64_t)(size - from) + 1, 1);
    const signet_json_t *line = NULL;
    signet_text_t chain = {NULL, 0};
    int64_t sequence = 0;
    if (!data)
        return signet_status(call);
    if (pread(log->file, data, (size_t)(size - from), from) != (ssize_t)(size - from))
        return fail(call, path, "cannot be read");
    signet_text_t rest = {data, (uint64_t)(size - from)};
    /* What a crash cut off in the middle is ended here, and is not a line. */
    int whole = rest.length > 0 && rest.data[rest.length - 1] == '\n';
    if (!whole && rest.length && write(log->file, "\n", 1) != 1)
        return fail(call, path, "cannot be written");
    while (rest.length && rest.data[rest.length - 1] != '\n')
        rest.length--;
    if (rest.length)
        rest.length--;
    for (uint64_t at = rest.length; at-- > 0;) {
        if (rest.data[at] == '\n') {
            rest = (signet_text_t){rest.data + at + 1, rest.length - at - 1};
            break;
        }
    }
    if (rest.length == 0)
        return SIGNET_OK;
    if (signet_json_parse(call, signet_text_bytes(rest), TAIL, &line) != SIGNET_OK ||
        signet_json_get_integer(call, line, "sequence", &sequence) != SIGNET_OK ||
        signet_json_get_text(call, line, "chain", &chain) != SIGNET_OK || chain.length != HEX ||
        sequence < 1) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_CORRUPT, "isolate.signing-log",
                           "the last line of the log of signatures %.*s is none: put the file "
                           "aside, look into what happened, and start again",
                           SIGNET_FORMAT(path));
    }
    log->sequence = (uint64_t)sequence;
    memcpy(log->chain, chain.data, HEX);
    return SIGNET_OK;
}

/* Appends a line, to which `chain` is added. The lock is held. */
static int32_t append(signing_log_t *log, signet_call_t *call, const signet_json_writer_t *begun)
{
    signet_text_t members = {NULL, 0};
    if (signet_json_finish(begun, &members) != SIGNET_OK)
        return signet_status(call);
    signet_bytes_t digest = {NULL, 0};
    signet_text_t chained = signet_format(call, "%s%.*s", log->chain, SIGNET_FORMAT(members));
    if (log->broken)
        return signet_fail(call, SIGNET_UNAVAILABLE, "isolate.signing-log",
                           "the log of signatures broke off: without it nothing is signed; restart "
                           "the host");
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
        return fail(call, log->host->process_folder, "cannot be written");
    }
    memcpy(log->chain, hex.data, HEX);
    log->sequence++;
    log->unsynced = 1;
    return SIGNET_OK;
}

/* A line with the members that every one begins with. The lock is held. */
static signet_json_writer_t begin_line(const signing_log_t *log, signet_call_t *call,
                                       const char *event)
{
    signet_json_writer_t line = signet_json_writer(call, 512);
    signet_json_begin_object(&line, NULL);
    signet_json_integer(&line, "sequence", (int64_t)log->sequence + 1);
    signet_json_time(&line, "time", signet_now());
    signet_json_text(&line, "event", signet_text(event));
    return line;
}

static int32_t open_file(signing_log_t *log, signet_call_t *call, signet_text_t folder,
                         signet_text_t path)
{
    struct stat about;
    const char *folder_string = signet_text_string(call, folder);
    const char *path_string = signet_text_string(call, path);
    if (!folder_string || !path_string)
        return signet_status(call);
    if (mkdir(folder_string, 0700) != 0 && errno != EEXIST)
        return fail(call, folder, "has no folder");
    log->file =
        open(path_string, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (log->file < 0 || fstat(log->file, &about) != 0)
        return fail(call, path, "cannot be opened");
    if (!S_ISREG(about.st_mode) || (about.st_mode & 077) ||
        (about.st_uid != 0 && about.st_uid != geteuid()))
        return signet_fail(call, SIGNET_DENIED, "isolate.signing-log",
                           "the log of signatures %.*s is open to others, or not a file: chmod "
                           "0600 it and chown it to the user that runs the host",
                           SIGNET_FORMAT(path));
    return read_last(log, call, path, about.st_size);
}

int32_t signing_log_open(signet_call_t *call, const signet_host_t *host, signing_log_t **log)
{
    signet_text_t folder = host->process_folder;
    signet_text_t path =
        signet_format(call, "%.*s/%.*s.signed", SIGNET_FORMAT(folder), SIGNET_FORMAT(host->name));
    signing_log_t *made = calloc(1, sizeof *made);
    if (!made)
        return signet_fail_memory(call);
    made->host = host;
    made->file = -1;
    memset(made->chain, '0', HEX);
    pthread_mutex_init(&made->lock, NULL);
    int32_t status = path.data ? open_file(made, call, folder, path) : signet_status(call);
    if (status == SIGNET_OK) {
        const signet_json_writer_t line = begin_line(made, call, "begin");
        status = append(made, call, &line);
    }
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
    signet_text_t purpose = signet_purposes_text(call, request->purpose);
    int32_t status = digest_of(call, request, &hex);
    if (status != SIGNET_OK)
        return status;
    pthread_mutex_lock(&log->lock);
    signet_json_writer_t line = begin_line(log, call, "sign");
    signet_json_text(&line, "purpose", purpose);
    signet_json_text(&line, "key", request->uri);
    signet_json_text(&line, "intent", request->intent);
    signet_json_text(&line, "digest", hex);
    status = append(log, call, &line);
    *sequence = log->sequence;
    pthread_mutex_unlock(&log->lock);
    return status;
}

void signing_log_failed(signing_log_t *log, signet_call_t *call, uint64_t sequence)
{
    signet_call_t *child = call->services->child(call);
    if (!child)
        return;
    pthread_mutex_lock(&log->lock);
    signet_json_writer_t line = begin_line(log, child, "failed");
    signet_json_integer(&line, "of", (int64_t)sequence);
    if (append(log, child, &line) != SIGNET_OK)
        signet_log_error(log->host, child, SIGNET_LOG_WARNING, "isolate.signing-log");
    pthread_mutex_unlock(&log->lock);
    child->services->end(child);
}

void signing_log_sync(signing_log_t *log)
{
    pthread_mutex_lock(&log->lock);
    int unsynced = log->unsynced;
    log->unsynced = 0;
    pthread_mutex_unlock(&log->lock);
    if (unsynced && fdatasync(log->file) != 0)
        log->host->services->fatal(log->host, SIGNET_TEXT("isolate.sync-failed"),
                                   SIGNET_TEXT("the log of signatures cannot be synced to its "
                                               "disk: nothing can be trusted to be in it"));
}

void signing_log_close(signing_log_t *log)
{
    if (!log)
        return;
    if (log->file >= 0) {
        signing_log_sync(log);
        close(log->file);
    }
    pthread_mutex_destroy(&log->lock);
    free(log);
}
