/* A signed chain of lines as a whole: a transcript, or a bundle. */
#ifndef CA_READING_H
#define CA_READING_H

#include "ceremony/line.h"

/* Someone who may sign lines. */
typedef struct ca_reader_person {
    signet_text_t name;
    signet_text_t role;
    signet_bytes_t certificate; /* DER */
} ca_reader_person_t;

typedef struct ca_reading {
    ca_line_read_t *lines;
    uint64_t count;
    ca_reader_person_t *people; /* of the lines "participant" */
    uint64_t person_count;
    uint64_t end; /* index of the line "end" */
} ca_reading_t;

/* Reads a file and verifies what holds it together: each line's form and marks, the chain of
 * hashes, every signature, and that those whom the line "end" names have signed it. INVALID
 * ("transcript.changed") names line and member; "transcript.unfinished". */
int32_t ca_reading_open(signet_call_t *call, signet_bytes_t file, ca_reading_t *reading);
/* The person with this name, or NULL. */
const ca_reader_person_t *ca_reading_person(const ca_reading_t *reading, signet_text_t name);
/* INVALID ("transcript.wrong") about line `index`. */
__attribute__((format(printf, 3, 4))) int32_t ca_reading_fail(signet_call_t *call, uint64_t index,
                                                              const char *format, ...);

#endif
