#include "http.h"

#include <errno.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>
#include <signet/sdk/record.h>
#include <time.h>
#include <unistd.h>

#define SECOND_MS 1000
#define HEADERS 8
#define PIECE (UINT64_C(64) * 1024)

signet_text_t status_http_time(signet_call_t *call, int64_t time)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm parts;
    time_t seconds = (time_t)(time / SECOND_MS);
    if (gmtime_r(&seconds, &parts) == NULL)
        return (signet_text_t){NULL, 0};
    return signet_format(call, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday],
                         parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                         parts.tm_min, parts.tm_sec);
}

static int read_number(signet_text_t text, uint64_t *number)
{
    *number = 0;
    for (uint64_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || *number > UINT64_MAX / 10 - 10)
            return 0;
        *number = *number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.length > 0;
}

/* The one range that a request asks for: 1, with what of the document it is; 0 where the whole is
 * to be answered; -1 where there is no such part. */
static int find_range(const signet_request_t *request, const status_document_t *document,
                      signet_text_t quoted, uint64_t *first, uint64_t *length)
{
    signet_text_t range = signet_http_header(request, "range");
    signet_text_t condition = signet_http_header(request, "if-range");
    signet_text_t end;
    uint64_t last = 0;
    *first = 0;
    *length = document->length;
    if (!signet_text_starts(range, "bytes=") ||
        (condition.length > 0 && !signet_text_equal(condition, quoted)))
        return 0;
    range.data += 6;
    range.length -= 6;
    signet_text_t begin = signet_text_split(range, '-', &end);
    int has_begin = read_number(begin, first);
    int has_end = read_number(end, &last);
    /* Several ranges, or what is none, may be answered with the whole (RFC 9110, 14.2). */
    if ((begin.length > 0 && !has_begin) || (end.length > 0 && !has_end) ||
        (!has_begin && !has_end) || (has_begin && has_end && last < *first)) {
        *first = 0;
        return 0;
    }
    if (!has_begin) {
        *first = last < document->length ? document->length - last : 0;
        *length = document->length - *first;
        return *length > 0 ? 1 : -1;
    }
    if (*first >= document->length)
        return -1;
    if (!has_end || last >= document->length)
        last = document->length - 1;
    *length = last - *first + 1;
    return 1;
}

/* Whether what the client has is still the document. */
static int is_unchanged(signet_call_t *call, const signet_request_t *request,
                        const status_document_t *document, signet_text_t quoted)
{
    signet_text_t tags = signet_http_header(request, "if-none-match");
    signet_text_t since = signet_http_header(request, "if-modified-since");
    if (tags.length > 0) {
        signet_text_t star = signet_format(call, "*%.*s*", SIGNET_FORMAT(quoted));
        return signet_text_is(tags, "*") || signet_text_matches(tags, star);
    }
    return since.length > 0 && signet_text_equal(since, status_http_time(call, document->modified));
}

static int64_t age(const status_document_t *document, int64_t now)
{
    int64_t left = document->expires != 0 ? document->expires - now : document->max_age_ms;
    if (left > document->max_age_ms)
        left = document->max_age_ms;
    return left > 0 ? left / SECOND_MS : 0;
}

static int32_t send_file(signet_call_t *call, signet_exchange_t *exchange,
                         signet_response_t *response, const status_document_t *document,
                         uint64_t first, uint64_t length)
{
    uint8_t *piece = signet_alloc(call, PIECE, 1);
    int begun = 0;
    int32_t status = piece == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    for (uint64_t at = 0; status == SIGNET_OK && at < length;) {
        uint64_t wanted = length - at < PIECE ? length - at : PIECE;
        ssize_t got = pread(document->file, piece, wanted, (off_t)(document->offset + first + at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return signet_fail(call, SIGNET_CORRUPT, "status.file",
                               "a stored list could not be read");
        response->body = (signet_bytes_t){piece, (uint64_t)got};
        status = begun ? exchange->services->write(exchange, call, response->body)
                       : exchange->services->begin(exchange, call, response);
        begun = 1;
        at += (uint64_t)got;
    }
    return status == SIGNET_OK ? exchange->services->finish(exchange, call) : status;
}

int32_t status_http_serve(signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange, const status_document_t *document,
                          int may_block)
{
    signet_pair_t headers[HEADERS];
    uint64_t count = 0;
    uint64_t first = 0;
    uint64_t length = 0;
    int64_t now = signet_now();
    int64_t seconds = age(document, now);
    signet_text_t quoted = signet_format(call, "\"%.*s\"", SIGNET_FORMAT(document->etag));
    if (quoted.data == NULL)
        return SIGNET_NO_MEMORY;
    int unchanged = is_unchanged(call, request, document, quoted);
    int range = unchanged ? 0 : find_range(request, document, quoted, &first, &length);
    headers[count++] = signet_pair("content-type", document->type);
    headers[count++] = signet_pair("etag", quoted);
    headers[count++] = signet_pair("last-modified", status_http_time(call, document->modified));
    headers[count++] =
        signet_pair("cache-control", signet_format(call,
                                                   "max-age=%lld, public, no-transform, "
                                                   "must-revalidate",
                                                   (long long)seconds));
    headers[count++] = signet_pair("expires", status_http_time(call, now + seconds * SECOND_MS));
    headers[count++] = signet_pair("accept-ranges", SIGNET_TEXT("bytes"));
    headers[count++] = signet_pair("x-content-type-options", SIGNET_TEXT("nosniff"));
    if (range > 0)
        headers[count++] = signet_pair(
            "content-range", signet_format(call, "bytes %llu-%llu/%llu", (unsigned long long)first,
                                           (unsigned long long)(first + length - 1),
                                           (unsigned long long)document->length));
    else if (range < 0)
        headers[count++] =
            signet_pair("content-range",
                        signet_format(call, "bytes */%llu", (unsigned long long)document->length));
    signet_response_t response = {.size = sizeof response,
                                  .status = unchanged   ? 304U
                                            : range > 0 ? 206U
                                            : range < 0 ? 416U
                                                        : 200U,
                                  .headers = headers,
                                  .header_count = count};
    if (unchanged || range < 0)
        return exchange->services->respond(exchange, call, &response);
    if (document->data == NULL)
        return may_block ? send_file(call, exchange, &response, document, first, length)
                         : SIGNET_WOULD_BLOCK;
    response.body = (signet_bytes_t){document->data + first, length};
    return exchange->services->respond(exchange, call, &response);
}
