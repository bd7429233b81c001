#include "core/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* Room for a line of the access log. */
#define FIRST_OCTETS 512U

static int reserve(core_buffer_t *buffer, size_t more)
{
    if (buffer->failed)
        return 0;
    if (buffer->capacity - buffer->length > more)
        return 1;
    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_OCTETS;
    while (capacity - buffer->length <= more) {
        if (capacity > SIZE_MAX / 2) {
            buffer->failed = 1;
            return 0;
        }
        capacity *= 2;
    }
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = 1;
        return 0;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return 1;
}

void core_buffer_add(core_buffer_t *buffer, const char *data, size_t length)
{
    if (!reserve(buffer, length))
        return;
    if (length)
        memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void core_buffer_string(core_buffer_t *buffer, const char *string)
{
    core_buffer_add(buffer, string, strlen(string));
}

void core_buffer_format(core_buffer_t *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* What fits in the room at hand is formatted once. */
    size_t room = reserve(buffer, 64) ? buffer->capacity - buffer->length : 0;
    int length = room ? vsnprintf(buffer->data + buffer->length, room, format, arguments) : -1;
    va_end(arguments);
    if (length < 0 || !reserve(buffer, (size_t)length)) {
        buffer->failed = 1;
        return;
    }
    if ((size_t)length >= room) {
        va_start(arguments, format);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    buffer->length += (size_t)length;
}

/* Characters that change how a line looks without being seen: controls, separators, and those that
 * reorder text. */
static int is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
}

/* How many octets from `at` on are printable ASCII that stands for itself, in a line and in JSON.
 * Nearly every line consists of such runs alone. */
static size_t plain_run(signet_text_t text, uint64_t at)
{
    uint64_t end = at;
    while (end < text.length && text.data[end] >= ' ' && text.data[end] < 0x7f &&
           text.data[end] != '"' && text.data[end] != '\\')
        end++;
    return (size_t)(end - at);
}

void core_buffer_json(core_buffer_t *buffer, signet_text_t text)
{
    const unsigned char *data = (const unsigned char *)text.data;
    for (uint64_t at = 0; at < text.length;) {
        size_t run = plain_run(text, at);
        if (run) {
            core_buffer_add(buffer, text.data + at, run);
            at += run;
            continue;
        }
        uint32_t point = 0;
        size_t length = core_text_utf8(data + at, (size_t)(text.length - at), &point);
        if (length == 0)
            core_buffer_string(buffer, "\\ufffd");
        else if (point == '"' || point == '\\')
            core_buffer_format(buffer, "\\%c", (int)point);
        else if (point == '\n')
            core_buffer_string(buffer, "\\n");
        else if (is_control(point))
            core_buffer_format(buffer, "\\u%04x", (unsigned)point);
        else
            core_buffer_add(buffer, text.data + at, length);
        at += length ? length : 1;
    }
}

void core_buffer_plain(core_buffer_t *buffer, signet_text_t text)
{
    const unsigned char *data = (const unsigned char *)text.data;
    for (uint64_t at = 0; at < text.length;) {
        size_t run = plain_run(text, at);
        if (run) {
            core_buffer_add(buffer, text.data + at, run);
            at += run;
            continue;
        }
        uint32_t point = 0;
        size_t length = core_text_utf8(data + at, (size_t)(text.length - at), &point);
        size_t taken = length ? length : 1;
        if (length && !is_control(point))
            core_buffer_add(buffer, text.data + at, length);
        else
            for (size_t index = 0; index < taken; index++)
                core_buffer_format(buffer, "\\x%02x", (unsigned)data[at + index]);
        at += taken;
    }
}

signet_text_t core_buffer_text(const core_buffer_t *buffer)
{
    signet_text_t text = {NULL, 0};
    if (!buffer->failed && buffer->data) {
        text.data = buffer->data;
        text.length = buffer->length;
    }
    return text;
}

void core_buffer_free(core_buffer_t *buffer)
{
    free(buffer->data);
    *buffer = (core_buffer_t){0};
}
