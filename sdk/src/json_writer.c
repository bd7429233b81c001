/* Writing JSON: plain appends. */
#include "buffer_room.h"
#include "json_plain.h"
#include "time_text.h"
#include "utf8.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>
#include <string.h>

signet_json_writer_t signet_json_writer(signet_call_t *call, uint64_t capacity)
{
    return (signet_json_writer_t){.buffer = signet_buffer(call, capacity), .comma = 0};
}

static void add_escaped(signet_buffer_t *buffer, uint8_t octet)
{
    static const char digits[] = "0123456789abcdef";
    char escape[] = {'\\', 'u', '0', '0', digits[octet >> 4], digits[octet & 15]};
    switch (octet) {
    case '"':
    case '\\':
        escape[1] = (char)octet;
        signet_buffer_add(buffer, escape, 2);
        break;
    case '\n':
        signet_buffer_add(buffer, "\\n", 2);
        break;
    case '\r':
        signet_buffer_add(buffer, "\\r", 2);
        break;
    case '\t':
        signet_buffer_add(buffer, "\\t", 2);
        break;
    default:
        signet_buffer_add(buffer, escape, sizeof escape);
    }
}

/* Copies octets up to the first that does not stand for itself; how many these are. */
static uint64_t copy_plain(uint8_t *to, const uint8_t *data, uint64_t length)
{
    uint64_t position = 0;
    while (length - position >= 8 && signet_json_plain_eight(data + position)) {
        memcpy(to + position, data + position, 8);
        position += 8;
    }
    while (position < length && signet_json_plain(data[position])) {
        to[position] = data[position];
        position++;
    }
    return position;
}

/* A text and its closing quote. Runs that need no escape are appended whole; what is not UTF-8
 * becomes U+FFFD, so that the answer stays JSON whatever was stored. */
static void add_runs(signet_buffer_t *buffer, const uint8_t *data, uint64_t length)
{
    uint64_t begin = 0;
    uint64_t position = 0;
    while (position < length) {
        if (length - position >= 8 && signet_json_plain_eight(data + position)) {
            position += 8;
            continue;
        }
        uint8_t octet = data[position];
        if (signet_json_plain(octet)) {
            position++;
            continue;
        }
        uint64_t taken = octet >= 0x80 ? signet_utf8_length(data + position, length - position) : 0;
        if (taken > 0) {
            position += taken;
            continue;
        }
        signet_buffer_add(buffer, data + begin, position - begin);
        if (octet >= 0x80) {
            signet_buffer_add(buffer, "\xef\xbf\xbd", 3);
        } else {
            add_escaped(buffer, octet);
        }
        begin = ++position;
    }
    signet_buffer_add(buffer, data + begin, position - begin);
    signet_buffer_add_byte(buffer, '"');
}

/* A text in quotes. Nearly all are plain to their end. */
static void add_text(signet_buffer_t *buffer, signet_text_t text)
{
    const uint8_t *data = (const uint8_t *)text.data;
    uint8_t *to = signet_buffer_room(buffer, text.length + 2);
    if (to == NULL) {
        return;
    }
    *to++ = '"';
    uint64_t plain = copy_plain(to, data, text.length);
    buffer->length += 1 + plain;
    if (plain == text.length) {
        to[plain] = '"';
        buffer->length++;
        return;
    }
    add_runs(buffer, data + plain, text.length - plain);
}

/* What stands before a value: the comma, and the name inside an object. */
static void prefix(signet_json_writer_t *writer, const char *name)
{
    if (writer->comma) {
        signet_buffer_add_byte(&writer->buffer, ',');
    }
    if (name) {
        add_text(&writer->buffer, signet_text(name));
        signet_buffer_add_byte(&writer->buffer, ':');
    }
    writer->comma = 1;
}

static void begin(signet_json_writer_t *writer, const char *name, uint8_t bracket)
{
    prefix(writer, name);
    signet_buffer_add_byte(&writer->buffer, bracket);
    writer->comma = 0;
}

static void end(signet_json_writer_t *writer, uint8_t bracket)
{
    signet_buffer_add_byte(&writer->buffer, bracket);
    writer->comma = 1;
}

void signet_json_begin_object(signet_json_writer_t *writer, const char *name)
{
    begin(writer, name, '{');
}

void signet_json_end_object(signet_json_writer_t *writer)
{
    end(writer, '}');
}

void signet_json_begin_array(signet_json_writer_t *writer, const char *name)
{
    begin(writer, name, '[');
}

void signet_json_end_array(signet_json_writer_t *writer)
{
    end(writer, ']');
}

void signet_json_text(signet_json_writer_t *writer, const char *name, signet_text_t text)
{
    prefix(writer, name);
    add_text(&writer->buffer, text);
}

void signet_json_member(signet_json_writer_t *writer, signet_text_t name, signet_text_t text)
{
    prefix(writer, NULL);
    add_text(&writer->buffer, name);
    signet_buffer_add_byte(&writer->buffer, ':');
    add_text(&writer->buffer, text);
}

void signet_json_integer(signet_json_writer_t *writer, const char *name, int64_t integer)
{
    char digits[20];
    uint64_t first = sizeof digits;
    /* The magnitude as unsigned, which INT64_MIN has none of as signed. */
    uint64_t left = integer < 0 ? ~(uint64_t)integer + 1 : (uint64_t)integer;
    do {
        digits[--first] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (integer < 0) {
        digits[--first] = '-';
    }
    prefix(writer, name);
    signet_buffer_add(&writer->buffer, digits + first, sizeof digits - first);
}

void signet_json_boolean(signet_json_writer_t *writer, const char *name, int boolean)
{
    prefix(writer, name);
    signet_buffer_add_string(&writer->buffer, boolean ? "true" : "false");
}

void signet_json_time(signet_json_writer_t *writer, const char *name, int64_t time)
{
    char text[SIGNET_TIME_MAX];
    uint64_t length = signet_time_write(time, text);
    prefix(writer, name);
    if (length == 0) {
        signet_buffer_add_string(&writer->buffer, "null");
        return;
    }
    add_text(&writer->buffer, (signet_text_t){text, length});
}

void signet_json_hex(signet_json_writer_t *writer, const char *name, signet_bytes_t bytes)
{
    signet_text_t text = signet_hex(writer->buffer.call, bytes);
    if (!text.data) {
        writer->buffer.failed = 1;
        return;
    }
    prefix(writer, name);
    signet_buffer_add_byte(&writer->buffer, '"');
    signet_buffer_add_text(&writer->buffer, text);
    signet_buffer_add_byte(&writer->buffer, '"');
}

void signet_json_raw(signet_json_writer_t *writer, const char *name, signet_text_t json)
{
    prefix(writer, name);
    signet_buffer_add_text(&writer->buffer, json);
}

int32_t signet_json_finish(const signet_json_writer_t *writer, signet_text_t *text)
{
    return signet_buffer_text(&writer->buffer, text);
}

void signet_json_texts(signet_json_writer_t *writer, const char *name, const signet_text_t *texts,
                       uint64_t count)
{
    signet_json_begin_array(writer, name);
    for (uint64_t i = 0; i < count; i++)
        signet_json_text(writer, NULL, texts[i]);
    signet_json_end_array(writer);
}
