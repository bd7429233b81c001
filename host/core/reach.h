/* What a process may touch: the files of the system, and what its configuration names. */
#ifndef CORE_REACH_H
#define CORE_REACH_H

#include "core/config.h"

/* A folder, or a file, with all below it. */
typedef struct core_place {
    const char *path; /* absolute, without links */
    int written;      /* 0: it is only read */
    int directory;
} core_place_t;

typedef struct core_reach {
    core_place_t *places;
    uint64_t count;
    uint64_t capacity;
    uint64_t uses; /* SIGNET_USES_* */
    int failed;    /* memory was missing */
} core_reach_t;

/* Adds what a process needs whose configuration this is: that of the daemon, or that of an isolated
 * instance. Starts out as all zero. */
void core_reach_collect(core_reach_t *reach, const core_config_t *config);
/* The first place of `wanted` that is not within `given`, or NULL. */
const core_place_t *core_reach_missing(const core_reach_t *given, const core_reach_t *wanted);
void core_reach_free(core_reach_t *reach);

#endif
