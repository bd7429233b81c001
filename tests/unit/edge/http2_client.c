#include "http2_client.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const client_tls_t plain_tls = {.http2 = 1};

void http2_open(http2_client_t *http2, const char *url, const client_tls_t *tls)
{
    client_tls_t with = tls != NULL ? *tls : plain_tls;

    memset(http2, 0, sizeof(*http2));
    with.http2 = 1;
    http2->keeps_windows = 1;
    http2->goaway = -1;
    http2->client = client_open_as(url, &with);
    ck_assert_ptr_nonnull(http2->client);
    ck_assert_int_eq(nghttp2_hd_inflate_new(&http2->inflater), 0);
    ck_assert(client_send(http2->client, NGHTTP2_CLIENT_MAGIC));
    ck_assert(http2_send(http2, NGHTTP2_SETTINGS, 0, 0, NULL, 0));
}

void http2_close(http2_client_t *http2)
{
    nghttp2_hd_inflate_del(http2->inflater);
    client_close(http2->client);
}

static void put_number(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)(number >> 24);
    at[1] = (uint8_t)(number >> 16);
    at[2] = (uint8_t)(number >> 8);
    at[3] = (uint8_t)number;
}

static uint32_t get_number(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int http2_send(http2_client_t *http2, uint8_t type, uint8_t flags, int32_t stream,
               const void *payload, size_t length)
{
    uint8_t frame[9 + 16384];

    ck_assert_uint_le(length, 16384);
    put_number(frame, (uint32_t)length << 8 | type);
    frame[4] = flags;
    put_number(frame + 5, (uint32_t)stream);
    if (length > 0) {
        memcpy(frame + 9, payload, length);
    }
    return client_send_bytes(http2->client, frame, 9 + length);
}

/* An octet string of HPACK (RFC 7541, 5.2), not in Huffman's code. */
static size_t add_string(uint8_t *block, size_t length, const char *string)
{
    size_t size = strlen(string);

    if (size < 127) {
        block[length++] = (uint8_t)size;
    } else {
        size_t rest = size - 127;

        block[length++] = 127;
        while (rest >= 128) {
            block[length++] = (uint8_t)(rest % 128 + 128);
            rest /= 128;
        }
        block[length++] = (uint8_t)rest;
    }
    memcpy(block + length, string, size);
    return length + size;
}

size_t http2_add_field(uint8_t *block, size_t length, const char *name, const char *value)
{
    block[length++] = 0;
    length = add_string(block, length, name);
    return add_string(block, length, value);
}

size_t http2_begin_block(uint8_t *block, const char *method, const char *path)
{
    size_t length = http2_add_field(block, 0, ":method", method);

    length = http2_add_field(block, length, ":scheme", "https");
    length = http2_add_field(block, length, ":path", path);
    return http2_add_field(block, length, ":authority", "test");
}

int http2_ask(http2_client_t *http2, int32_t stream, const char *method, const char *path,
              int is_complete)
{
    uint8_t block[16384];
    size_t length = http2_begin_block(block, method, path);

    return http2_send(http2, NGHTTP2_HEADERS,
                      (uint8_t)(NGHTTP2_FLAG_END_HEADERS |
                                (is_complete ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE)),
                      stream, block, length);
}

int http2_send_data(http2_client_t *http2, int32_t stream, const void *data, size_t length,
                    int is_last)
{
    return http2_send(http2, NGHTTP2_DATA, is_last ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE,
                      stream, data, length);
}

static void give_room(http2_client_t *http2, int32_t stream, size_t length)
{
    uint8_t more[4];

    put_number(more, (uint32_t)length);
    (void)http2_send(http2, NGHTTP2_WINDOW_UPDATE, 0, 0, more, 4);
    (void)http2_send(http2, NGHTTP2_WINDOW_UPDATE, 0, stream, more, 4);
}

int http2_next(http2_client_t *http2, http2_frame_t *frame)
{
    uint8_t head[9];

    if (!client_read(http2->client, head, sizeof(head))) {
        return 0;
    }
    frame->length = get_number(head) >> 8;
    frame->type = head[3];
    frame->flags = head[4];
    frame->stream = (int32_t)get_number(head + 5);
    ck_assert_uint_le(frame->length, sizeof(frame->payload));
    if (!client_read(http2->client, frame->payload, frame->length)) {
        return 0;
    }
    if (frame->type == NGHTTP2_GOAWAY) {
        http2->goaway = get_number(frame->payload + 4);
    } else if (frame->type == NGHTTP2_SETTINGS && (frame->flags & NGHTTP2_FLAG_ACK) == 0) {
        (void)http2_send(http2, NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, NULL, 0);
    } else if (frame->type == NGHTTP2_DATA && frame->length > 0 && http2->keeps_windows) {
        give_room(http2, frame->stream, frame->length);
    }
    return 1;
}

/* Writes the fields of a block as a head of HTTP/1.1 has them. */
static void read_block(http2_client_t *http2, const http2_frame_t *frame, answer_t *answer)
{
    const uint8_t *at = frame->payload;
    size_t left = frame->length;
    size_t length = 0;
    int flags = 0;

    while ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0) {
        nghttp2_nv field;
        ssize_t used = nghttp2_hd_inflate_hd2(http2->inflater, &field, &flags, at, left, 1);

        ck_assert_int_ge(used, 0);
        at += used;
        left -= (size_t)used;
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
            if (strcmp((const char *)field.name, ":status") == 0) {
                answer->status = (int)strtol((const char *)field.value, NULL, 10);
            }
            length += (size_t)snprintf(answer->head + length, sizeof(answer->head) - length,
                                       "\r\n%s: %s", field.name, field.value);
        }
    }
    (void)snprintf(answer->head + length, sizeof(answer->head) - length, "\r\n");
    (void)nghttp2_hd_inflate_end_headers(http2->inflater);
}

static void add_body(answer_t *answer, const http2_frame_t *frame)
{
    answer->body = realloc(answer->body, answer->length + frame->length + 1);
    ck_assert_ptr_nonnull(answer->body);
    memcpy(answer->body + answer->length, frame->payload, frame->length);
    answer->length += frame->length;
    answer->body[answer->length] = '\0';
}

void http2_receive(http2_client_t *http2, int32_t stream, answer_t *answer, int64_t *code)
{
    static _Thread_local http2_frame_t frame;
    static _Thread_local answer_t others;

    memset(answer, 0, sizeof(*answer));
    answer->body = calloc(1, 1);
    *code = -1;
    while (http2_next(http2, &frame)) {
        int is_ours = frame.stream == stream;

        if (frame.type == NGHTTP2_HEADERS) {
            read_block(http2, &frame, is_ours ? answer : &others);
        } else if (frame.type == NGHTTP2_DATA && is_ours) {
            add_body(answer, &frame);
        } else if (frame.type == NGHTTP2_RST_STREAM && is_ours) {
            *code = get_number(frame.payload);
            answer->status = 0;
            return;
        }
        if (is_ours && (frame.type == NGHTTP2_HEADERS || frame.type == NGHTTP2_DATA) &&
            (frame.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
            return;
        }
    }
    answer->status = 0;
}

int http2_status(http2_client_t *http2, int32_t stream, const char *method, const char *path)
{
    answer_t answer;
    int64_t code;

    ck_assert(http2_ask(http2, stream, method, path, 1));
    http2_receive(http2, stream, &answer, &code);
    answer_free(&answer);
    return answer.status > 0 ? answer.status : -(int)code;
}

int64_t http2_await_end(http2_client_t *http2)
{
    static _Thread_local http2_frame_t frame;

    while (http2_next(http2, &frame)) {
    }
    return http2->goaway;
}
