/* The head file: where this node's journal stands, kept beside the store. A store that was put back
 * to an earlier state is behind its head, and so known. One line of fixed length, written in place,
 * so that a full disk does not keep it from being written. */
#ifndef JOURNAL_HEAD_H
#define JOURNAL_HEAD_H

#include "digest.h"
#include "schema.h"

#include <signet/host.h>

struct journal;

/* What the file says. */
typedef struct journal_mark {
    char node[JOURNAL_NODE_LIMIT + 1]; /* empty: there is no file, or nothing in it */
    uint64_t epoch;
    uint64_t seal;
    uint8_t digest[JOURNAL_DIGEST]; /* of that seal */
    int restored;                   /* a backup was restored since the node wrote it */
} journal_mark_t;

typedef struct journal_head_file {
    int file; /* -1: none */
    int failing;
    journal_mark_t mark; /* as written last */
} journal_head_file_t;

/* The path of the head file: the option, or beside the store; empty where neither can be. [worker]
 */
int32_t journal_head_path(const struct journal *journal, signet_call_t *call, signet_text_t *path);
/* Reads a head file. One that is not there or was cut short is an empty mark. INVALID where it is
 * something else. [worker] */
int32_t journal_head_read(signet_call_t *call, signet_text_t path, journal_mark_t *mark);
/* Replaces a head file as a whole, durably: for a restored backup. [worker] */
int32_t journal_head_replace(signet_call_t *call, signet_text_t path, const journal_mark_t *mark);
/* Opens the file for the process to keep, and reads what it says. [worker] */
int32_t journal_head_open(struct journal *journal, signet_call_t *call);
/* Writes the mark; a failure is logged once, and the journal goes on. [worker] */
void journal_head_write(struct journal *journal, signet_call_t *call, const journal_mark_t *mark);
void journal_head_close(journal_head_file_t *head);

#endif
