#include "core/loader.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "core/loader_descriptor.h"
#include "core/loader_file.h"
#include "core/text.h"

/* Plugins loaded so far. They stay until the process ends, and so does this list. */
typedef struct loaded {
    struct loaded *next;
    const signet_plugin_t *plugin;
    char path[];
} loaded_t;

static loaded_t *all_loaded;
static pthread_mutex_t loaded_lock = PTHREAD_MUTEX_INITIALIZER;

const char *core_loader_default_folder(void)
{
    return SIGNET_PLUGIN_FOLDER;
}

/* An id is also part of a file's name. */
static int is_id(signet_text_t id)
{
    for (uint64_t at = 0; at < id.length; at++) {
        char letter = id.data[at];
        if (!((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
              (letter == '-' && at > 0)))
            return 0;
    }
    return id.length > 0 && id.length <= 64;
}

/* Runs the file's constructors and its entry, then judges its descriptor. */
static int32_t open_file(signet_call_t *call, const char *path, signet_text_t id,
                         const signet_plugin_t **plugin)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return core_fail(call, SIGNET_INVALID, "plugin.unloadable",
                         "%s cannot be loaded (%s): install what it needs, or a version of the "
                         "plugin for this host",
                         path, dlerror());
    const signet_plugin_t *(*entry)(void) = NULL;
    *(void **)&entry = dlsym(library, "signet_plugin_entry");
    if (!entry)
        return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.no-entry",
                         "%s is not a plugin, because it does not export signet_plugin_entry: "
                         "remove it from the plugin folder",
                         path);
    *plugin = entry();
    return core_loader_check_descriptor(call, path, id, *plugin);
}

/* The lock is held. */
static int32_t load(signet_call_t *call, const char *folder, const char *path, signet_text_t id,
                    const signet_plugin_t **plugin)
{
    for (const loaded_t *entry = all_loaded; entry; entry = entry->next) {
        if (strcmp(entry->path, path) == 0) {
            *plugin = entry->plugin;
            return SIGNET_OK;
        }
    }
    int32_t status = core_loader_check_file(call, folder, path);
    if (status == SIGNET_OK)
        status = open_file(call, path, id, plugin);
    if (status != SIGNET_OK)
        return status;
    loaded_t *entry = malloc(sizeof *entry + strlen(path) + 1);
    if (!entry)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to load %s: free some", path);
    memcpy(entry->path, path, strlen(path) + 1);
    entry->plugin = *plugin;
    entry->next = all_loaded;
    all_loaded = entry;
    return SIGNET_OK;
}

int32_t core_loader_load(signet_call_t *call, signet_text_t folder, signet_text_t id,
                         const signet_plugin_t **plugin)
{
    if (!is_id(id))
        return core_fail(call, SIGNET_INVALID, "plugin.id",
                         "\"%.*s\" is not the id of a plugin: use small letters, digits and '-'",
                         CORE_TEXT_ARG(id));
    signet_text_t given = core_format(call, "%.*s", CORE_TEXT_ARG(folder));
    if (!given.data)
        return SIGNET_NO_MEMORY;
    char *absolute = realpath(given.data, NULL);
    signet_text_t path =
        core_format(call, "%s/%.*s.so", absolute ? absolute : given.data, CORE_TEXT_ARG(id));
    int32_t status = SIGNET_NO_MEMORY;
    if (path.data) {
        pthread_mutex_lock(&loaded_lock);
        status = load(call, absolute ? absolute : given.data, path.data, id, plugin);
        pthread_mutex_unlock(&loaded_lock);
    }
    free(absolute);
    return status;
}
