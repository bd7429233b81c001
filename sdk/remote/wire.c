#include "wire.h"

#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 512U

/* Room for `length` more octets. realloc would leave a copy of secrets behind. */
static int make_room(remote_writer_t *writer, uint64_t length)
{
    if (writer->failed)
        return 0;
    if (length <= writer->capacity - writer->length)
        return 1;
    uint64_t capacity = writer->capacity ? writer->capacity : FIRST_CAPACITY;
    while (capacity - writer->length < length && capacity < UINT64_MAX / 4)
        capacity *= 2;
    uint8_t *data = capacity - writer->length < length ? NULL : malloc(capacity);
    if (!data) {
        writer->failed = 1;
        return 0;
    }
    if (writer->data) {
        memcpy(data, writer->data, writer->length);
        signet_wipe(writer->data, writer->length);
        free(writer->data);
    }
    writer->data = data;
    writer->capacity = capacity;
    return 1;
}

void remote_write(remote_writer_t *writer, const void *data, uint64_t length)
{
    if (!make_room(writer, length) || length == 0)
        return;
    memcpy(writer->data + writer->length, data, length);
    writer->length += length;
}

static void write_number(remote_writer_t *writer, uint64_t number, unsigned octets)
{
    uint8_t data[8];
    for (unsigned at = 0; at < octets; at++)
        data[at] = (uint8_t)(number >> (8 * at));
    remote_write(writer, data, octets);
}

void remote_write_u8(remote_writer_t *writer, uint8_t number)
{
    write_number(writer, number, 1);
}

void remote_write_u32(remote_writer_t *writer, uint32_t number)
{
    write_number(writer, number, 4);
}

void remote_write_u64(remote_writer_t *writer, uint64_t number)
{
    write_number(writer, number, 8);
}

void remote_write_text(remote_writer_t *writer, signet_text_t text)
{
    remote_write_u64(writer, text.length);
    remote_write(writer, text.data, text.length);
}

void remote_write_bytes(remote_writer_t *writer, signet_bytes_t bytes)
{
    remote_write_u64(writer, bytes.length);
    remote_write(writer, bytes.data, bytes.length);
}

void remote_writer_free(remote_writer_t *writer)
{
    if (writer->data)
        signet_wipe(writer->data, writer->length);
    free(writer->data);
    *writer = (remote_writer_t){.data = NULL};
}

remote_reader_t remote_reader(signet_bytes_t message)
{
    return (remote_reader_t){.at = message.data, .left = message.length};
}

/* The next `octets` octets, or NULL. */
static const uint8_t *take(remote_reader_t *reader, uint64_t octets)
{
    if (reader->failed || reader->left < octets) {
        reader->failed = 1;
        return NULL;
    }
    const uint8_t *taken = reader->at;
    reader->at += octets;
    reader->left -= octets;
    return taken;
}

static uint64_t read_number(remote_reader_t *reader, unsigned octets)
{
    const uint8_t *data = take(reader, octets);
    uint64_t number = 0;
    for (unsigned at = octets; data && at-- > 0;)
        number = number << 8 | data[at];
    return number;
}

uint8_t remote_read_u8(remote_reader_t *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint32_t remote_read_u32(remote_reader_t *reader)
{
    return (uint32_t)read_number(reader, 4);
}

uint64_t remote_read_u64(remote_reader_t *reader)
{
    return read_number(reader, 8);
}

signet_bytes_t remote_read_bytes(remote_reader_t *reader)
{
    uint64_t length = remote_read_u64(reader);
    const uint8_t *data = take(reader, length);
    return data && length ? (signet_bytes_t){data, length} : (signet_bytes_t){NULL, 0};
}

signet_text_t remote_read_text(remote_reader_t *reader)
{
    signet_text_t text = signet_bytes_text(remote_read_bytes(reader));
    if (signet_text_valid(text))
        return text;
    reader->failed = 1;
    return (signet_text_t){NULL, 0};
}

uint64_t remote_read_count(remote_reader_t *reader, uint64_t octets)
{
    uint64_t count = remote_read_u64(reader);
    if (!reader->failed && count <= reader->left / octets)
        return count;
    reader->failed = 1;
    return 0;
}

int remote_reader_done(const remote_reader_t *reader)
{
    return !reader->failed && reader->left == 0;
}
