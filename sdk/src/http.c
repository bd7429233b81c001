#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>
#include <signet/sdk/record.h>

#define DEFAULT_LIMIT 50
#define MAXIMUM_LIMIT 1000

static const signet_json_t empty_object = {.kind = SIGNET_JSON_OBJECT};

static signet_text_t find(const signet_pair_t *pairs, uint64_t count, const char *name)
{
    for (uint64_t i = 0; i < count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, pairs, i);
        if (signet_text_is(pair->name, name))
            return pair->value;
    }
    return (signet_text_t){NULL, 0};
}

signet_text_t signet_http_header(const signet_request_t *request, const char *name)
{
    return find(request->headers, request->header_count, name);
}

signet_text_t signet_http_parameter(const signet_request_t *request, uint64_t index)
{
    if (index >= request->parameter_count)
        return (signet_text_t){NULL, 0};
    return SIGNET_AT(signet_pair_t, request->parameters, index)->value;
}

signet_text_t signet_http_query(const signet_request_t *request, const char *name)
{
    return find(request->query, request->query_count, name);
}

static int known(signet_text_t name, const char *const *names, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (signet_text_is(name, names[i]))
            return 1;
    return 0;
}

int32_t signet_http_decode(signet_call_t *call, signet_text_t text, int query,
                           signet_text_t *decoded)
{
    signet_buffer_t buffer = signet_buffer(call, text.length + 1);
    for (uint64_t i = 0; i < text.length; i++) {
        uint8_t octet = (uint8_t)text.data[i];
        if (octet == '%') {
            signet_text_t digits = {text.data + i + 1, 2};
            signet_bytes_t value = {NULL, 0};
            if (i + 2 >= text.length || signet_hex_decode(call, digits, &value) != SIGNET_OK) {
                call->services->clear(call);
                return signet_fail(call, SIGNET_INVALID, "request.malformed",
                                   "A '%%' in the target is not followed by two hexadecimal "
                                   "digits.");
            }
            octet = value.data[0];
            i += 2;
        } else if (query && octet == '+') {
            octet = ' ';
        }
        signet_buffer_add_byte(&buffer, octet);
    }
    return signet_buffer_text(&buffer, decoded);
}

int32_t signet_http_query_only(signet_call_t *call, const signet_request_t *request,
                               const char *const *names, uint64_t count)
{
    for (uint64_t i = 0; i < request->query_count; i++) {
        signet_text_t name = SIGNET_AT(signet_pair_t, request->query, i)->name;
        if (!known(name, names, count))
            return signet_fail_field(call, SIGNET_INVALID, "request.parameter-unknown", "query",
                                     "There is no query parameter \"%.*s\" here.",
                                     SIGNET_FORMAT(name));
        for (uint64_t other = 0; other < i; other++)
            if (signet_text_equal(name, SIGNET_AT(signet_pair_t, request->query, other)->name))
                return signet_fail_field(call, SIGNET_INVALID, "request.parameter-repeated",
                                         "query",
                                         "The query parameter \"%.*s\" is given twice; give it "
                                         "once.",
                                         SIGNET_FORMAT(name));
    }
    return SIGNET_OK;
}

int32_t signet_http_query_limit(signet_call_t *call, const signet_request_t *request,
                                uint64_t *limit)
{
    signet_text_t text = signet_http_query(request, "limit");
    uint64_t value = text.length == 0 ? DEFAULT_LIMIT : 0;
    for (uint64_t i = 0; i < text.length && value <= MAXIMUM_LIMIT; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            value = MAXIMUM_LIMIT + 1;
        else
            value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (value == 0 || value > MAXIMUM_LIMIT)
        return signet_fail_field(call, SIGNET_INVALID, "request.parameter-invalid", "limit",
                                 "limit must be a number from 1 to %d.", MAXIMUM_LIMIT);
    *limit = value;
    return SIGNET_OK;
}

/* A body must say that it is JSON: a page of another origin can make a browser send forms and
 * plain text, with the client certificate that the browser holds, but not this type. */
static int is_json(const signet_request_t *request)
{
    signet_text_t parameters;
    signet_text_t type =
        signet_text_split(signet_http_header(request, "content-type"), ';', &parameters);
    while (type.length > 0 && type.data[type.length - 1] == ' ')
        type.length--;
    return signet_text_equal_nocase(type, SIGNET_TEXT("application/json"));
}

int32_t signet_http_json(signet_call_t *call, const signet_request_t *request, uint64_t limit,
                         const char *const *names, uint64_t count, const signet_json_t **object)
{
    /* No body is no type either; browsers name the page's origin with every POST, others do not. */
    if (request->body.length == 0 && signet_http_header(request, "origin").length == 0) {
        *object = &empty_object;
        return SIGNET_OK;
    }
    if (!is_json(request))
        return signet_fail_field(call, SIGNET_INVALID, "request.media-type", "content-type",
                                 "The body must be JSON and say so: "
                                 "Content-Type: application/json.");
    int32_t status = signet_json_parse(call, request->body, limit, object);
    if (status != SIGNET_OK)
        return status;
    if ((*object)->kind != SIGNET_JSON_OBJECT)
        return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "body",
                                 "The body must be a JSON object.");
    return signet_json_only(call, *object, names, count);
}

int32_t signet_http_json_text(signet_call_t *call, const signet_json_t *object, const char *name,
                              signet_text_t *text)
{
    int32_t status = signet_json_get_text(call, object, name, text);
    if (status != SIGNET_OK)
        return status;
    if (text->length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "request.member-missing", name,
                                 "The member \"%s\" is missing or empty.", name);
    return SIGNET_OK;
}

int32_t signet_http_answer(signet_call_t *call, signet_exchange_t *exchange, uint32_t status,
                           signet_text_t type, signet_bytes_t body, signet_text_t location)
{
    signet_pair_t headers[3] = {
        signet_pair("content-type", type),
        signet_pair("cache-control", SIGNET_TEXT("no-store")),
        signet_pair("location", location),
    };
    signet_response_t response = {
        .size = sizeof response,
        .status = status,
        .headers = headers,
        .header_count = location.length > 0 ? 3 : 2,
        .body = body,
    };
    return exchange->services->respond(exchange, call, &response);
}

int32_t signet_http_answer_json(signet_call_t *call, signet_exchange_t *exchange, uint32_t status,
                                const signet_json_writer_t *writer, signet_text_t location)
{
    signet_text_t text;
    int32_t finished = signet_json_finish(writer, &text);
    if (finished != SIGNET_OK)
        return finished;
    return signet_http_answer(call, exchange, status, SIGNET_TEXT("application/json"),
                              signet_text_bytes(text), location);
}
