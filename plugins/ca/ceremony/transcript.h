/* The transcript that is being written: one line after the other, each on disk before anything
 * that it announces is done. It is the ceremony's intent log and journal in one. */
#ifndef CA_TRANSCRIPT_H
#define CA_TRANSCRIPT_H

#include "ceremony/line.h"

typedef struct ca_transcript {
    const char *path;
    int file; /* -1: none */
    uint64_t lines;
    uint8_t digest[CA_LINE_DIGEST]; /* of the last line */
} ca_transcript_t;

/* Makes the file, which must not be there. EXISTS, UNAVAILABLE. */
int32_t ca_transcript_open(signet_call_t *call, signet_text_t path, ca_transcript_t *transcript);
void ca_transcript_close(ca_transcript_t *transcript);
/* Begins the next line. */
ca_line_t ca_transcript_line(signet_call_t *call, const ca_transcript_t *transcript,
                             const char *type);
/* Writes a line durably. */
int32_t ca_transcript_write(signet_call_t *call, ca_transcript_t *transcript, ca_line_t *line);

#endif
