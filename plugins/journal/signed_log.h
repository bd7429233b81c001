/* The log that the process of isolated keys keeps of what they signed, read as a whole: NAME.signed
 * and, before it, NAME.signed.1, NAME.signed.2, … that it was rotated to. Every line's chain covers
 * the line before, over the files' bounds, so that nothing is missing in between. */
#ifndef JOURNAL_SIGNED_LOG_H
#define JOURNAL_SIGNED_LOG_H

#include "digest.h"

#include <signet/host.h>

/* A certificate that was signed. */
typedef struct signed_line {
    uint8_t digest[JOURNAL_DIGEST]; /* of what was signed */
    uint8_t known;                  /* the journal has it, or it was not signed after all */
    uint64_t sequence;
} signed_line_t;

typedef struct signed_log {
    const char *name;     /* of the instance */
    const char *path;     /* without ".signed" */
    uint64_t files;       /* 0: there is no log */
    uint64_t others;      /* signatures of other purposes */
    signed_line_t *lines; /* by digest */
    uint64_t count;
    uint64_t capacity;
} signed_log_t;

/* CORRUPT names the first line or file that is missing, changed or none. [worker] */
int32_t signed_log_read(signet_call_t *call, signet_text_t folder, signet_text_t name,
                        signed_log_t *log);
void signed_log_free(signed_log_t *log);
/* 1 where this was signed. */
int signed_log_has(const signed_log_t *log, const uint8_t digest[JOURNAL_DIGEST]);
/* The same, and it is known from then on. */
int signed_log_mark(signed_log_t *log, const uint8_t digest[JOURNAL_DIGEST]);
/* The sequence of the first line that is not known; 0 where all are. */
uint64_t signed_log_unmarked(const signed_log_t *log);

#endif
