/* A signet.tenant/1 with the tenants "one", "two" and "red". */
#ifndef TESTS_TENANTS_H
#define TESTS_TENANTS_H

#include <signet/signet.h>

/* The plugin, for signet_check_open_linked. */
extern const signet_plugin_t tenants_plugin;

#endif
