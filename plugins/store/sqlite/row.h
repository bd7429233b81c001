/* Rows as records, and values as parameters. */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "collection.h"

#include <signet/sdk/text.h>

/* Appends the columns of a record, in the order of STORE_COLUMN_*, to an SQL text. [any] */
void store_row_columns(signet_buffer_t *sql, const store_collection_t *collection, int with_body);
/* The record in the current row, copied into the call's arena; `length` gets its octets.
 * [worker] */
int32_t store_row_read(signet_call_t *call, const store_collection_t *collection,
                       sqlite3_stmt *statement, const signet_record_t **record, uint64_t *length);
/* Binds text or bytes, empty ones too, without copying. An SQLite result. [worker] */
int store_row_bind_text(sqlite3_stmt *statement, int index, signet_text_t text);
int store_row_bind_bytes(sqlite3_stmt *statement, int index, signet_bytes_t bytes);

#endif
