#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "world.h"

static int32_t say(signet_exchange_t *exchange, signet_call_t *call, signet_text_t body)
{
    signet_pair_t header = {sizeof(header), 0, SIGNET_TEXT_INIT("Content-Type"),
                            SIGNET_TEXT_INIT("text/plain")};
    signet_response_t response = {
        sizeof(response), 200, &header, 1, {(const uint8_t *)body.data, body.length}};

    atomic_fetch_add(&watch.handled, 1);
    return exchange->services->respond(exchange, call, &response);
}

/* Says what it was asked: path, parameters, query and one header. */
static int32_t handle_show(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    signet_text_t text = core_format(call, "%.*s", (int)request->path.length, request->path.data);
    uint64_t i;

    (void)instance;
    for (i = 0; i < request->parameter_count; i++) {
        const signet_pair_t *pair = &request->parameters[i];

        text = core_format(call, "%.*s {%.*s=%.*s}", (int)text.length, text.data,
                           (int)pair->name.length, pair->name.data, (int)pair->value.length,
                           pair->value.data);
    }
    for (i = 0; i < request->query_count; i++) {
        const signet_pair_t *pair = &request->query[i];

        text = core_format(call, "%.*s [%.*s=%.*s]", (int)text.length, text.data,
                           (int)pair->name.length, pair->name.data, (int)pair->value.length,
                           pair->value.data);
    }
    for (i = 0; i < request->header_count; i++) {
        const signet_pair_t *pair = &request->headers[i];

        if (pair->name.length == 6 && memcmp(pair->name.data, "x-test", 6) == 0) {
            text = core_format(call, "%.*s <%.*s>", (int)text.length, text.data,
                               (int)pair->value.length, pair->value.data);
        }
    }
    return say(exchange, call, text);
}

static int32_t handle_literal(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    return say(exchange, call, SIGNET_TEXT("literal"));
}

static int32_t handle_echo(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    (void)instance;
    return say(exchange, call,
               (signet_text_t){(const char *)request->body.data, request->body.length});
}

/* Says who asks. */
static int32_t handle_who(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange)
{
    const signet_actor_t *actor = call->services->actor(call);
    signet_text_t role = actor->grant_count > 0 ? actor->grants[0].role : SIGNET_TEXT("-");

    (void)instance;
    (void)request;
    return say(exchange, call,
               core_format(call, "%.*s %.*s %.*s", (int)actor->id.length, actor->id.data,
                           (int)actor->method.length, actor->method.data, (int)role.length,
                           role.data));
}

static int32_t handle_trace(void *instance, signet_call_t *call, const signet_request_t *request,
                            signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    return say(exchange, call, call->services->trace(call));
}

/* Would block the first time it is called for a request. */
static int32_t handle_twice(void *instance, signet_call_t *call, const signet_request_t *request,
                            signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    if (atomic_fetch_add(&watch.inline_calls, 1) == 0) {
        return core_fail(call, SIGNET_WOULD_BLOCK, "test.would-block", "not here");
    }
    return say(exchange, call, SIGNET_TEXT("worker"));
}

static void pause_briefly(void)
{
    struct timespec pause = {0, 1000000};

    (void)nanosleep(&pause, NULL);
}

/* Waits for the gate, or the end of its call. */
static int32_t handle_gate(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    int32_t status = SIGNET_OK;

    (void)instance;
    (void)request;
    atomic_fetch_add(&watch.waiting, 1);
    while (!atomic_load(&watch.gate) && status == SIGNET_OK) {
        pause_briefly();
        status = call->services->check(call);
    }
    if (status == SIGNET_CANCELLED) {
        atomic_fetch_add(&watch.cancelled, 1);
    }
    atomic_fetch_sub(&watch.waiting, 1);
    return status == SIGNET_OK ? say(exchange, call, SIGNET_TEXT("through")) : status;
}

static int32_t handle_fail(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    signet_error_t error = {
        .size = sizeof(error),
        .reason = SIGNET_TEXT_INIT("test.failed"),
        .message = SIGNET_TEXT_INIT("It \"failed\" <here>."),
        .detail = SIGNET_TEXT_INIT("internals of the matter"),
        .field = SIGNET_TEXT_INIT("names[2]"),
    };

    (void)instance;
    (void)exchange;
    atomic_fetch_add(&watch.handled, 1);
    error.status = -(int32_t)strtol(request->parameters[0].value.data, NULL, 10);
    error.retry_after_ms = error.status == SIGNET_LIMITED ? 1500 : 0;
    return call->services->fail(call, &error);
}

static int32_t answer_own_way(void *instance, signet_call_t *call, const signet_request_t *request,
                              const signet_error_t *error, signet_exchange_t *exchange)
{
    signet_text_t text =
        core_format(call, "own form: %.*s", (int)error->reason.length, error->reason.data);
    signet_response_t response = {
        sizeof(response), 418, NULL, 0, {(const uint8_t *)text.data, text.length}};

    (void)instance;
    (void)request;
    return exchange->services->respond(exchange, call, &response);
}

static int32_t handle_silent(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    (void)instance;
    (void)call;
    (void)request;
    (void)exchange;
    return SIGNET_OK;
}

/* Tries to answer with a header that would begin another one. */
static int32_t handle_split(void *instance, signet_call_t *call, const signet_request_t *request,
                            signet_exchange_t *exchange)
{
    signet_pair_t header = {sizeof(header), 0, SIGNET_TEXT_INIT("X-Name"),
                            SIGNET_TEXT_INIT("a\r\nSet-Cookie: b")};
    signet_response_t response = {sizeof(response), 200, &header, 1, {NULL, 0}};

    (void)instance;
    (void)request;
    return exchange->services->respond(exchange, call, &response);
}

/* Reads a streamed body to its end and says how long it was. With ?gate it waits before reading. */
static int32_t handle_upload(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    uint64_t total = 0;
    int32_t status = SIGNET_OK;
    int more = 1;

    (void)instance;
    if (request->query_count > 0) {
        atomic_fetch_add(&watch.waiting, 1);
        while (!atomic_load(&watch.gate)) {
            pause_briefly();
        }
    }
    while (more && status == SIGNET_OK) {
        signet_call_t *child = call->services->child(call);
        signet_bytes_t piece = {NULL, 0};

        status = exchange->services->read(exchange, child, &piece);
        more = piece.length > 0;
        total += piece.length;
        atomic_fetch_add(&watch.received, (long long)piece.length);
        call->services->end(child);
    }
    atomic_store(&watch.upload_status, status);
    if (status != SIGNET_OK) {
        return core_fail(call, status, "test.upload-failed", "The upload failed.");
    }
    return say(exchange, call, core_format(call, "%llu", (unsigned long long)total));
}

/* Streams {count} pieces of 10,000 octets. */
static int32_t handle_download(void *instance, signet_call_t *call, const signet_request_t *request,
                               signet_exchange_t *exchange)
{
    static uint8_t piece[10000];
    signet_response_t response = {sizeof(response), 200, NULL, 0, {NULL, 0}};
    long count = strtol(request->parameters[0].value.data, NULL, 10);
    int32_t status = exchange->services->begin(exchange, call, &response);

    (void)instance;
    while (count > 0 && status == SIGNET_OK) {
        status = exchange->services->write(exchange, call, (signet_bytes_t){piece, sizeof(piece)});
        atomic_fetch_add(&watch.sent, (long long)sizeof(piece));
        count--;
    }
    atomic_store(&watch.download_status, status);
    return status == SIGNET_OK ? exchange->services->finish(exchange, call) : status;
}

static int32_t handle_half(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    signet_response_t response = {sizeof(response), 200, NULL, 0, {(const uint8_t *)"half", 4}};
    int32_t status = exchange->services->begin(exchange, call, &response);

    (void)instance;
    (void)request;
    return status != SIGNET_OK
               ? status
               : core_fail(call, SIGNET_INTERNAL, "test.half", "It broke in the middle.");
}

#define ROUTE(the_method, the_path, handler, the_flags)                                            \
    .size = sizeof(signet_route_t), .method = SIGNET_TEXT_INIT(the_method),                        \
    .path = SIGNET_TEXT_INIT(the_path), .handle = (handler), .flags = (the_flags)
#define OPEN SIGNET_ROUTE_PUBLIC
#define AT_ONCE (SIGNET_ROUTE_PUBLIC | SIGNET_ROUTE_INLINE)
#define STREAM (SIGNET_ROUTE_PUBLIC | SIGNET_ROUTE_STREAM)

static const signet_route_t routes[] = {
    {ROUTE("GET", "/show/{name}", handle_show, AT_ONCE)},
    {ROUTE("GET", "/show/literal", handle_literal, AT_ONCE)},
    {ROUTE("GET", "/show/{name}/of/{owner}", handle_show, OPEN)},
    {ROUTE("GET", "/echo", handle_show, OPEN)},
    {ROUTE("POST", "/echo", handle_echo, OPEN)},
    {ROUTE("POST", "/echo-inline", handle_echo, AT_ONCE)},
    {ROUTE("POST", "/small", handle_echo, OPEN), .body_limit = 16},
    {ROUTE("POST", "/large", handle_echo, OPEN), .body_limit = 4194304},
    {ROUTE("GET", "/who", handle_who, 0)},
    {ROUTE("POST", "/who", handle_who, 0)},
    {ROUTE("GET", "/shown", handle_show, OPEN | SIGNET_ROUTE_CERTIFICATE)},
    {ROUTE("GET", "/shown-who", handle_who, SIGNET_ROUTE_CERTIFICATE)},
    {ROUTE("GET", "/trace", handle_trace, AT_ONCE)},
    {ROUTE("GET", "/twice", handle_twice, AT_ONCE)},
    {ROUTE("GET", "/gate", handle_gate, OPEN)},
    {ROUTE("GET", "/gate-short", handle_gate, OPEN), .deadline_ms = 100},
    {ROUTE("GET", "/fail/{status}", handle_fail, OPEN)},
    {ROUTE("GET", "/fail-own/{status}", handle_fail, OPEN), .on_error = answer_own_way},
    {ROUTE("GET", "/silent", handle_silent, AT_ONCE)},
    {ROUTE("GET", "/split", handle_split, AT_ONCE)},
    {ROUTE("POST", "/upload", handle_upload, STREAM), .body_limit = 67108864},
    {ROUTE("POST", "/upload-small", handle_upload, STREAM), .body_limit = 1000},
    {ROUTE("GET", "/download/{count}", handle_download, STREAM)},
    {ROUTE("GET", "/half", handle_half, STREAM)},
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

const core_route_t *world_routes(uint64_t *count)
{
    static core_route_t made[ROUTES];
    size_t i;

    for (i = 0; i < ROUTES; i++) {
        made[i].route = &routes[i];
        made[i].instance_name = SIGNET_TEXT("test");
    }
    *count = ROUTES;
    return made;
}
