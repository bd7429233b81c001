/* Limits and habits of a process that may hold keys. */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

/* No core files, no debugger of another user, no files open to others, no death by a closed
 * connection. From main, before any other thread. */
void core_process_prepare(void);
/* Closes it to debuggers again: a change of its user puts the kernel's own setting in force. */
void core_process_close(void);

#endif
