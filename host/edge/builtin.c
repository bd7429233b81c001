#include "edge/builtin.h"

#include "core/metric.h"

static int32_t respond(signet_exchange_t *exchange, signet_call_t *call, uint32_t status,
                       signet_text_t type, signet_text_t body)
{
    signet_pair_t header = {sizeof(header), 0, SIGNET_TEXT_INIT("Content-Type"), type};
    signet_response_t response = {
        sizeof(response), status, &header, 1, {(const uint8_t *)body.data, body.length}};

    return exchange->services->respond(exchange, call, &response);
}

/* The process is alive and its loops turn. */
static int32_t handle_health(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    return respond(exchange, call, 200, SIGNET_TEXT("text/plain; charset=utf-8"),
                   SIGNET_TEXT("ok\n"));
}

/* It serves requests: not while it starts, and no more when it drains. */
static int32_t handle_ready(void *instance, signet_call_t *call, const signet_request_t *request,
                            signet_exchange_t *exchange)
{
    const edge_t *edge = instance;
    int ready = atomic_load(&edge->ready) && !atomic_load(&edge->draining);

    (void)request;
    return respond(exchange, call, ready ? 200 : 503, SIGNET_TEXT("text/plain; charset=utf-8"),
                   ready ? SIGNET_TEXT("ready\n") : SIGNET_TEXT("not ready\n"));
}

static int32_t handle_metrics(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange)
{
    signet_text_t text = {NULL, 0};
    int32_t status = core_metric_text(call, &text);

    (void)instance;
    (void)request;
    return status != SIGNET_OK
               ? status
               : respond(exchange, call, 200, SIGNET_TEXT("text/plain; version=0.0.4"), text);
}

#define ROUTE(the_path, handler)                                                                   \
    {                                                                                              \
        .size = sizeof(signet_route_t), .flags = SIGNET_ROUTE_INLINE | SIGNET_ROUTE_PUBLIC,        \
        .method = SIGNET_TEXT_INIT("GET"), .path = SIGNET_TEXT_INIT(the_path), .handle = (handler) \
    }

static const signet_route_t builtin[EDGE_BUILTIN_COUNT] = {
    ROUTE("/healthz", handle_health),
    ROUTE("/readyz", handle_ready),
    ROUTE("/metrics", handle_metrics),
};

void edge_builtin_routes(edge_t *edge, core_route_t routes[static EDGE_BUILTIN_COUNT])
{
    size_t i;

    for (i = 0; i < EDGE_BUILTIN_COUNT; i++) {
        routes[i].route = &builtin[i];
        routes[i].instance = edge;
        routes[i].instance_name = SIGNET_TEXT("host");
    }
}
