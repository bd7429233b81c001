/* The plugin: one exported function that answers one descriptor.
 *
 *     const signet_plugin_t *signet_plugin_entry(void);
 *
 * Life cycle of an instance (one block of configuration), drawn:
 *
 *     load ─ open ─ start ─ (reload)* ─ drain ─ stop ─ close
 *              └───────┴── a failure leads straight to close
 *
 * Open reads configuration only: no thread, device, network or call to other instances. Start may
 * do all of these; every instance it needs has started before. Drain ends new work, stop ends
 * threads, close frees. A plugin is never unloaded before exit and uses no atexit. It may be opened
 * many times. */
#ifndef SIGNET_PLUGIN_H
#define SIGNET_PLUGIN_H

#include <signet/host.h>

/* An interface that a plugin provides: an id and its vtable. */
typedef struct signet_provide {
    uint32_t size;
    uint32_t reserved;
    signet_text_t interface; /* "signet.key/1" */
    const void *vtable;      /* the typed, static const struct of that interface */
} signet_provide_t;

#define SIGNET_NEED_REQUIRED 1U /* without it the instance cannot start */
#define SIGNET_NEED_OPTIONAL 2U /* would like: started before, if it is there */

/* An interface that a plugin calls. */
typedef struct signet_need {
    uint32_t size;
    uint32_t kind;           /* SIGNET_NEED_* */
    signet_text_t interface; /* "signet.store/1" */
    signet_text_t option;    /* the INSTANCE option that names the provider, or empty: any. Inside
                              * GROUPS: "authorities.keys" */
} signet_need_t;

/* What an instance uses beside the files that its PATH and SECRET options name. Everything else is
 * forbidden to the process that it lives in, unless another instance there uses it. */
#define SIGNET_USES_NETWORK 1U /* it connects to other hosts */
#define SIGNET_USES_DEVICES 2U /* it opens devices below /dev: tokens, cards */

/* The descriptor: static const data and six functions. */
typedef struct signet_plugin {
    uint32_t size;
    uint32_t abi;          /* SIGNET_ABI */
    signet_text_t id;      /* as the file is named: "key-file", "ca" */
    signet_text_t version; /* "0.1.0" */
    signet_text_t summary; /* one sentence */
    const signet_option_t *options;
    uint64_t option_count;
    const signet_provide_t *provides;
    uint64_t provide_count;
    const signet_need_t *needs;
    uint64_t need_count;
    /* Makes an instance from host->settings. On failure the error is set and close is called only
     * where `*instance` was set. Required. [any] */
    int32_t (*open)(const signet_host_t *host, signet_call_t *call, void **instance);
    /* Begins to work. Optional. [any] */
    int32_t (*start)(void *instance, signet_call_t *call);
    /* Takes a changed block in place; `host` replaces the one of open. CONFLICT, with nothing
     * changed, where that needs a restart. Optional: without it the host opens a new instance and
     * closes this one. [any] */
    int32_t (*reload)(void *instance, signet_call_t *call, const signet_host_t *host);
    /* Takes no new work. Optional. [any] */
    int32_t (*drain)(void *instance, signet_call_t *call);
    /* Ends its threads; calls in flight have ended. Optional. [any] */
    int32_t (*stop)(void *instance, signet_call_t *call);
    /* Frees the instance. Follows open, even a failed one, exactly once. Required. [any] */
    void (*close)(void *instance);
    uint64_t uses; /* SIGNET_USES_*, as a set. Optional */
} signet_plugin_t;

/* The one exported symbol of every plugin; visible even where a build hides all others. */
__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void);

#endif
