/* Public documents over HTTP: with caching that agrees with how long they are good, and pieces of
 * them for whoever asks for a range (RFC 9110, RFC 9111). */
#ifndef STATUS_HTTP_H
#define STATUS_HTTP_H

#include <signet/http.h>

/* What is served. */
typedef struct status_document {
    signet_text_t type;
    signet_text_t etag; /* without its quotes; strong */
    int64_t modified;   /* ms since 1970 UTC */
    int64_t expires;    /* it must not be kept beyond this; 0: as long as max_age_ms says */
    int64_t max_age_ms;
    uint64_t length;
    const uint8_t *data; /* NULL: it is read from `file` */
    int file;
    uint64_t offset; /* in the file, of its first octet */
} status_document_t;

/* Answers a request for a document: 200, 206, 304 or 416. WOULD_BLOCK for one in a file while it
 * must not block. [any] */
int32_t status_http_serve(signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange, const status_document_t *document,
                          int may_block);
/* A time as HTTP has it: "Tue, 24 Nov 2026 08:02:46 GMT". [any] */
signet_text_t status_http_time(signet_call_t *call, int64_t time);

#endif
