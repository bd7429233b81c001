#include "core/log.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/clock.h"
#include "core/text.h"

#define QUEUE_OCTETS ((size_t)4 * 1024 * 1024)
#define WRITE_OCTETS ((size_t)64 * 1024)
/* Lines gather for so long, so that the writer wakes hundreds of times a second, not for each line.
 */
#define GATHER_MS 5

typedef struct line {
    struct line *next;
    size_t length;
    char data[];
} line_t;

/* The process has one log, as it has one standard error. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    line_t *head;
    line_t *tail;
    size_t octets;
    uint64_t dropped;
    int running;
    int stopping;
    int sleeping; /* the writer waits for a first line */
    int urgent;   /* a line that must not wait for others */
    pthread_t writer;
    int json;
    int colour;
    int journal; /* standard error is the journal of systemd */
    atomic_int level;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER,
           .wake = PTHREAD_COND_INITIALIZER,
           .level = SIGNET_LOG_WARNING};

static const struct {
    const char *name;
    const char *colour;
    int priority; /* of syslog */
} levels[] = {
    {"debug", "\033[2m", 7},
    {"info", "\033[32m", 6},
    {"warning", "\033[33m", 4},
    {"error", "\033[31m", 3},
};

static size_t level_index(int32_t level)
{
    if (level < SIGNET_LOG_DEBUG)
        return 0;
    return level > SIGNET_LOG_ERROR ? SIGNET_LOG_ERROR - 1 : (size_t)level - 1;
}

static void write_all(const char *data, size_t length)
{
    while (length) {
        ssize_t written = write(STDERR_FILENO, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        data += written;
        length -= (size_t)written;
    }
}

/* The second that a line is written in, as JSON has it. Kept for each thread, since lines come by
 * the thousand in one second. */
static const char *stamp_of(time_t seconds)
{
    static _Thread_local time_t kept;
    static _Thread_local char stamp[32];
    if (seconds != kept || stamp[0] == '\0') {
        struct tm parts;
        gmtime_r(&seconds, &parts);
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
        kept = seconds;
    }
    return stamp;
}

static void format_json(core_buffer_t *buffer, int32_t level, signet_text_t source,
                        const char *event, signet_text_t message, signet_text_t trace,
                        const signet_pair_t *fields, uint64_t field_count)
{
    int64_t now = core_clock_wall();
    int ms = (int)(now % 1000);
    const char fraction[] = {'.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
                             (char)('0' + ms % 10), 'Z'};
    core_buffer_string(buffer, "{\"ts\":\"");
    core_buffer_string(buffer, stamp_of((time_t)(now / 1000)));
    core_buffer_add(buffer, fraction, sizeof fraction);
    core_buffer_string(buffer, "\",\"level\":\"");
    core_buffer_string(buffer, levels[level_index(level)].name);
    core_buffer_string(buffer, "\",\"source\":\"");
    core_buffer_json(buffer, source);
    core_buffer_string(buffer, "\",\"event\":\"");
    core_buffer_json(buffer, core_text(event));
    core_buffer_string(buffer, "\",\"msg\":\"");
    core_buffer_json(buffer, message);
    core_buffer_string(buffer, "\"");
    if (trace.length) {
        core_buffer_string(buffer, ",\"trace\":\"");
        core_buffer_json(buffer, trace);
        core_buffer_string(buffer, "\"");
    }
    for (uint64_t index = 0; index < field_count; index++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, fields, index);
        core_buffer_string(buffer, index ? ",\"" : ",\"fields\":{\"");
        core_buffer_json(buffer, field->name);
        core_buffer_string(buffer, "\":\"");
        core_buffer_json(buffer, field->value);
        core_buffer_string(buffer, "\"");
    }
    core_buffer_string(buffer, field_count ? "}}\n" : "}\n");
}

static void format_text(core_buffer_t *buffer, int32_t level, signet_text_t source,
                        const char *event, signet_text_t message, signet_text_t trace,
                        const signet_pair_t *fields, uint64_t field_count)
{
    int64_t now = core_clock_wall();
    time_t seconds = (time_t)(now / 1000);
    struct tm parts;
    localtime_r(&seconds, &parts);
    char stamp[16];
    strftime(stamp, sizeof stamp, "%H:%M:%S", &parts);
    size_t index_of_level = level_index(level);
    core_buffer_format(buffer, "%s.%03d %s%-7s%s ", stamp, (int)(now % 1000),
                       state.colour ? levels[index_of_level].colour : "",
                       levels[index_of_level].name, state.colour ? "\033[0m" : "");
    core_buffer_plain(buffer, source);
    core_buffer_string(buffer, " ");
    core_buffer_plain(buffer, core_text(event));
    core_buffer_string(buffer, ": ");
    core_buffer_plain(buffer, message);
    for (uint64_t index = 0; index < field_count; index++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, fields, index);
        core_buffer_string(buffer, " ");
        core_buffer_plain(buffer, field->name);
        core_buffer_string(buffer, "=");
        core_buffer_plain(buffer, field->value);
    }
    if (trace.length) {
        core_buffer_string(buffer, " trace=");
        core_buffer_plain(buffer, trace);
    }
    core_buffer_string(buffer, "\n");
}

static void format_line(core_buffer_t *buffer, int32_t level, signet_text_t source,
                        const char *event, signet_text_t message, signet_text_t trace,
                        const signet_pair_t *fields, uint64_t field_count)
{
    if (state.journal)
        core_buffer_format(buffer, "<%d>", levels[level_index(level)].priority);
    if (state.json)
        format_json(buffer, level, source, event, message, trace, fields, field_count);
    else
        format_text(buffer, level, source, event, message, trace, fields, field_count);
}

static void write_dropped(uint64_t dropped)
{
    char message[96];
    snprintf(message, sizeof message, "%" PRIu64 " lines were dropped: the log is read too slowly",
             dropped);
    core_buffer_t buffer = {0};
    format_line(&buffer, SIGNET_LOG_WARNING, SIGNET_TEXT("host"), "log.dropped", core_text(message),
                SIGNET_TEXT(""), NULL, 0);
    signet_text_t text = core_buffer_text(&buffer);
    write_all(text.data, (size_t)text.length);
    core_buffer_free(&buffer);
}

/* Writes a list of lines, many with one system call, and frees them. */
static void write_lines(line_t *lines)
{
    static char block[WRITE_OCTETS];
    size_t used = 0;
    while (lines) {
        line_t *line = lines;
        lines = line->next;
        if (used + line->length > sizeof block) {
            write_all(block, used);
            used = 0;
        }
        if (line->length > sizeof block) {
            write_all(line->data, line->length);
        } else {
            memcpy(block + used, line->data, line->length);
            used += line->length;
        }
        free(line);
    }
    write_all(block, used);
}

static void *run_writer(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&state.lock);
    for (;;) {
        state.sleeping = 1;
        while (!state.head && !state.dropped && !state.stopping)
            pthread_cond_wait(&state.wake, &state.lock);
        state.sleeping = 0;
        if (!state.head && !state.dropped)
            break;
        struct timespec until = core_clock_after(GATHER_MS);
        while (!state.urgent && !state.stopping &&
               pthread_cond_clockwait(&state.wake, &state.lock, CLOCK_MONOTONIC, &until) == 0)
            continue;
        state.urgent = 0;
        line_t *lines = state.head;
        uint64_t dropped = state.dropped;
        state.head = NULL;
        state.tail = NULL;
        state.octets = 0;
        state.dropped = 0;
        pthread_mutex_unlock(&state.lock);
        write_lines(lines);
        if (dropped)
            write_dropped(dropped);
        pthread_mutex_lock(&state.lock);
    }
    pthread_mutex_unlock(&state.lock);
    return NULL;
}

/* systemd names the device and inode of the stream that leads to its journal. */
static int is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat about;
    char own[64];
    if (!stream || fstat(STDERR_FILENO, &about) != 0)
        return 0;
    snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)about.st_dev, (uintmax_t)about.st_ino);
    return strcmp(stream, own) == 0;
}

int32_t core_log_begin(int format, int32_t level)
{
    int terminal = isatty(STDERR_FILENO) == 1;
    state.journal = is_journal();
    state.json = format == CORE_LOG_JSON || (format == CORE_LOG_AUTO && !terminal);
    state.colour = terminal && !state.json;
    state.stopping = 0;
    atomic_store(&state.level, level);
    tzset();
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int made = pthread_create(&state.writer, NULL, run_writer, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!made)
        return SIGNET_UNAVAILABLE;
    pthread_setname_np(state.writer, "log");
    pthread_mutex_lock(&state.lock);
    state.running = 1;
    pthread_mutex_unlock(&state.lock);
    return SIGNET_OK;
}

void core_log_end(void)
{
    pthread_mutex_lock(&state.lock);
    int running = state.running;
    state.running = 0;
    state.stopping = 1;
    pthread_cond_signal(&state.wake);
    pthread_mutex_unlock(&state.lock);
    if (!running)
        return;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    if (pthread_timedjoin_np(state.writer, NULL, &until) != 0)
        pthread_detach(state.writer);
}

int core_log_format(void)
{
    return state.json ? CORE_LOG_JSON : CORE_LOG_TEXT;
}

int32_t core_log_level(void)
{
    return atomic_load_explicit(&state.level, memory_order_relaxed);
}

void core_log_set_level(int32_t level)
{
    atomic_store(&state.level, level);
}

int core_log_enabled(int32_t level)
{
    return level >= atomic_load_explicit(&state.level, memory_order_relaxed);
}

/* Queues a formatted line for the writer, or writes it at once where none runs. */
static void queue_line(signet_text_t text, int urgent)
{
    line_t *line = malloc(sizeof *line + (size_t)text.length);
    if (line) {
        line->next = NULL;
        line->length = (size_t)text.length;
        memcpy(line->data, text.data, text.length);
    }
    pthread_mutex_lock(&state.lock);
    int running = state.running;
    if (running && line && state.octets + line->length <= QUEUE_OCTETS) {
        if (state.tail)
            state.tail->next = line;
        else
            state.head = line;
        state.tail = line;
        state.octets += line->length;
        line = NULL;
    } else if (running) {
        state.dropped++;
    }
    if (urgent)
        state.urgent = 1;
    if (urgent || state.sleeping)
        pthread_cond_signal(&state.wake);
    pthread_mutex_unlock(&state.lock);
    if (!running)
        write_all(text.data, (size_t)text.length);
    free(line);
}

void core_log_line(int32_t level, signet_text_t source, const char *event, signet_text_t message,
                   signet_text_t trace, const signet_pair_t *fields, uint64_t field_count)
{
    if (!core_log_enabled(level))
        return;
    core_buffer_t buffer = {0};
    format_line(&buffer, level, source, event, message, trace, fields, field_count);
    signet_text_t text = core_buffer_text(&buffer);
    if (text.length)
        queue_line(text, level >= SIGNET_LOG_WARNING);
    core_buffer_free(&buffer);
}

void core_log(int32_t level, const char *event, const char *format, ...)
{
    if (!core_log_enabled(level))
        return;
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    core_log_line(level, SIGNET_TEXT("host"), event, core_text(message), SIGNET_TEXT(""), NULL, 0);
}
