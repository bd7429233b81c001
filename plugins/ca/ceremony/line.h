/* One line of a transcript: a JSON object of texts, numbers and lists of texts, in one form only.
 *
 * It begins with its number, the SHA-256 of the line before (of all its octets with the newline),
 * the time and the type; behind its members stand `marks`, four octets of the SHA-256 of each
 * member, which say where a changed line was changed; a signed line ends with who signed and the
 * signature over everything before. */
#ifndef CA_LINE_H
#define CA_LINE_H

#include <openssl/evp.h>
#include <signet/sdk/json.h>

#define CA_LINE_DIGEST 32U

/* A line that is being written. */
typedef struct ca_line {
    signet_json_writer_t writer;
    signet_buffer_t marks;
    int sealed; /* its marks are written */
} ca_line_t;

/* Begins a line. `previous` has CA_LINE_DIGEST octets. */
ca_line_t ca_line_begin(signet_call_t *call, uint64_t number, const uint8_t *previous, int64_t time,
                        const char *type);
/* Members. A failed one is kept in the line. */
void ca_line_text(ca_line_t *line, const char *name, signet_text_t text);
void ca_line_number(ca_line_t *line, const char *name, int64_t number);
void ca_line_texts(ca_line_t *line, const char *name, const signet_text_t *texts, uint64_t count);
void ca_line_base64(ca_line_t *line, const char *name, signet_bytes_t bytes);
void ca_line_hex(ca_line_t *line, const char *name, signet_bytes_t bytes);
/* Signs it as `by`. */
int32_t ca_line_sign(signet_call_t *call, ca_line_t *line, signet_text_t by, EVP_PKEY *key);
/* The whole line with its newline. */
int32_t ca_line_end(ca_line_t *line, signet_text_t *text);

/* A line that was read. */
typedef struct ca_line_read {
    signet_text_t text; /* without the newline */
    const signet_json_t *object;
    signet_text_t type;
    signet_text_t by; /* of a signed line */
    signet_bytes_t signature;
    signet_text_t covered; /* what the signature is over */
} ca_line_read_t;

/* Reads line `number` of a transcript. INVALID ("transcript.changed") names line and member. */
int32_t ca_line_parse(signet_call_t *call, signet_text_t text, uint64_t number,
                      ca_line_read_t *line);
/* Members; the empty text, -1 or no octets where they are missing or of another kind. */
signet_text_t ca_line_get(const ca_line_read_t *line, const char *name);
int64_t ca_line_get_number(const ca_line_read_t *line, const char *name);
signet_bytes_t ca_line_get_base64(signet_call_t *call, const ca_line_read_t *line,
                                  const char *name);
const signet_json_t *ca_line_get_texts(const ca_line_read_t *line, const char *name);

#endif
