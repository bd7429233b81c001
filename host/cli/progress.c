#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"

#define AGAIN_MS 200

static int64_t monotonic_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void cli_progress_show(cli_progress_t *progress, signet_text_t unit, uint64_t done, uint64_t total)
{
    int64_t now = monotonic_ms();
    if (now < progress->next_ms || isatty(STDERR_FILENO) != 1)
        return;
    fprintf(stderr, "\r\033[K%" PRIu64, done);
    if (total)
        fprintf(stderr, " of %" PRIu64, total);
    fprintf(stderr, " %.*s", CORE_TEXT_ARG(unit));
    fflush(stderr);
    progress->shown = 1;
    progress->next_ms = now + AGAIN_MS;
}

void cli_progress_wipe(cli_progress_t *progress)
{
    if (!progress->shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->shown = 0;
}
