/* Configuration: libconfig files, checked against what the host and each plugin declare. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <signet/option.h>
#include <signet/plugin.h>
#include <stdatomic.h>

/* One block of `plugins`: an instance to be. */
typedef struct core_block {
    signet_text_t name;   /* of the instance */
    signet_text_t plugin; /* id: "key-file" */
    const signet_plugin_t *descriptor;
    const signet_plugin_t *carrier; /* what stands for it where it is isolated; or NULL */
    const signet_setting_t
        *settings; /* checked, defaults filled in; without the block's own keys */
    signet_text_t file;
    uint32_t line;
} core_block_t;

/* A file that a configuration was read from. */
typedef struct core_config_file {
    signet_text_t name; /* as the operator knows it */
    uint64_t length;    /* octets */
} core_config_file_t;

/* A whole configuration. Owns all its memory. */
typedef struct core_config {
    const signet_setting_t *host; /* the `host` group, checked against core_host_options */
    const core_block_t *blocks;
    uint64_t block_count;
    signet_text_t file;
    void *owned;
    const core_config_file_t *files; /* the main file first */
    uint64_t file_count;
    signet_text_t plugin_folder;
    signet_text_t node;           /* its name where there is no `host` group; or empty */
    signet_text_t process_folder; /* of the instance, where this process is its own */
    int isolated;                 /* 1: this process is that of its one instance */
    signet_text_t standalone; /* the instance that is opened but not started, and may lack what it
                               * needs; empty: none */
    atomic_uint holders;      /* who still needs it: its loader, registries, instances */
    int unstarted;            /* 1: no instance is started */
} core_config_t;

/* Reads, includes and checks `path`, loading the descriptors of the plugins it names from
 * `plugin_folder` (empty: what the environment variable SIGNET_PLUGINS names, the host.plugins
 * setting, or the installed folder, in this order). All faults found, one a line
 * "FILE:LINE: what is wrong: remedy", are the message of the call's error. */
int32_t core_config_load(signet_call_t *call, const char *path, signet_text_t plugin_folder,
                         core_config_t **config);
/* The same for the `host` group alone: no plugin is loaded, and `plugins` is not looked at. */
int32_t core_config_load_host(signet_call_t *call, const char *path, core_config_t **config);
/* Adds a holder; instances that a reload leaves as they are keep the configuration they began
 * with. Any thread. */
core_config_t *core_config_hold(core_config_t *config);
/* Takes a holder away and frees it with the last one. NULL is nothing. Any thread. */
void core_config_free(core_config_t *config);
/* The member `name` of a group of settings, or NULL; of NULL too. */
const signet_setting_t *core_setting(const signet_setting_t *group, const char *name);
/* The text of that member; empty where there is none. */
signet_text_t core_setting_text(const signet_setting_t *group, const char *name);
/* The options of the `host` group, for checking and for the reference manual. */
const signet_option_t *core_host_options(uint64_t *count);

#endif
