/* How far long work has come, as one line of a terminal that is written over. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <signet/base.h>

typedef struct cli_progress {
    int shown;       /* a line stands there */
    int64_t next_ms; /* monotonic: when it is written again */
} cli_progress_t;

/* Shows it on standard error where that is a terminal, at most five times a second. */
void cli_progress_show(cli_progress_t *progress, signet_text_t unit, uint64_t done, uint64_t total);
/* Wipes the line, before anything else is printed. */
void cli_progress_wipe(cli_progress_t *progress);

#endif
