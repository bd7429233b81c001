#include "transaction.h"

#include "store.h"

#include <errno.h>
#include <signet/sdk/text.h>

static int step(sqlite3_stmt *statement)
{
    errno = 0;
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int32_t store_transaction_begin(store_t *store, store_failure_t *failure)
{
    if (step(store->writer.begin) == SQLITE_OK)
        return SIGNET_OK;
    *failure = store_failure(store->writer.database);
    return failure->status;
}

int32_t store_transaction_commit(store_t *store, store_failure_t *failure)
{
    if (step(store->writer.commit) == SQLITE_OK)
        return SIGNET_OK;
    *failure = store_failure(store->writer.database);
    /* After a failed sync the kernel may have dropped the pages and say OK to the next one. */
    if (store_failure_is_fatal(failure))
        store->host->services->fatal(store->host, SIGNET_TEXT("store.sync-failed"),
                                     SIGNET_TEXT("A write to the disk failed."));
    store_transaction_undo(store);
    return failure->status;
}

void store_transaction_undo(store_t *store)
{
    const store_writer_t *writer = &store->writer;
    if (sqlite3_get_autocommit(writer->database))
        return;
    if (step(writer->rollback) != SQLITE_OK && !sqlite3_get_autocommit(writer->database))
        store->host->services->fatal(store->host, SIGNET_TEXT("store.rollback-failed"),
                                     SIGNET_TEXT("A transaction could not be undone."));
}
