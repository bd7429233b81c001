#include "store.h"

#include "failure.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

int32_t store_fail_read_only(signet_call_t *call)
{
    return signet_fail(call, SIGNET_UNAVAILABLE, "store.read-only",
                       "The host is running and owns the database: use the command against its "
                       "socket (SIGNET_URL=unix:PATH).");
}

int32_t store_new(const signet_host_t *host, signet_call_t *call, signet_text_t path,
                  store_t **made)
{
    store_t *store = calloc(1, sizeof(*store));
    if (!store)
        return signet_fail_memory(call);
    store->host = host;
    store->file.lock = -1;
    store->own_path = strndup(path.data, path.length);
    if (!store->own_path) {
        free(store);
        return signet_fail_memory(call);
    }
    store->path = signet_text(store->own_path);
    store->reader_limit = (uint32_t)signet_setting_integer(host->settings, "readers", 4);
    int32_t status = store_writer_init(call, &store->writer);
    if (status != SIGNET_OK) {
        free(store->own_path);
        free(store);
        return status;
    }
    status = store_checkpoint_init(call, &store->checkpoint);
    if (status != SIGNET_OK) {
        store_writer_clear(&store->writer);
        free(store->own_path);
        free(store);
        return status;
    }
    store_readers_init(&store->readers);
    store_leases_init(&store->leases);
    *made = store;
    return SIGNET_OK;
}

int32_t store_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    store_t *store = NULL;
    int32_t status = store_new(host, call, signet_setting_text(host->settings, "path"), &store);
    *instance = store;
    return status;
}

int32_t store_begin(store_t *store, signet_call_t *call, int share)
{
    int32_t status = store_file_open(call, store->path, share, &store->file);
    if (status == SIGNET_OK)
        status = store_readers_start(call, &store->readers, &store->file, store->reader_limit);
    if (status == SIGNET_OK && !store->file.read_only)
        status = store_writer_start(call, store);
    if (status == SIGNET_OK && !store->file.read_only)
        status = store_checkpoint_start(call, store);
    if (status == SIGNET_OK && store->file.read_only)
        signet_log(store->host, call, SIGNET_LOG_INFO, "store.read-only",
                   "The host is running: %.*s is only read.", SIGNET_FORMAT(store->path));
    if (status != SIGNET_OK)
        store_stop(store, call);
    return status;
}

int32_t store_start(void *instance, signet_call_t *call)
{
    store_t *store = instance;
    return store_begin(store, call, store->host->mode == SIGNET_MODE_COMMAND);
}

int32_t store_reload(void *instance, signet_call_t *call, const signet_host_t *host)
{
    const store_t *store = instance;
    if (signet_text_equal(store->path, signet_setting_text(host->settings, "path")) &&
        store->reader_limit == (uint32_t)signet_setting_integer(host->settings, "readers", 4))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_CONFLICT, "store.restart-needed",
                       "The path and readers of store %.*s only change with a restart.",
                       SIGNET_FORMAT(host->name));
}

int32_t store_stop(void *instance, signet_call_t *call)
{
    (void)call;
    store_t *store = instance;
    store_checkpoint_stop(&store->checkpoint);
    store_readers_stop(&store->readers);
    store_writer_stop(store);
    store_file_close(&store->file);
    return SIGNET_OK;
}

void store_close(void *instance)
{
    store_t *store = instance;
    store_backup.abandon(store);
    store_leases_clear(&store->leases);
    store_catalogue_clear(&store->catalogue);
    store_readers_clear(&store->readers);
    store_checkpoint_clear(&store->checkpoint);
    store_writer_clear(&store->writer);
    free(store->own_path);
    free(store);
}
