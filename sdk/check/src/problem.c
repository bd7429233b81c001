/* An error as problem+json (RFC 9457). */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

static uint32_t http_status(int32_t status)
{
    switch (status) {
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
    case SIGNET_WOULD_BLOCK:
    case SIGNET_UNAVAILABLE:
    case SIGNET_CANCELLED:
    case SIGNET_FULL:
    case SIGNET_UNKNOWN:
        return 503;
    case SIGNET_TIMEOUT:
        return 504;
    default:
        return 500;
    }
}

int32_t runner_problem(signet_call_t *call, const signet_error_t *error,
                       const signet_response_t **response)
{
    uint32_t status = http_status(error->status);
    signet_text_t type = signet_format(call, "urn:signet:error:%.*s", SIGNET_FORMAT(error->reason));
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "type", type);
    signet_json_text(&writer, "title", signet_text(signet_status_name(error->status)));
    signet_json_integer(&writer, "status", status);
    signet_json_text(&writer, "detail", error->message);
    if (SIGNET_HAS(error, field.data) && error->field.length > 0) {
        signet_json_text(&writer, "field", error->field);
    }
    signet_json_end_object(&writer);
    signet_text_t body;
    signet_pair_t *header = signet_alloc(call, 1, sizeof *header);
    signet_response_t *answer = signet_alloc(call, 1, sizeof *answer);
    if (signet_json_finish(&writer, &body) != SIGNET_OK || !header || !answer) {
        return SIGNET_NO_MEMORY;
    }
    *header = (signet_pair_t){.size = sizeof *header,
                              .name = SIGNET_TEXT("content-type"),
                              .value = SIGNET_TEXT("application/problem+json")};
    *answer = (signet_response_t){.size = sizeof *answer,
                                  .status = status,
                                  .headers = header,
                                  .header_count = 1,
                                  .body = signet_text_bytes(body)};
    *response = answer;
    return SIGNET_OK;
}
