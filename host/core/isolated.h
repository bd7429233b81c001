/* The process of an isolated instance: one instance of one plugin, served over a socket. */
#ifndef CORE_ISOLATED_H
#define CORE_ISOLATED_H

/* What a process is started with to be one. */
#define CORE_ISOLATED_OPTION "--isolated"

/* To be called first in main. In the process of an isolated instance it does the work until the
 * daemon closes the socket and answers 1, with the exit code in `code`; in any other process it
 * answers 0 at once. */
int core_isolated_child(int argc, char **argv, int *code);

#endif
