/* Reading what a request holds beyond plain JSON. */
#ifndef REST_INPUT_H
#define REST_INPUT_H

#include <signet/sdk/http.h>

/* The query parameter `order`: 1 for desc, 0 for asc or where it is missing. [any] */
int32_t rest_query_order(signet_call_t *call, const signet_request_t *request,
                         uint32_t *descending);
/* A query parameter that is a moment: RFC 3339, or a duration from now ("30d", "-1h"); 0 where it
 * is missing. [any] */
int32_t rest_query_moment(signet_call_t *call, const signet_request_t *request, const char *name,
                          int64_t *time);
/* Octets of a serial number written in hexadecimal, without leading zero octets. [any] */
int32_t rest_serial(signet_call_t *call, signet_text_t text, signet_bytes_t *serial);
/* A member that is an RFC 3339 time; 0 where it is missing. [any] */
int32_t rest_body_time(signet_call_t *call, const signet_json_t *object, const char *name,
                       int64_t *time);
/* Text with everything but the unreserved characters of RFC 3986, 2.3 and ':' percent-encoded, so
 * that it is one segment of a path. [any] */
signet_text_t rest_segment(signet_call_t *call, signet_text_t text);

#endif
