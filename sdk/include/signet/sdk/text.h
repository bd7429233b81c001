/* Text, bytes and memory of a call. Everything returned lives in the call's arena. */
#ifndef SIGNET_SDK_TEXT_H
#define SIGNET_SDK_TEXT_H

#include <signet/call.h>
#include <stdarg.h>

/* printf arguments for "%.*s". Texts longer than INT_MAX do not occur: inputs are capped. */
#define SIGNET_FORMAT(text) (int)(text).length, (text).length ? (text).data : ""

/* `count` zeroed elements of `size` octets; NULL with the error set on overflow or exhaustion.
 * [any] */
void *signet_alloc(signet_call_t *call, uint64_t count, uint64_t size);
/* The text of a C string, not copied; NULL gives the empty text. [any] */
signet_text_t signet_text(const char *string);
/* A copy in the arena. On NO_MEMORY the empty text with NULL data. [any] */
signet_text_t signet_text_copy(signet_call_t *call, signet_text_t text);
signet_bytes_t signet_bytes_copy(signet_call_t *call, signet_bytes_t bytes);
/* A NUL-terminated copy; NULL on NO_MEMORY or where the text holds a NUL (INVALID). [any] */
const char *signet_text_string(signet_call_t *call, signet_text_t text);
/* printf into the arena. [any] */
__attribute__((format(printf, 2, 3))) signet_text_t signet_format(signet_call_t *call,
                                                                  const char *format, ...);
__attribute__((format(printf, 2, 0))) signet_text_t
signet_format_list(signet_call_t *call, const char *format, va_list arguments);
/* Comparisons by bytes. [any] */
int signet_text_equal(signet_text_t a, signet_text_t b);
int signet_text_is(signet_text_t text, const char *string);
int signet_text_equal_nocase(signet_text_t a, signet_text_t b); /* ASCII */
int signet_text_starts(signet_text_t text, const char *prefix);
int signet_text_ends(signet_text_t text, const char *suffix);
int signet_text_compare(signet_text_t a, signet_text_t b);
int signet_bytes_equal(signet_bytes_t a, signet_bytes_t b);
/* Equal lengths and bytes, in time that depends on the lengths alone: for secrets. [any] */
int signet_bytes_equal_secret(signet_bytes_t a, signet_bytes_t b);
/* Bytes seen as text and back. [any] */
signet_text_t signet_bytes_text(signet_bytes_t bytes);
signet_bytes_t signet_text_bytes(signet_text_t text);
/* The part before the first `separator`; `rest` gets what follows it (empty where there is none).
 * [any] */
signet_text_t signet_text_split(signet_text_t text, char separator, signet_text_t *rest);
/* True for well-formed UTF-8 (RFC 3629) without NUL. [any] */
int signet_text_valid(signet_text_t text);
/* Whether `text` matches `pattern`, in which '*' stands for any number of characters. [any] */
int signet_text_matches(signet_text_t text, signet_text_t pattern);
/* Overwrites memory that held a secret. [any] */
void signet_wipe(void *memory, uint64_t length);

/* A buffer in the arena that grows. Zero-initialise it with its call. After a failed append
 * `failed` stays 1 and further appends do nothing, so that one check at the end is enough. */
typedef struct signet_buffer {
    signet_call_t *call;
    uint8_t *data;
    uint64_t length;
    uint64_t capacity;
    int failed;
} signet_buffer_t;

signet_buffer_t signet_buffer(signet_call_t *call, uint64_t capacity);
void signet_buffer_add(signet_buffer_t *buffer, const void *data, uint64_t length);
void signet_buffer_add_text(signet_buffer_t *buffer, signet_text_t text);
void signet_buffer_add_string(signet_buffer_t *buffer, const char *string);
void signet_buffer_add_byte(signet_buffer_t *buffer, uint8_t byte);
__attribute__((format(printf, 2, 3))) void signet_buffer_format(signet_buffer_t *buffer,
                                                                const char *format, ...);
/* What was added; NO_MEMORY where an append failed. [any] */
int32_t signet_buffer_bytes(const signet_buffer_t *buffer, signet_bytes_t *bytes);
int32_t signet_buffer_text(const signet_buffer_t *buffer, signet_text_t *text);

#endif
