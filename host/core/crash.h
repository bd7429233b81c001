/* The last words of a crash: which plugin it happened in. */
#ifndef CORE_CRASH_H
#define CORE_CRASH_H

/* From here on a crash of the process leaves one line on standard error that names signal and
 * plugin, before the process ends as it would have. Signals that somebody else handles stay theirs.
 */
void core_crash_begin(void);

#endif
