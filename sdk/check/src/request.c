/* Requests through the routes of the plugins. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/http.h>
#include <signet/sdk/text.h>

#define BODY_LIMIT 65536U

/* Counts and, with `pairs`, reads "a=1&b=2". */
static int32_t read_query(signet_call_t *call, signet_text_t text, signet_pair_t *pairs,
                          uint64_t *count)
{
    *count = 0;
    while (text.length > 0) {
        signet_text_t value;
        signet_text_t name = signet_text_split(text, '&', &text);
        name = signet_text_split(name, '=', &value);
        if (pairs) {
            signet_pair_t *pair = &pairs[*count];
            pair->size = sizeof *pair;
            int32_t status = signet_http_decode(call, name, 1, &pair->name);
            status =
                status == SIGNET_OK ? signet_http_decode(call, value, 1, &pair->value) : status;
            if (status != SIGNET_OK) {
                return status;
            }
        }
        (*count)++;
    }
    return SIGNET_OK;
}

/* Counts and, with `pairs`, reads lines "name: value". */
static void read_headers(signet_call_t *call, signet_text_t text, signet_pair_t *pairs,
                         uint64_t *count)
{
    *count = 0;
    while (text.length > 0) {
        signet_text_t value;
        signet_text_t line = signet_text_split(text, '\n', &text);
        if (line.length > 0 && signet_text_ends(line, "\r")) {
            line.length--;
        }
        if (line.length == 0) {
            continue;
        }
        signet_text_t name = signet_text_split(line, ':', &value);
        while (signet_text_starts(value, " ")) {
            value = (signet_text_t){value.data + 1, value.length - 1};
        }
        if (pairs) {
            char *lower = runner_take(call, name.length + 1);
            for (uint64_t i = 0; i < name.length; i++) {
                lower[i] = name.data[i];
                if (lower[i] >= 'A' && lower[i] <= 'Z') {
                    lower[i] = (char)(lower[i] - 'A' + 'a');
                }
            }
            pairs[*count] = (signet_pair_t){.size = sizeof *pairs,
                                            .name = {lower, name.length},
                                            .value = runner_take_text(call, value)};
        }
        (*count)++;
    }
}

/* Makes the request out of its parts. */
static int32_t read_request(signet_call_t *call, const char *method, signet_text_t target,
                            const char *headers, signet_bytes_t body, signet_text_t *path,
                            signet_request_t *request)
{
    signet_text_t query;
    *path = signet_text_split(target, '?', &query);
    *request = (signet_request_t){.size = sizeof *request,
                                  .secure = 1,
                                  .method = signet_text(method),
                                  .body = body,
                                  .peer = SIGNET_TEXT("127.0.0.1"),
                                  .listener = SIGNET_TEXT("test")};
    int32_t status = signet_http_decode(call, *path, 0, &request->path);
    if (status != SIGNET_OK) {
        return status;
    }
    read_query(call, query, NULL, &request->query_count);
    signet_pair_t *pairs = runner_take(call, request->query_count * sizeof *pairs);
    request->query = pairs;
    status = read_query(call, query, pairs, &request->query_count);
    read_headers(call, signet_text(headers), NULL, &request->header_count);
    pairs = runner_take(call, request->header_count * sizeof *pairs);
    request->headers = pairs;
    read_headers(call, signet_text(headers), pairs, &request->header_count);
    return status;
}

/* Lets the handler answer; OK where it did. */
static int32_t handle(signet_call_t *call, const runner_route_t *route,
                      const signet_request_t *request, runner_exchange_t *exchange)
{
    void *instance = route->instance->instance;
    int32_t status = route->route.handle(instance, call, request, &exchange->head);
    if (status == SIGNET_WOULD_BLOCK && (route->route.flags & SIGNET_ROUTE_INLINE)) {
        /* Now as on a worker. */
        call->services->clear(call);
        status = route->route.handle(instance, call, request, &exchange->head);
    }
    if (runner_exchange_response(exchange)) {
        return SIGNET_OK;
    }
    const signet_error_t *error = call->services->error(call);
    if (!error) {
        return signet_fail(call, SIGNET_INTERNAL, "plugin.silent",
                           "The handler of %.*s %.*s returned %d, but neither answered nor set an "
                           "error.",
                           SIGNET_FORMAT(route->route.method), SIGNET_FORMAT(route->route.path),
                           (int)status);
    }
    if (SIGNET_HAS(&route->route, on_error)) {
        return route->route.on_error(instance, call, request, error, &exchange->head);
    }
    return error->status;
}

static int32_t serve(signet_check_t *check, signet_call_t *call, const char *method,
                     const char *target, const char *headers, signet_bytes_t body,
                     runner_exchange_t *exchange)
{
    signet_request_t *request = runner_take(call, sizeof *request);
    signet_text_t path;
    int32_t status = read_request(call, method, runner_take_text(call, signet_text(target)),
                                  headers, body, &path, request);
    if (status != SIGNET_OK) {
        return status;
    }
    const runner_route_t *route = runner_route(check, call, request->method, path,
                                               &request->parameters, &request->parameter_count);
    if (!route) {
        return signet_status(call);
    }
    uint64_t limit = route->route.body_limit > 0 ? route->route.body_limit : BODY_LIMIT;
    if (body.length > limit) {
        return signet_fail(call, SIGNET_TOO_LARGE, "request.too-large",
                           "The body has %llu octets: at most %llu are taken.",
                           (unsigned long long)body.length, (unsigned long long)limit);
    }
    if (route->route.flags & SIGNET_ROUTE_STREAM) {
        request->body = (signet_bytes_t){NULL, 0};
    }
    return handle(call, route, request, exchange);
}

int32_t signet_check_request(signet_check_t *check, signet_call_t *call, const char *method,
                             const char *target, const char *headers, signet_bytes_t body,
                             const signet_response_t **response)
{
    call->services->clear(call);
    runner_exchange_t *exchange = runner_exchange_new(call, body);
    int32_t status = serve(check, call, method, target, headers, body, exchange);
    *response = runner_exchange_response(exchange);
    if (*response) {
        return SIGNET_OK;
    }
    const signet_error_t *error = call->services->error(call);
    return error ? runner_problem(call, error, response) : status;
}
