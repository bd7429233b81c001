#include "edge/buffer.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_SMALLEST 1024U

int32_t edge_buffer_reserve(edge_buffer_t *buffer, size_t extra)
{
    size_t capacity = buffer->capacity < BUFFER_SMALLEST ? BUFFER_SMALLEST : buffer->capacity;
    char *data;

    if (buffer->capacity - buffer->length >= extra) {
        return SIGNET_OK;
    }
    if (extra > SIZE_MAX / 4 - buffer->length) {
        return SIGNET_NO_MEMORY;
    }
    while (capacity - buffer->length < extra) {
        capacity *= 2;
    }
    data = malloc(capacity);
    if (data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    /* Not realloc: the old memory may hold a credential and is overwritten. */
    if (buffer->length > 0) {
        memcpy(data, buffer->data, buffer->length);
        explicit_bzero(buffer->data, buffer->length);
    }
    free(buffer->data);
    buffer->data = data;
    buffer->capacity = capacity;
    return SIGNET_OK;
}

int32_t edge_buffer_add(edge_buffer_t *buffer, const void *data, size_t length)
{
    int32_t status = edge_buffer_reserve(buffer, length);

    if (status == SIGNET_OK && length > 0) {
        memcpy(buffer->data + buffer->length, data, length);
        buffer->length += length;
    }
    return status;
}

int32_t edge_buffer_add_text(edge_buffer_t *buffer, signet_text_t text)
{
    return edge_buffer_add(buffer, text.data, text.length);
}

int32_t edge_buffer_add_string(edge_buffer_t *buffer, const char *string)
{
    return edge_buffer_add(buffer, string, strlen(string));
}

int32_t edge_buffer_add_number(edge_buffer_t *buffer, uint64_t number)
{
    char digits[20];
    size_t first = sizeof(digits);

    do {
        first--;
        digits[first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return edge_buffer_add(buffer, digits + first, sizeof(digits) - first);
}

size_t edge_buffer_unread(const edge_buffer_t *buffer)
{
    return buffer->length - buffer->offset;
}

void edge_buffer_skip(edge_buffer_t *buffer, size_t length)
{
    buffer->offset += length;
    if (buffer->offset >= buffer->length) {
        buffer->offset = 0;
        buffer->length = 0;
    }
}

void edge_buffer_clear(edge_buffer_t *buffer, size_t keep)
{
    if (buffer->length > 0) {
        explicit_bzero(buffer->data, buffer->length);
    }
    buffer->length = 0;
    buffer->offset = 0;
    if (buffer->capacity > keep) {
        free(buffer->data);
        buffer->data = NULL;
        buffer->capacity = 0;
    }
}

void edge_buffer_free(edge_buffer_t *buffer)
{
    edge_buffer_clear(buffer, 0);
    free(buffer->data);
    buffer->data = NULL;
    buffer->capacity = 0;
}
