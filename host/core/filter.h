/* A filter of system calls (seccomp): what a daemon of this kind never asks the kernel for is
 * refused, as if permission were missing. */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include <stdint.h>

/* Filters the calls of this process, and of all that it starts, from here on. `isolated`: it is the
 * process of one instance, which uses (SIGNET_USES_*) the network or has no sockets of it at all.
 * 0, or an errno. */
int core_filter_enter(int isolated, uint64_t uses);

#endif
