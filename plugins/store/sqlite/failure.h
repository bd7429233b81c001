/* SQLite's results as statuses of the contract. */
#ifndef STORE_FAILURE_H
#define STORE_FAILURE_H

#include <signet/call.h>
#include <sqlite3.h>

/* Why a database call failed, taken down on the thread that made it. */
typedef struct store_failure {
    int32_t status;   /* of the contract */
    int code;         /* SQLite's extended result code */
    int system_error; /* errno of the system call behind it, or 0 */
} store_failure_t;

/* Reads the last failure of a connection. [worker] */
store_failure_t store_failure(sqlite3 *database);
/* Whether what failed was a sync or another write to the disk that must not be survived: after
 * it nobody knows what is on the disk. [any] */
int store_failure_is_fatal(const store_failure_t *failure);
/* Sets the call's error from a failure; `path` is the database's. [any] */
int32_t store_fail(signet_call_t *call, const store_failure_t *failure, signet_text_t path);

#endif
