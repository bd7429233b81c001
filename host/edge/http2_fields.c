#include "edge/http2_fields.h"

#include <string.h>
#include <strings.h>

#define FIELD_COST 32U /* octets that a field counts beside its own (RFC 9113, 10.5.1) */

static int fail(edge_http_t *http, uint32_t status, const char *reason, const char *why)
{
    http->status = status;
    http->reason = reason;
    http->why = why;
    return EDGE_HTTP_FAILED;
}

static int is_named(const signet_pair_t *pair, const char *name)
{
    return pair->name.length == strlen(name) &&
           memcmp(pair->name.data, name, pair->name.length) == 0;
}

void edge_http2_keep_field(edge_http_t *http, signet_text_t name, signet_text_t value,
                           uint64_t limit)
{
    signet_pair_t *pair = &http->headers[http->header_count];

    if (http->status != 0) {
        return;
    }
    http->scanned += name.length + value.length + FIELD_COST;
    if (http->header_count == EDGE_HEADERS || http->scanned > limit) {
        (void)fail(http, 431, "http.headers-too-large",
                   "The headers of the request are too large.");
        return;
    }
    if (edge_buffer_reserve(&http->head, name.length + value.length) != SIGNET_OK) {
        (void)fail(http, 503, "host.no-memory", "The server has no memory left.");
        return;
    }
    (void)edge_buffer_add_text(&http->head, name);
    (void)edge_buffer_add_text(&http->head, value);
    /* Where they lie is settled once the head no longer moves. */
    pair->size = sizeof(*pair);
    pair->reserved = 0;
    pair->name = (signet_text_t){NULL, name.length};
    pair->value = (signet_text_t){NULL, value.length};
    http->header_count++;
}

static void settle_texts(edge_http_t *http)
{
    char *at = http->head.data;
    uint64_t i;

    for (i = 0; i < http->header_count; i++) {
        signet_pair_t *pair = &http->headers[i];

        pair->name.data = at;
        at += pair->name.length;
        pair->value.data = at;
        at += pair->value.length;
    }
}

/* Takes method and target out of the headers, and makes the authority the Host header. */
static void take_pseudo_fields(edge_http_t *http)
{
    uint64_t kept = 0;
    uint64_t i;

    for (i = 0; i < http->header_count; i++) {
        signet_pair_t pair = http->headers[i];

        if (is_named(&pair, ":method")) {
            http->method = pair.value;
        } else if (is_named(&pair, ":path")) {
            http->target = http->head.data + (pair.value.data - http->head.data);
            http->target_length = pair.value.length;
        } else if (is_named(&pair, ":authority")) {
            pair.name = SIGNET_TEXT("host");
            http->headers[kept++] = pair;
        } else if (pair.name.length == 0 || pair.name.data[0] != ':') {
            http->headers[kept++] = pair;
        }
    }
    http->header_count = kept;
}

/* A Host header beside the authority says the same, or there is no telling who is meant. */
static int join_hosts(edge_http_t *http)
{
    uint64_t first = http->header_count;
    uint64_t kept = 0;
    uint64_t i;

    for (i = 0; i < http->header_count; i++) {
        const signet_pair_t *pair = &http->headers[i];

        if (is_named(pair, "host")) {
            if (first == http->header_count) {
                first = kept;
            } else if (pair->value.length != http->headers[first].value.length ||
                       strncasecmp(pair->value.data, http->headers[first].value.data,
                                   pair->value.length) != 0) {
                return fail(http, 400, "http.malformed", "The request names its host in two ways.");
            } else {
                continue;
            }
        }
        http->headers[kept++] = *pair;
    }
    http->header_count = kept;
    return EDGE_HTTP_DONE;
}

/* The length that the body is to have; digits alone, as the library has checked. */
static uint64_t announced_length(const edge_http_t *http)
{
    uint64_t length = 0;
    uint64_t i;
    uint64_t at;

    for (i = 0; i < http->header_count; i++) {
        const signet_pair_t *pair = &http->headers[i];

        for (at = 0; is_named(pair, "content-length") && at < pair->value.length; at++) {
            if (length > UINT64_MAX / 10 - 1) {
                return UINT64_MAX;
            }
            length = length * 10 + (uint64_t)(pair->value.data[at] - '0');
        }
    }
    return length;
}

int edge_http2_end_fields(edge_http_t *http, int has_body)
{
    settle_texts(http);
    take_pseudo_fields(http);
    if (http->status != 0 || join_hosts(http) == EDGE_HTTP_FAILED) {
        return EDGE_HTTP_FAILED;
    }
    http->keep_alive = 1;
    http->content_length = announced_length(http);
    if (has_body && http->content_length == 0) {
        /* Its length shows at its end. */
        http->chunked = 1;
    }
    return edge_http_check_head(http);
}

size_t edge_http2_take_head(edge_buffer_t *answer,
                            nghttp2_nv fields[static EDGE_RESPONSE_FIELD_COUNT])
{
    char *at = answer->data + answer->offset;
    size_t count = 0;

    while (*at != '\0' && count < EDGE_RESPONSE_FIELD_COUNT) {
        nghttp2_nv *field = &fields[count++];

        field->flags = NGHTTP2_NV_FLAG_NONE;
        field->name = (uint8_t *)at;
        field->namelen = strlen(at);
        at += field->namelen + 1;
        field->value = (uint8_t *)at;
        field->valuelen = strlen(at);
        at += field->valuelen + 1;
    }
    answer->offset = (size_t)(at + 1 - answer->data);
    return count;
}
