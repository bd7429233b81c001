/* Landlock: the kernel keeps this process, and all that it starts, to some places in the file
 * system. */
#ifndef CORE_LANDLOCK_H
#define CORE_LANDLOCK_H

#include "core/reach.h"

/* Keeps the calling thread, and what it starts from here on, to these places, and from connecting
 * over TCP where nothing here uses the network. The version of Landlock that the kernel has, 0
 * where it has none; negative, with errno, where it refuses. */
int core_landlock_enter(const core_reach_t *reach);

#endif
