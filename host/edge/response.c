#include "edge/response.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

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

/* The Date header's line, made anew once a second on each thread. */
static const char *date_line(void)
{
    static _Thread_local time_t made_for;
    static _Thread_local char line[48];
    time_t now = time(NULL);

    if (now != made_for) {
        struct tm utc;

        (void)gmtime_r(&now, &utc);
        (void)strftime(line, sizeof(line), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
        made_for = now;
    }
    return line;
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

static int32_t write_headers(edge_buffer_t *out, const signet_response_t *response)
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
            (void)edge_buffer_add_text(out, pair->name);
            (void)edge_buffer_add(out, ": ", 2);
            (void)edge_buffer_add_text(out, pair->value);
            (void)edge_buffer_add(out, "\r\n", 2);
        }
    }
    if (status == SIGNET_OK && !cache_control) {
        status = edge_buffer_add_string(out, "Cache-Control: no-store\r\n");
    }
    return status;
}

/* Everything here fits into memory that the caller has reserved. */
static void write_framing(edge_buffer_t *out, const signet_response_t *response, uint32_t flags)
{
    (void)edge_buffer_add_string(out, date_line());
    (void)edge_buffer_add_string(out, "X-Content-Type-Options: nosniff\r\n");
    if ((flags & EDGE_RESPONSE_CHUNKED) != 0) {
        (void)edge_buffer_add_string(out, "Transfer-Encoding: chunked\r\n");
    } else if ((flags & EDGE_RESPONSE_OPEN) == 0 && response->status != 204 &&
               response->status != 304) {
        (void)edge_buffer_add_string(out, "Content-Length: ");
        (void)edge_buffer_add_number(out, response->body.length);
        (void)edge_buffer_add(out, "\r\n", 2);
    }
    if ((flags & (EDGE_RESPONSE_CLOSE | EDGE_RESPONSE_OPEN)) != 0) {
        (void)edge_buffer_add_string(out, "Connection: close\r\n");
    }
    (void)edge_buffer_add(out, "\r\n", 2);
}

int32_t edge_response_write(edge_buffer_t *out, const signet_response_t *response, uint32_t flags)
{
    const char *phrase = edge_response_phrase(response->status);
    int32_t status;

    if (response->status < 200 || response->status > 599) {
        return SIGNET_INVALID;
    }
    status = edge_buffer_reserve(out, 512);
    if (status != SIGNET_OK) {
        return status;
    }
    (void)edge_buffer_add_string(out, "HTTP/1.1 ");
    (void)edge_buffer_add_number(out, response->status);
    (void)edge_buffer_add(out, " ", 1);
    (void)edge_buffer_add_string(out, phrase);
    (void)edge_buffer_add(out, "\r\n", 2);
    status = write_headers(out, response);
    if (status == SIGNET_OK) {
        status = edge_buffer_reserve(out, 256 + response->body.length + 32);
    }
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
