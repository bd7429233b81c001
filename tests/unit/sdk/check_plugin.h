/* A plugin that uses everything the runner offers. */
#ifndef TESTS_UNIT_SDK_CHECK_PLUGIN_H
#define TESTS_UNIT_SDK_CHECK_PLUGIN_H

#include <signet/signet.h>

/* What its instance saw. */
typedef struct check_seen {
    int opened;
    int started;
    int drained;
    int stopped;
    int closed;
    int ran;
    int served_inline;
    const signet_host_t *host;
    uint64_t metric;
} check_seen_t;

extern check_seen_t check_seen;

/* A descriptor of it, to be changed by a test before it is opened. */
signet_plugin_t check_plugin(void);

#endif
