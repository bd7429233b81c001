#include "edge/response.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define EDGE_RESPONSE_OWN_FIELDS 5U /* the status and those that the host adds */

static const struct {
    uint32_t status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *edge_response_phrase(uint32_t status)
{
    size_t i;

    for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "Other";
}

/* The value of the Date header, made anew once a second on each thread. */
static signet_text_t date_now(void)
{
    static _Thread_local time_t made_for;
    static _Thread_local char text[48];
    static _Thread_local size_t length;
    time_t now = time(NULL);

    if (now != made_for) {
        struct tm utc;

        (void)gmtime_r(&now, &utc);
        length = strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc);
        made_for = now;
    }
    return (signet_text_t){text, length};
}

/* One header, for which the caller has reserved memory. */
static void add_header(edge_buffer_t *out, signet_text_t name, signet_text_t value, uint32_t flags)
{
    if ((flags & EDGE_RESPONSE_FIELDS) != 0) {
        char *at = out->data + out->length;
        uint64_t i;

        for (i = 0; i < name.length; i++) {
            char octet = name.data[i];

            at[i] = (char)(octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet);
        }
        out->length += name.length;
        (void)edge_buffer_add(out, "", 1);
        (void)edge_buffer_add_text(out, value);
        (void)edge_buffer_add(out, "", 1);
    } else {
        (void)edge_buffer_add_text(out, name);
        (void)edge_buffer_add(out, ": ", 2);
        (void)edge_buffer_add_text(out, value);
        (void)edge_buffer_add(out, "\r\n", 2);
    }
}

static int name_is(const signet_pair_t *pair, const char *name)
{
    return pair->name.length == strlen(name) &&
           strncasecmp(pair->name.data, name, pair->name.length) == 0;
}

/* A header that could end its line, or begin another one, is never sent. */
static int can_be_sent(const signet_pair_t *pair)
{
    static const char separators[] = "()<>@,;:\\\"/[]?={} \t";
    uint64_t i;

    for (i = 0; i < pair->name.length; i++) {
        char octet = pair->name.data[i];

        if (octet <= ' ' || octet == 0x7F || strchr(separators, octet) != NULL) {
            return 0;
        }
    }
    for (i = 0; i < pair->value.length; i++) {
        char octet = pair->value.data[i];

        if (((unsigned char)octet < ' ' && octet != '\t') || octet == 0x7F) {
            return 0;
        }
    }
    return pair->name.length > 0;
}

static int is_of_the_host(const signet_pair_t *pair)
{
    return name_is(pair, "content-length") || name_is(pair, "date") ||
           name_is(pair, "connection") || name_is(pair, "transfer-encoding");
}

static int32_t write_headers(edge_buffer_t *out, const signet_response_t *response, uint32_t flags)
{
    int cache_control = 0;
    int32_t status = SIGNET_OK;
    uint64_t i;

    for (i = 0; i < response->header_count && status == SIGNET_OK; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, response->headers, i);

        if (!can_be_sent(pair)) {
            return SIGNET_INVALID;
        }
        if (is_of_the_host(pair)) {
            continue;
        }
        cache_control |= name_is(pair, "cache-control");
        status = edge_buffer_reserve(out, pair->name.length + pair->value.length + 4);
        if (status == SIGNET_OK) {
            add_header(out, pair->name, pair->value, flags);
        }
    }
    if (status == SIGNET_OK) {
        status = edge_buffer_reserve(out, 256 + response->body.length + 32);
    }
    if (status == SIGNET_OK && !cache_control) {
        add_header(out, SIGNET_TEXT("Cache-Control"), SIGNET_TEXT("no-store"), flags);
    }
    return status;
}

/* Everything here fits into memory that the caller has reserved. */
static void write_framing(edge_buffer_t *out, const signet_response_t *response, uint32_t flags)
{
    int fields = (flags & EDGE_RESPONSE_FIELDS) != 0;
    char digits[24];

    add_header(out, SIGNET_TEXT("Date"), date_now(), flags);
    add_header(out, SIGNET_TEXT("X-Content-Type-Options"), SIGNET_TEXT("nosniff"), flags);
    if ((flags & EDGE_RESPONSE_CHUNKED) != 0) {
        add_header(out, SIGNET_TEXT("Transfer-Encoding"), SIGNET_TEXT("chunked"), flags);
    } else if ((flags & EDGE_RESPONSE_OPEN) == 0 && response->status != 204 &&
               response->status != 304) {
        int length =
            snprintf(digits, sizeof(digits), "%llu", (unsigned long long)response->body.length);

        add_header(out, SIGNET_TEXT("Content-Length"), (signet_text_t){digits, (uint64_t)length},
                   flags);
    }
    if (!fields && (flags & (EDGE_RESPONSE_CLOSE | EDGE_RESPONSE_OPEN)) != 0) {
        add_header(out, SIGNET_TEXT("Connection"), SIGNET_TEXT("close"), flags);
    }
    (void)edge_buffer_add(out, fields ? "" : "\r\n", fields ? 1 : 2);
}

/* Everything here fits into memory that the caller has reserved. */
static void write_status(edge_buffer_t *out, uint32_t status, uint32_t flags)
{
    int fields = (flags & EDGE_RESPONSE_FIELDS) != 0;

    (void)edge_buffer_add(out, fields ? ":status" : "HTTP/1.1 ", fields ? 8 : 9);
    (void)edge_buffer_add_number(out, status);
    (void)edge_buffer_add(out, fields ? "" : " ", 1);
    if (!fields) {
        (void)edge_buffer_add_string(out, edge_response_phrase(status));
        (void)edge_buffer_add(out, "\r\n", 2);
    }
}

int32_t edge_response_write(edge_buffer_t *out, const signet_response_t *response, uint32_t flags)
{
    int32_t status;

    if (response->status < 200 || response->status > 599 ||
        ((flags & EDGE_RESPONSE_FIELDS) != 0 &&
         response->header_count > EDGE_RESPONSE_FIELD_COUNT - EDGE_RESPONSE_OWN_FIELDS)) {
        return SIGNET_INVALID;
    }
    status = edge_buffer_reserve(out, 512);
    if (status != SIGNET_OK) {
        return status;
    }
    write_status(out, response->status, flags);
    status = write_headers(out, response, flags);
    if (status != SIGNET_OK) {
        return status;
    }
    write_framing(out, response, flags);
    if ((flags & EDGE_RESPONSE_HEAD) != 0 || response->status == 204 || response->status == 304) {
        return SIGNET_OK;
    }
    if ((flags & EDGE_RESPONSE_CHUNKED) != 0) {
        return edge_response_write_chunk(out, response->body);
    }
    return edge_buffer_add(out, response->body.data, response->body.length);
}

int32_t edge_response_write_chunk(edge_buffer_t *out, signet_bytes_t piece)
{
    char size[24];
    int length;

    if (piece.length == 0) {
        return SIGNET_OK;
    }
    if (edge_buffer_reserve(out, piece.length + sizeof(size) + 2) != SIGNET_OK) {
        return SIGNET_NO_MEMORY;
    }
    length = snprintf(size, sizeof(size), "%llx\r\n", (unsigned long long)piece.length);
    (void)edge_buffer_add(out, size, (size_t)length);
    (void)edge_buffer_add(out, piece.data, piece.length);
    return edge_buffer_add(out, "\r\n", 2);
}
