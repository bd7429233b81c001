/* Reading requests and writing answers in routes that speak JSON. */
#ifndef SIGNET_SDK_HTTP_H
#define SIGNET_SDK_HTTP_H

#include <signet/http.h>
#include <signet/sdk/json.h>

/* The value of a header, by its lower-case name; the empty text where it is missing. [any] */
signet_text_t signet_http_header(const signet_request_t *request, const char *name);
/* The value of a parameter of the route's path, by its place; the empty text beyond the last.
 * [any] */
signet_text_t signet_http_parameter(const signet_request_t *request, uint64_t index);
/* The value of a query parameter; the empty text where it is missing. [any] */
signet_text_t signet_http_query(const signet_request_t *request, const char *name);
/* A text without its percent-encoding (RFC 3986, 2.1); with `query` 1 '+' is a space. For what the
 * host has not decoded. INVALID. [any] */
int32_t signet_http_decode(signet_call_t *call, signet_text_t text, int query,
                           signet_text_t *decoded);
/* INVALID naming a query parameter that is not in `names` (`count` C strings) or that is given
 * twice. [any] */
int32_t signet_http_query_only(signet_call_t *call, const signet_request_t *request,
                               const char *const *names, uint64_t count);
/* The query parameter `limit`: 1 to 1000, and 50 where it is missing. INVALID. [any] */
int32_t signet_http_query_limit(signet_call_t *call, const signet_request_t *request,
                                uint64_t *limit);
/* The JSON object that is the body, at most `limit` octets, whose members must be among `names`.
 * An empty body is an empty object, but not from a page in a browser. INVALID (not said to be JSON,
 * not an object, unknown members, and as signet_json_parse), TOO_LARGE. [any] */
int32_t signet_http_json(signet_call_t *call, const signet_request_t *request, uint64_t limit,
                         const char *const *names, uint64_t count, const signet_json_t **object);
/* A member that must be there: a text that is not empty. INVALID with the field. [any] */
int32_t signet_http_json_text(signet_call_t *call, const signet_json_t *object, const char *name,
                              signet_text_t *text);
/* Answers octets of a media type, never to be kept by a cache; `location` empty: no such header.
 * [any] */
int32_t signet_http_answer(signet_call_t *call, signet_exchange_t *exchange, uint32_t status,
                           signet_text_t type, signet_bytes_t body, signet_text_t location);
/* Answers what a writer holds, as application/json. [any] */
int32_t signet_http_answer_json(signet_call_t *call, signet_exchange_t *exchange, uint32_t status,
                                const signet_json_writer_t *writer, signet_text_t location);

#endif
