/* The log: JSON lines, or readable lines on a terminal, to standard error. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <signet/host.h>

#define CORE_LOG_AUTO 0 /* text on a terminal, JSON otherwise */
#define CORE_LOG_TEXT 1
#define CORE_LOG_JSON 2

/* Before any other thread. A writer thread keeps callers from blocking on the log's reader; when
 * its bounded queue is full, lines are dropped and the number of dropped ones is logged. */
int32_t core_log_begin(int format, int32_t level);
/* Writes what is queued and ends the writer, waiting at most one second for a blocked reader. */
void core_log_end(void);
/* Changes the level of a running log. Any thread. */
void core_log_set_level(int32_t level);
int core_log_enabled(int32_t level);
/* What it was begun with: CORE_LOG_TEXT or CORE_LOG_JSON, and the least level. Any thread. */
int core_log_format(void);
int32_t core_log_level(void);
/* One line. `source` is an instance's name or "host"; `trace` may be empty. Any thread. */
void core_log_line(int32_t level, signet_text_t source, const char *event, signet_text_t message,
                   signet_text_t trace, const signet_pair_t *fields, uint64_t field_count);
/* One line of the host. */
__attribute__((format(printf, 3, 4))) void core_log(int32_t level, const char *event,
                                                    const char *format, ...);

#endif
