/* JSON (RFC 8259). Reading is one pass under strict limits into the arena; writing is a plain
 * append. */
#ifndef SIGNET_SDK_JSON_H
#define SIGNET_SDK_JSON_H

#include <signet/sdk/text.h>

#define SIGNET_JSON_NULL 0
#define SIGNET_JSON_BOOLEAN 1
#define SIGNET_JSON_INTEGER 2
#define SIGNET_JSON_REAL 3
#define SIGNET_JSON_TEXT 4
#define SIGNET_JSON_ARRAY 5
#define SIGNET_JSON_OBJECT 6

/* A parsed value: a tree in the arena. */
typedef struct signet_json signet_json_t;
struct signet_json {
    int kind;
    signet_text_t name;         /* of a member of an object */
    signet_text_t text;         /* TEXT */
    int64_t integer;            /* INTEGER, BOOLEAN */
    double real;                /* REAL */
    const signet_json_t *items; /* ARRAY, OBJECT */
    uint64_t count;
};

/* Parses one value; anything after it but white space is an error. INVALID names line and column:
 * syntax, duplicate members, ill-formed UTF-8, lone surrogates, U+0000, numbers out of range,
 * nesting over 32, more than 10,000 values ("json.too-many-values"). TOO_LARGE: over `limit`
 * octets. [any] */
int32_t signet_json_parse(signet_call_t *call, signet_bytes_t input, uint64_t limit,
                          const signet_json_t **value);
/* A member by name, or NULL. [any] */
const signet_json_t *signet_json_get(const signet_json_t *object, const char *name);
/* A text member; the empty text where it is missing; INVALID with the field where it is something
 * else. [any] */
int32_t signet_json_get_text(signet_call_t *call, const signet_json_t *object, const char *name,
                             signet_text_t *text);
/* An integer member; unchanged where it is missing; INVALID where it is something else. [any] */
int32_t signet_json_get_integer(signet_call_t *call, const signet_json_t *object, const char *name,
                                int64_t *integer);
/* INVALID naming the first member of `object` that is not in `names` (`count` C strings). [any] */
int32_t signet_json_only(signet_call_t *call, const signet_json_t *object, const char *const *names,
                         uint64_t count);

/* Writing. The writer puts commas by itself. */
typedef struct signet_json_writer {
    signet_buffer_t buffer;
    int comma;
} signet_json_writer_t;

signet_json_writer_t signet_json_writer(signet_call_t *call, uint64_t capacity);
/* `name` is the member's name inside an object, NULL inside an array or at the top. [any] */
void signet_json_begin_object(signet_json_writer_t *writer, const char *name);
void signet_json_end_object(signet_json_writer_t *writer);
void signet_json_begin_array(signet_json_writer_t *writer, const char *name);
void signet_json_end_array(signet_json_writer_t *writer);
void signet_json_text(signet_json_writer_t *writer, const char *name, signet_text_t text);
/* An array of texts. [any] */
void signet_json_texts(signet_json_writer_t *writer, const char *name, const signet_text_t *texts,
                       uint64_t count);
void signet_json_member(signet_json_writer_t *writer, signet_text_t name, signet_text_t text);
void signet_json_integer(signet_json_writer_t *writer, const char *name, int64_t integer);
void signet_json_boolean(signet_json_writer_t *writer, const char *name, int boolean);
/* A time in ms as RFC 3339 text; null where it is outside the years 1970 to 9999. [any] */
void signet_json_time(signet_json_writer_t *writer, const char *name, int64_t time);
/* Octets as lower-case hexadecimal text. [any] */
void signet_json_hex(signet_json_writer_t *writer, const char *name, signet_bytes_t bytes);
/* A value that is JSON already. [any] */
void signet_json_raw(signet_json_writer_t *writer, const char *name, signet_text_t json);
/* The text; NO_MEMORY where an append failed. [any] */
int32_t signet_json_finish(const signet_json_writer_t *writer, signet_text_t *text);

#endif
