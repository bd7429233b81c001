/* Reading JSON (RFC 8259) in one pass. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_JSON_READER_H
#define SIGNET_SDK_SRC_JSON_READER_H

#include <signet/sdk/json.h>

typedef struct signet_json_reader {
    signet_call_t *call;
    const uint8_t *begin;
    const uint8_t *next;
    const uint8_t *end;
    uint64_t values;
    uint32_t depth;
    const uint8_t *wrong; /* where the input is refused */
    const char *reason;   /* the stable one, and what is wrong; NULL where memory was short */
    const char *what;
} signet_json_reader_t;

/* Refuses what stands at `wrong`; -1. */
int signet_json_refuse(signet_json_reader_t *reader, const uint8_t *wrong, const char *what);
/* Reads the value and what follows it; 0, or -1 with the reader saying why. */
int signet_json_read(signet_json_reader_t *reader, signet_json_t *value);
/* Reads the text whose opening quote is next, unescaped into the arena; 0 or -1. */
int signet_json_read_text(signet_json_reader_t *reader, signet_text_t *text);
/* Reads the number that begins next; 0 or -1. */
int signet_json_read_number(signet_json_reader_t *reader, signet_json_t *value);

#endif
