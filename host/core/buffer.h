/* A growing text. A failed allocation is remembered and turns further appends into nothing, so
 * that only the end of a chain of appends has to be checked. */
#ifndef CORE_BUFFER_H
#define CORE_BUFFER_H

#include <signet/base.h>

typedef struct core_buffer {
    char *data; /* NUL-terminated where not NULL; the owner frees it */
    size_t length;
    size_t capacity;
    int failed;
} core_buffer_t;

/* Appends. One thread at a time. */
void core_buffer_add(core_buffer_t *buffer, const char *data, size_t length);
void core_buffer_string(core_buffer_t *buffer, const char *string);
__attribute__((format(printf, 2, 3))) void core_buffer_format(core_buffer_t *buffer,
                                                              const char *format, ...);
/* Appends text as the inside of a JSON string: controls, and what is not UTF-8, are escaped. */
void core_buffer_json(core_buffer_t *buffer, signet_text_t text);
/* Appends text for a terminal: controls, and what is not UTF-8, are shown as \xNN. */
void core_buffer_plain(core_buffer_t *buffer, signet_text_t text);
/* What was appended; empty after a failure. */
signet_text_t core_buffer_text(const core_buffer_t *buffer);
/* Frees it. */
void core_buffer_free(core_buffer_t *buffer);

#endif
