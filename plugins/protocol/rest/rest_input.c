#include "rest_input.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

/* Octets of the longest serial (RFC 5280, 4.1.2.2). */
#define MAXIMUM_SERIAL 20

int32_t rest_query_order(signet_call_t *call, const signet_request_t *request, uint32_t *descending)
{
    signet_text_t text = signet_http_query(request, "order");
    if (text.length != 0 && !signet_text_is(text, "asc") && !signet_text_is(text, "desc"))
        return signet_fail_field(call, SIGNET_INVALID, "request.parameter-invalid", "order",
                                 "order must be asc or desc.");
    *descending = signet_text_is(text, "desc") ? 1U : 0U;
    return SIGNET_OK;
}

int32_t rest_query_moment(signet_call_t *call, const signet_request_t *request, const char *name,
                          int64_t *time)
{
    signet_text_t text = signet_http_query(request, name);
    *time = 0;
    if (text.length == 0)
        return SIGNET_OK;
    if (signet_time_parse(call, text, time) == SIGNET_OK)
        return SIGNET_OK;
    call->services->clear(call);

    int past = text.data[0] == '-';
    signet_text_t size = {text.data + past, text.length - (uint64_t)past};
    int64_t duration = 0;
    if (signet_duration_parse(call, size, &duration) == SIGNET_OK) {
        *time = signet_now() + (past ? -duration : duration);
        return SIGNET_OK;
    }
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.parameter-invalid", name,
                             "%s must be a time as in RFC 3339 (2027-01-31T00:00:00Z) or a "
                             "duration from now (30d, -1h).",
                             name);
}

int32_t rest_serial(signet_call_t *call, signet_text_t text, signet_bytes_t *serial)
{
    signet_bytes_t octets = {NULL, 0};
    if (text.length == 0 || signet_hex_decode(call, text, &octets) != SIGNET_OK) {
        call->services->clear(call);
        return signet_fail_field(call, SIGNET_INVALID, "request.serial-invalid", "serial",
                                 "A serial number is written in hexadecimal, two digits an octet, "
                                 "with or without ':' between them.");
    }
    while (octets.length > 1 && octets.data[0] == 0) {
        octets.data++;
        octets.length--;
    }
    if (octets.length > MAXIMUM_SERIAL)
        return signet_fail_field(call, SIGNET_INVALID, "request.serial-invalid", "serial",
                                 "A serial number has at most %d octets.", MAXIMUM_SERIAL);
    *serial = octets;
    return SIGNET_OK;
}

int32_t rest_body_time(signet_call_t *call, const signet_json_t *object, const char *name,
                       int64_t *time)
{
    signet_text_t text;
    *time = 0;
    int32_t status = signet_json_get_text(call, object, name, &text);
    if (status != SIGNET_OK || text.length == 0)
        return status;
    if (signet_time_parse(call, text, time) == SIGNET_OK)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.time-invalid", name,
                             "%s must be a time as in RFC 3339: 2027-01-31T00:00:00Z.", name);
}

static int unreserved(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') ||
           (character != '\0' && strchr("-._~:", character) != NULL);
}

signet_text_t rest_segment(signet_call_t *call, signet_text_t text)
{
    uint64_t plain = 0;
    while (plain < text.length && unreserved(text.data[plain]))
        plain++;
    if (plain == text.length)
        return text;
    signet_buffer_t buffer = signet_buffer(call, text.length + 16);
    for (uint64_t i = 0; i < text.length; i++) {
        if (unreserved(text.data[i]))
            signet_buffer_add_byte(&buffer, (uint8_t)text.data[i]);
        else
            signet_buffer_format(&buffer, "%%%02X", (unsigned)(uint8_t)text.data[i]);
    }
    signet_text_t segment = {NULL, 0};
    (void)signet_buffer_text(&buffer, &segment);
    return segment;
}
