/* A store in memory for one collection, which counts what it is asked. */
#ifndef FAKE_STORE_H
#define FAKE_STORE_H

#include <signet/signet.h>

/* What it was asked, and how it shall answer. */
typedef struct fake_store {
    int gets;
    int32_t failure;          /* get fails with this; 0: it does not */
    void (*during_get)(void); /* called by get after it read; NULL: nothing */
} fake_store_t;

extern fake_store_t fake_store;

/* The plugin, for signet_check_open_linked. */
extern const signet_plugin_t fake_store_plugin;

/* Overwrites a field of type TIME in a stored record. */
void fake_store_set_time(const char *key, const char *field, int64_t time);

#endif
