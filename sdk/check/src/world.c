/* The world around the plugins of a test. */
#include "runner.h"

#include <ftw.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void runner_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fputs("signet-check: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    _exit(EXIT_FAILURE);
}

signet_check_t *signet_check_begin(void)
{
    signet_check_t *check = calloc(1, sizeof *check);
    if (check) {
        check->lock = calloc(1, sizeof(pthread_mutex_t));
        check->metrics = calloc(RUNNER_METRICS_MAX, sizeof *check->metrics);
    }
    if (!check || !check->lock || !check->metrics || pthread_mutex_init(check->lock, NULL) != 0) {
        runner_die("out of memory");
    }
    check->mode = SIGNET_MODE_SERVE;
    const char *parent = getenv("TMPDIR");
    char pattern[PATH_MAX];
    int length = snprintf(pattern, sizeof pattern, "%s/signet-check-XXXXXX",
                          parent && *parent == '/' ? parent : "/tmp");
    if (length < 0 || (size_t)length >= sizeof pattern || !mkdtemp(pattern) ||
        !realpath(pattern, check->folder)) {
        runner_die("no temporary folder %s can be made: set TMPDIR", pattern);
    }
    return check;
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about;
    (void)type;
    (void)place;
    return remove(path);
}

void signet_check_end(signet_check_t *check)
{
    if (!check) {
        return;
    }
    while (check->instances) {
        runner_instance_t *last = check->instances;
        while (last->next) {
            last = last->next;
        }
        signet_check_close(check, last->host.name.data);
    }
    signet_check_call_end(check->opening);
    runner_receiver_end(check->receiver);
    if (nftw(check->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        runner_die("the folder %s cannot be removed", check->folder);
    }
    while (check->lines) {
        runner_line_t *line = check->lines;
        check->lines = line->next;
        free(line);
    }
    for (uint64_t i = 0; i < check->metric_count; i++) {
        free((char *)(uintptr_t)check->metrics[i].name.data);
        free((char *)(uintptr_t)check->metrics[i].labels.data);
    }
    pthread_mutex_destroy(check->lock);
    free(check->lock);
    free(check->metrics);
    free(check->expected_fatal);
    free(check);
}

const char *signet_check_folder(const signet_check_t *check)
{
    return check->folder;
}

void signet_check_mode(signet_check_t *check, uint32_t mode)
{
    check->mode = mode;
}

void signet_check_fail_alloc(signet_check_t *check, uint64_t nth)
{
    atomic_store(&check->fail_alloc, nth);
}

int signet_check_logged(const signet_check_t *check, const char *event)
{
    int found = 0;
    pthread_mutex_lock(check->lock);
    for (const runner_line_t *line = check->lines; line && !found; line = line->next) {
        found = strcmp(line->event, event) == 0;
    }
    pthread_mutex_unlock(check->lock);
    return found;
}

void signet_check_expect_fatal(signet_check_t *check, const char *event)
{
    free(check->expected_fatal);
    check->expected_fatal = strdup(event);
    if (!check->expected_fatal) {
        runner_die("out of memory");
    }
}

int64_t signet_check_metric(const signet_check_t *check, const char *name, const char *labels)
{
    for (uint64_t i = 0; i < check->metric_count; i++) {
        runner_metric_t *metric = &check->metrics[i];
        if (signet_text_is(metric->name, name) && signet_text_is(metric->labels, labels)) {
            return atomic_load(&metric->value);
        }
    }
    return 0;
}
