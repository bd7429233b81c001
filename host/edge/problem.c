#include "edge/problem.h"

#include <stdio.h>

#include "edge/response.h"

uint32_t edge_problem_status(int32_t status)
{
    switch (status) {
    case SIGNET_PENDING:
        return 202;
    case SIGNET_INVALID:
        return 400;
    case SIGNET_UNAUTHENTICATED:
        return 401;
    case SIGNET_DENIED:
        return 403;
    case SIGNET_NOT_FOUND:
        return 404;
    case SIGNET_EXISTS:
    case SIGNET_CONFLICT:
        return 409;
    case SIGNET_TOO_LARGE:
        return 413;
    case SIGNET_LIMITED:
        return 429;
    case SIGNET_UNSUPPORTED:
        return 501;
    case SIGNET_BUSY:
    case SIGNET_UNAVAILABLE:
    case SIGNET_FULL:
    case SIGNET_CANCELLED:
    case SIGNET_UNKNOWN:
        return 503;
    case SIGNET_TIMEOUT:
        return 504;
    default:
        return 500;
    }
}

/* Appends `text` as the inside of a JSON string. Only '"', '\' and controls need an escape; '<'
 * gets one too, so that no reader can take a piece of it for HTML. */
static void add_escaped(edge_buffer_t *out, signet_text_t text)
{
    uint64_t i;

    for (i = 0; i < text.length; i++) {
        unsigned char octet = (unsigned char)text.data[i];
        char escape[8];

        if (octet < 0x20 || octet == '"' || octet == '\\' || octet == '<' || octet == 0x7F) {
            int length = snprintf(escape, sizeof(escape), "\\u%04x", octet);

            (void)edge_buffer_add(out, escape, (size_t)length);
        } else {
            (void)edge_buffer_add(out, &text.data[i], 1);
        }
    }
}

static void add_member(edge_buffer_t *out, const char *before, signet_text_t value)
{
    (void)edge_buffer_add_string(out, before);
    add_escaped(out, value);
    (void)edge_buffer_add(out, "\"", 1);
}

static int32_t write_body(edge_buffer_t *body, const edge_problem_t *problem)
{
    size_t most = 6 * (problem->reason.length + problem->message.length + problem->field.length +
                       problem->trace.length);

    if (edge_buffer_reserve(body, most + 512) != SIGNET_OK) {
        return SIGNET_NO_MEMORY;
    }
    add_member(body, "{\"type\":\"urn:signet:error:", problem->reason);
    (void)edge_buffer_add_string(body, ",\"title\":\"");
    (void)edge_buffer_add_string(body, edge_response_phrase(problem->status));
    (void)edge_buffer_add_string(body, "\",\"status\":");
    (void)edge_buffer_add_number(body, problem->status);
    add_member(body, ",\"detail\":\"", problem->message);
    if (problem->field.length > 0) {
        add_member(body, ",\"field\":\"", problem->field);
    }
    if (problem->trace.length > 0) {
        add_member(body, ",\"instance\":\"urn:trace:", problem->trace);
    }
    return edge_buffer_add(body, "}\n", 2);
}

static void set_header(signet_pair_t *pair, signet_text_t name, signet_text_t value)
{
    pair->size = sizeof(*pair);
    pair->reserved = 0;
    pair->name = name;
    pair->value = value;
}

int32_t edge_problem_write(edge_buffer_t *out, const edge_problem_t *problem, uint32_t flags)
{
    signet_pair_t headers[4];
    signet_response_t response = {sizeof(response), problem->status, headers, 0, {NULL, 0}};
    edge_buffer_t body = {NULL, 0, 0, 0};
    char seconds[24];
    int32_t status = write_body(&body, problem);

    if (status == SIGNET_OK) {
        set_header(&headers[response.header_count++], SIGNET_TEXT("Content-Type"),
                   SIGNET_TEXT("application/problem+json"));
        if (problem->status == 401) {
            set_header(&headers[response.header_count++], SIGNET_TEXT("WWW-Authenticate"),
                       SIGNET_TEXT("Bearer"));
        }
        if (problem->status == 405) {
            set_header(&headers[response.header_count++], SIGNET_TEXT("Allow"), problem->allow);
        }
        if (problem->retry_after_ms > 0) {
            int length = snprintf(seconds, sizeof(seconds), "%lld",
                                  (long long)((problem->retry_after_ms + 999) / 1000));

            set_header(&headers[response.header_count++], SIGNET_TEXT("Retry-After"),
                       (signet_text_t){seconds, (uint64_t)length});
        }
        response.body = (signet_bytes_t){(const uint8_t *)body.data, body.length};
        status = edge_response_write(out, &response, flags);
    }
    edge_buffer_free(&body);
    return status;
}
