#include "failure.h"

#include <errno.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>

static int no_space(int system_error)
{
    /* EFBIG is a file size limit, EDQUOT a quota: a full disk by another name. */
    return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

static int is_sync(int code)
{
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

static int32_t status_of(int code, int system_error)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return SIGNET_FULL;
    case SQLITE_IOERR:
        return no_space(system_error) && !is_sync(code) ? SIGNET_FULL : SIGNET_UNAVAILABLE;
    case SQLITE_NOMEM:
        return SIGNET_NO_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return SIGNET_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return SIGNET_UNAVAILABLE;
    default:
        return SIGNET_INTERNAL;
    }
}

store_failure_t store_failure(sqlite3 *database)
{
    int last = errno;
    int code = sqlite3_extended_errcode(database);
    int system_error = 0;
    if ((code & 0xff) == SQLITE_IOERR) {
        /* What fails within a COMMIT does not reach sqlite3_system_errno. */
        system_error = sqlite3_system_errno(database);
        system_error = system_error ? system_error : last;
    }
    if (code == SQLITE_IOERR_NOMEM)
        code = SQLITE_NOMEM;
    return (store_failure_t){status_of(code, system_error), code, system_error};
}

int store_failure_is_fatal(const store_failure_t *failure)
{
    return (failure->code & 0xff) == SQLITE_IOERR && failure->status != SIGNET_FULL;
}

int32_t store_fail(signet_call_t *call, const store_failure_t *failure, signet_text_t path)
{
    const char *remedy = "see the log";
    const char *reason = "store.failed";
    switch (failure->status) {
    case SIGNET_FULL:
        reason = "store.full";
        remedy = "free space on its disk; it recovers by itself";
        break;
    case SIGNET_CORRUPT:
        reason = "store.corrupt";
        remedy = "restore it from a backup";
        break;
    case SIGNET_UNAVAILABLE:
        reason = "store.unavailable";
        remedy = "check its disk, and that no other program holds it locked";
        break;
    case SIGNET_NO_MEMORY:
        return signet_fail_memory(call);
    default:
        break;
    }
    return signet_fail_detail(call, failure->status, reason, sqlite3_errstr(failure->code),
                              "The database %.*s answered '%s'%s%s: %s.", SIGNET_FORMAT(path),
                              sqlite3_errstr(failure->code & 0xff),
                              failure->system_error ? " because of " : "",
                              failure->system_error ? strerror(failure->system_error) : "", remedy);
}
