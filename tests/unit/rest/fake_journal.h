/* A journal that remembers the last entries, and makes the changes in the store there is. */
#ifndef FAKE_JOURNAL_H
#define FAKE_JOURNAL_H

#include <signet/signet.h>

/* What was committed, and how it shall answer. */
typedef struct fake_journal {
    int commits;
    int32_t failure; /* commit fails with this, after the change was made; 0: it does not */
    char event[128];
    char object[256];
    char fields[4096];            /* "name=value;" for each */
    signet_journal_query_t query; /* its texts are not to be followed */
    char query_event[128];
} fake_journal_t;

extern fake_journal_t fake_journal;

/* The plugin, for signet_check_open_linked. */
extern const signet_plugin_t fake_journal_plugin;

#endif
