/* Lists of text inside a row: each element as its length in four octets, big-endian, then its
 * octets. A side table indexes the elements; the list in the row gives the record back and says
 * what to take out of the side table. */
#ifndef STORE_TEXTS_H
#define STORE_TEXTS_H

#include <signet/store.h>
#include <sqlite3.h>

/* The encoded length of a list. [any] */
uint64_t store_texts_length(const signet_text_t *texts, uint64_t count);
/* Writes the encoding, which is as long as store_texts_length says. [any] */
void store_texts_encode(const signet_text_t *texts, uint64_t count, uint8_t *output);
/* Takes the first element off an encoded list; 0 at its end or where it is damaged. [any] */
int store_texts_next(signet_bytes_t *list, signet_text_t *text);
/* Whether `text` stands to `value` as the comparison says. [any] */
int store_texts_compare(signet_text_t text, uint32_t compare, signet_text_t value);
/* Registers signet_texts(list, comparison, value) with a connection: whether an element of the
 * list satisfies the comparison. An SQLite result. [any] */
int store_texts_register(sqlite3 *database);

#endif
