/* A growable run of octets with a place from which it is read. */
#ifndef EDGE_BUFFER_H
#define EDGE_BUFFER_H

#include <signet/base.h>

typedef struct edge_buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t offset; /* what lies before it has been read */
} edge_buffer_t;

/* Makes room for `extra` more octets. OK or NO_MEMORY. */
int32_t edge_buffer_reserve(edge_buffer_t *buffer, size_t extra);
/* Appends. OK or NO_MEMORY, with nothing appended. */
int32_t edge_buffer_add(edge_buffer_t *buffer, const void *data, size_t length);
int32_t edge_buffer_add_text(edge_buffer_t *buffer, signet_text_t text);
/* Appends a string literal or other C string. */
int32_t edge_buffer_add_string(edge_buffer_t *buffer, const char *string);
/* Appends a number in decimal digits. */
int32_t edge_buffer_add_number(edge_buffer_t *buffer, uint64_t number);
/* What has not been read. */
size_t edge_buffer_unread(const edge_buffer_t *buffer);
/* Marks octets as read; a buffer read to its end is empty again. */
void edge_buffer_skip(edge_buffer_t *buffer, size_t length);
/* Empties it, overwriting what it held; memory of more than `keep` octets is given back. */
void edge_buffer_clear(edge_buffer_t *buffer, size_t keep);
void edge_buffer_free(edge_buffer_t *buffer);

#endif
