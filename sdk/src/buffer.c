/* A buffer in the arena that grows. */
#include "buffer_room.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SMALLEST 64U

signet_buffer_t signet_buffer(signet_call_t *call, uint64_t capacity)
{
    signet_buffer_t buffer = {.call = call};
    if (capacity > 0) {
        buffer.data = signet_alloc(call, capacity, 1);
        buffer.capacity = buffer.data ? capacity : 0;
        buffer.failed = !buffer.data;
    }
    return buffer;
}

/* Moves to where there is room for `length` more octets. The arena does not free, so the outgrown
 * memory stays until the call ends; doubling keeps that within the final size. */
static int grow(signet_buffer_t *buffer, uint64_t length)
{
    uint64_t needed = buffer->length + length;
    uint64_t capacity = buffer->capacity > SMALLEST ? buffer->capacity : SMALLEST;
    while (capacity < needed && capacity <= UINT64_MAX / 2) {
        capacity *= 2;
    }
    uint8_t *data = NULL;
    if (needed >= length && capacity >= needed) {
        data = signet_alloc(buffer->call, capacity, 1);
    } else {
        signet_fail_memory(buffer->call);
    }
    if (!data) {
        buffer->failed = 1;
        return 0;
    }
    if (buffer->length > 0) {
        memcpy(data, buffer->data, buffer->length);
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return 1;
}

static inline int reserve(signet_buffer_t *buffer, uint64_t length)
{
    if (buffer->failed) {
        return 0;
    }
    return length <= buffer->capacity - buffer->length || grow(buffer, length);
}

uint8_t *signet_buffer_room(signet_buffer_t *buffer, uint64_t length)
{
    return reserve(buffer, length) ? buffer->data + buffer->length : NULL;
}

void signet_buffer_add(signet_buffer_t *buffer, const void *data, uint64_t length)
{
    if (length > 0 && reserve(buffer, length)) {
        memcpy(buffer->data + buffer->length, data, length);
        buffer->length += length;
    }
}

void signet_buffer_add_text(signet_buffer_t *buffer, signet_text_t text)
{
    signet_buffer_add(buffer, text.data, text.length);
}

void signet_buffer_add_string(signet_buffer_t *buffer, const char *string)
{
    signet_buffer_add(buffer, string, strlen(string));
}

void signet_buffer_add_byte(signet_buffer_t *buffer, uint8_t byte)
{
    if (reserve(buffer, 1)) {
        buffer->data[buffer->length++] = byte;
    }
}

void signet_buffer_format(signet_buffer_t *buffer, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    /* What fits in the room at hand is formatted once. */
    uint64_t room = buffer->failed ? 0 : buffer->capacity - buffer->length;
    int length =
        vsnprintf(room > 0 ? (char *)buffer->data + buffer->length : NULL, room, format, arguments);
    if (length < 0) {
        signet_fail_memory(buffer->call);
        buffer->failed = 1;
    } else if ((uint64_t)length < room) {
        buffer->length += (uint64_t)length;
    } else if (reserve(buffer, (uint64_t)length + 1)) {
        /* The NUL that vsnprintf puts last is room, not content. */
        vsnprintf((char *)buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (uint64_t)length;
    }
    va_end(again);
    va_end(arguments);
}

int32_t signet_buffer_bytes(const signet_buffer_t *buffer, signet_bytes_t *bytes)
{
    if (buffer->failed) {
        *bytes = (signet_bytes_t){NULL, 0};
        return SIGNET_NO_MEMORY;
    }
    *bytes = (signet_bytes_t){buffer->data, buffer->length};
    return SIGNET_OK;
}

int32_t signet_buffer_text(const signet_buffer_t *buffer, signet_text_t *text)
{
    signet_bytes_t bytes;
    int32_t status = signet_buffer_bytes(buffer, &bytes);
    *text = signet_bytes_text(bytes);
    return status;
}
