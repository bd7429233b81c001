#include "edge/http.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define HEAD_KEEP 4096U          /* memory kept from one request to the next */
#define FRAMING_ALLOWANCE 16384U /* chunk sizes, extensions and trailers beside small chunks */
#define FRAMING_RATIO 8U         /* octets of framing for each octet of body, at most */

static int fail(edge_http_t *http, uint32_t status, const char *reason, const char *why)
{
    http->status = status;
    http->reason = reason;
    http->why = why;
    return EDGE_HTTP_FAILED;
}

static int malformed(edge_http_t *http, const char *why)
{
    return fail(http, 400, "http.malformed", why);
}

void edge_http_reset(edge_http_t *http)
{
    edge_buffer_t head = http->head;

    edge_buffer_clear(&head, HEAD_KEEP);
    memset(http, 0, offsetof(edge_http_t, headers));
    http->header_count = 0;
    http->status = 0;
    http->head = head;
}

void edge_http_free(edge_http_t *http)
{
    edge_buffer_free(&http->head);
}

static int equals(signet_text_t text, const char *word)
{
    return text.length == strlen(word) && strncasecmp(text.data, word, text.length) == 0;
}

/* Checks a line of the head, whose end is at `end`. */
static int check_line(edge_http_t *http, size_t end)
{
    const char *line = http->head.data + http->line_start;

    if (http->line_start == 0) {
        return http->spaces == 2
                   ? EDGE_HTTP_MORE
                   : malformed(http, "The request line is not METHOD TARGET VERSION.");
    }
    if (end > http->line_start && (line[0] == ' ' || line[0] == '\t')) {
        return malformed(http, "A header is folded over several lines.");
    }
    if (end > http->line_start && line[0] == ':') {
        return malformed(http, "A header has no name.");
    }
    return EDGE_HTTP_MORE;
}

/* Checks what came since the last time, octet by octet. DONE at the empty line that ends the head;
 * `*used` then is how far the head goes. */
static int scan(edge_http_t *http, size_t *used)
{
    const char *data = http->head.data;
    size_t i;

    for (i = http->scanned; i < http->head.length; i++) {
        char octet = data[i];

        if (octet == '\n') {
            if (i == 0 || data[i - 1] != '\r') {
                return malformed(http, "A line of the head does not end with CR LF.");
            }
            if (check_line(http, i - 1) != EDGE_HTTP_MORE) {
                return EDGE_HTTP_FAILED;
            }
            if (i - 1 == http->line_start) {
                *used = i + 1;
                return EDGE_HTTP_DONE;
            }
            http->line_start = i + 1;
        } else if (i > 0 && data[i - 1] == '\r') {
            return malformed(http, "The head holds a CR that ends no line.");
        } else if ((unsigned char)octet < ' ' && octet != '\r' && octet != '\t') {
            return malformed(http, "The head holds a control character.");
        } else if (octet == ' ' && http->line_start == 0) {
            http->spaces++;
        }
    }
    http->scanned = i;
    return EDGE_HTTP_MORE;
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
    edge_http_t *http = parser->data;

    http->target = http->head.data + (at - http->head.data);
    http->target_length = length;
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t length)
{
    edge_http_t *http = parser->data;
    char *name = http->head.data + (at - http->head.data);
    signet_pair_t *pair = &http->headers[http->header_count];
    size_t i;

    if (http->header_count == EDGE_HEADERS) {
        (void)fail(http, 431, "http.headers-too-large", "The request has too many headers.");
        return -1;
    }
    for (i = 0; i < length; i++) {
        if (name[i] >= 'A' && name[i] <= 'Z') {
            name[i] = (char)(name[i] | 0x20);
        }
    }
    pair->size = sizeof(*pair);
    pair->reserved = 0;
    pair->name = (signet_text_t){name, length};
    pair->value = (signet_text_t){NULL, 0};
    http->header_count++;
    return 0;
}

/* Keeps what the host itself must know of a header. */
static void notice_header(edge_http_t *http, const signet_pair_t *pair)
{
    switch (pair->name.length) {
    case 4:
        http->hosts += equals(pair->name, "host") ? 1U : 0U;
        break;
    case 6:
        if (equals(pair->name, "expect")) {
            http->expects_continue = equals(pair->value, "100-continue") ? 1 : -1;
        }
        break;
    case 11:
        if (equals(pair->name, "traceparent")) {
            http->traceparent = pair->value;
        }
        break;
    case 13:
        if (equals(pair->name, "authorization")) {
            http->authorization = pair->value;
        }
        break;
    case 14:
        http->lengths += equals(pair->name, "content-length") ? 1U : 0U;
        break;
    case 16:
        if (equals(pair->name, "content-encoding")) {
            http->content_encoding = pair->value;
        }
        break;
    case 17:
        if (equals(pair->name, "transfer-encoding")) {
            http->codings++;
            http->chunked = equals(pair->value, "chunked");
        }
        break;
    default:
        break;
    }
}

static int on_header_value(llhttp_t *parser, const char *at, size_t length)
{
    edge_http_t *http = parser->data;

    if (http->header_count == 0) {
        return 0;
    }
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t')) {
        length--;
    }
    http->headers[http->header_count - 1].value = (signet_text_t){at, length};
    return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    edge_http_t *http = parser->data;

    http->keep_alive = llhttp_should_keep_alive(parser) && parser->http_minor > 0;
    http->content_length = (parser->flags & F_CONTENT_LENGTH) != 0 ? parser->content_length : 0;
    /* An upgrade that is offered is not taken: the request is served as it stands. */
    parser->upgrade = 0;
    http->has_head = 1;
    return 0;
}

static int on_message_complete(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static const llhttp_settings_t parser_settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_message_complete = on_message_complete,
};

/* Whether the request begins with a method as RFC 9110 writes one, known or not. */
static int begins_with_method(const edge_http_t *http)
{
    size_t i = 0;

    while (i < http->head.length && ((http->head.data[i] >= 'A' && http->head.data[i] <= 'Z') ||
                                     (http->head.data[i] == '-' && i > 0))) {
        i++;
    }
    return i > 0 && i < http->head.length && http->head.data[i] == ' ';
}

static int refuse(edge_http_t *http, llhttp_errno_t error)
{
    if (http->status != 0) {
        return EDGE_HTTP_FAILED;
    }
    /* The preface of HTTP/2, whose second half is behind its head. */
    if (error == HPE_OK && http->parser.method == HTTP_PRI) {
        error = HPE_PAUSED_H2_UPGRADE;
    }
    switch (error) {
    case HPE_INVALID_METHOD:
        if (begins_with_method(http)) {
            return fail(http, 501, "http.method-unknown", "The method is not known.");
        }
        return malformed(http, "This is not an HTTP request.");
    case HPE_INVALID_VERSION:
    case HPE_PAUSED_H2_UPGRADE:
        return fail(http, 505, "http.version-unsupported", "The version of HTTP is not supported.");
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_UNEXPECTED_CONTENT_LENGTH:
    case HPE_INVALID_TRANSFER_ENCODING:
        return malformed(http, "The length of the body is not clear.");
    default:
        return malformed(http, "The request is malformed.");
    }
}

/* A name as RFC 9110, 5.6.2, has it; llhttp lets spaces pass. */
static int is_token(signet_text_t name)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    uint64_t i;

    for (i = 0; i < name.length; i++) {
        char octet = name.data[i];

        if (!(octet >= 'a' && octet <= 'z') && !(octet >= '0' && octet <= '9') &&
            memchr(others, octet, sizeof(others) - 1) == NULL) {
            return 0;
        }
    }
    return name.length > 0;
}

/* What llhttp leaves open. */
int edge_http_check_head(edge_http_t *http)
{
    uint64_t i;

    for (i = 0; i < http->header_count; i++) {
        const signet_pair_t *pair = &http->headers[i];

        if (!is_token(pair->name)) {
            return malformed(http, "The name of a header is not one.");
        }
        if (pair->value.length > 0 && memchr(pair->value.data, 0x7F, pair->value.length) != NULL) {
            return malformed(http, "A header holds a control character.");
        }
        notice_header(http, pair);
    }
    if (http->lengths > 1 || http->codings > 1 || (http->lengths > 0 && http->codings > 0) ||
        (http->codings > 0 && (!http->chunked || http->version < 11))) {
        return malformed(http, "The length of the body is not clear.");
    }
    if (http->hosts > 1 || (http->hosts == 0 && http->version > 10)) {
        return malformed(http, "The request must have one Host header.");
    }
    if (http->expects_continue < 0) {
        return fail(http, 417, "http.expectation-failed", "Only 100-continue can be expected.");
    }
    return EDGE_HTTP_DONE;
}

static int parse_head(edge_http_t *http)
{
    llhttp_errno_t error;
    const char *method;

    llhttp_init(&http->parser, HTTP_REQUEST, &parser_settings);
    http->parser.data = http;
    error = llhttp_execute(&http->parser, http->head.data, http->head.length);
    if ((error != HPE_OK && error != HPE_PAUSED) || !http->has_head) {
        return refuse(http, error);
    }
    if (http->parser.http_major != 1 || http->parser.http_minor > 1) {
        return fail(http, 505, "http.version-unsupported", "The version of HTTP is not supported.");
    }
    method = llhttp_method_name((llhttp_method_t)http->parser.method);
    http->method = (signet_text_t){method, strlen(method)};
    http->version = 10 + http->parser.http_minor;
    return edge_http_check_head(http);
}

int edge_http_take_head(edge_http_t *http, const char *data, size_t length, uint64_t limit,
                        size_t *used)
{
    size_t before = http->head.length;
    size_t room = (size_t)limit - before;
    size_t count = length < room ? length : room;
    size_t skipped = 0;
    size_t end = 0;
    int result;

    /* Empty lines before a request line are passed over (RFC 9112, 2.2). */
    while (before == 0 && skipped + 1 < length && data[skipped] == '\r' &&
           data[skipped + 1] == '\n') {
        skipped += 2;
    }
    if (skipped > 0) {
        *used = skipped;
        return EDGE_HTTP_MORE;
    }
    if (edge_buffer_add(&http->head, data, count) != SIGNET_OK) {
        return fail(http, 503, "host.no-memory", "The server has no memory left.");
    }
    *used = count;
    result = scan(http, &end);
    if (result == EDGE_HTTP_DONE) {
        http->head.length = end;
        *used = end - before;
        return parse_head(http);
    }
    if (result == EDGE_HTTP_MORE && http->head.length >= limit) {
        return fail(http, 431, "http.headers-too-large",
                    "The headers of the request are too large.");
    }
    return result;
}

int edge_http_has_body(const edge_http_t *http)
{
    return http->chunked || http->content_length > 0;
}

/* Gives octets of the body to the sink. */
static int take_data(edge_http_t *http, const char *data, size_t length)
{
    http->body_taken += length;
    if (http->sink(http->sink_argument, data, length) != 0) {
        return fail(http, 413, "http.body-too-large",
                    "The body of the request is larger than this route takes.");
    }
    return EDGE_HTTP_MORE;
}

static int take_chunked(edge_http_t *http, const char *data, size_t length, size_t *used)
{
    int result = EDGE_CHUNKED_MORE;
    size_t at = 0;

    while (at < length && result != EDGE_CHUNKED_DONE) {
        size_t count;

        result = edge_chunked_take(&http->chunks, data + at, length - at, &count);
        if (result == EDGE_CHUNKED_FAILED) {
            return malformed(http, "The chunks of the body are malformed.");
        }
        if (http->chunks.framing > FRAMING_ALLOWANCE + FRAMING_RATIO * http->body_taken) {
            return malformed(http, "The chunks of the body are smaller than their framing.");
        }
        if (result == EDGE_CHUNKED_DATA && take_data(http, data + at, count) == EDGE_HTTP_FAILED) {
            return EDGE_HTTP_FAILED;
        }
        at += count;
    }
    *used = at;
    return result == EDGE_CHUNKED_DONE ? EDGE_HTTP_DONE : EDGE_HTTP_MORE;
}

int edge_http_take_body(edge_http_t *http, const char *data, size_t length, size_t *used)
{
    uint64_t left;

    if (http->chunked) {
        return take_chunked(http, data, length, used);
    }
    left = http->content_length - http->body_taken;
    *used = length < left ? length : (size_t)left;
    if (take_data(http, data, *used) == EDGE_HTTP_FAILED) {
        return EDGE_HTTP_FAILED;
    }
    return http->body_taken == http->content_length ? EDGE_HTTP_DONE : EDGE_HTTP_MORE;
}
