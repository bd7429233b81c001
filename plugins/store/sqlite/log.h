/* How the write-ahead log is written: in few large pieces.
 *
 * SQLite writes each page of a commit to the log with two system calls, one of them for 24 octets.
 * This layer above the system's file layer (VFS) gathers them in memory and writes them before
 * anything else is done with the file, at the latest at the sync that precedes every
 * acknowledgement. So the file has the same octets in the same order; other connections look at
 * them only after that sync. All files but the log are passed to the system's layer as they are. */
#ifndef STORE_LOG_H
#define STORE_LOG_H

/* The name of the layer, for sqlite3_open_v2; registered at the first call. NULL where it cannot
 * be. [any] */
const char *store_log_layer(void);

#endif
