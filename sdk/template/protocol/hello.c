#include "hello.h"

#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/record.h>
#include <signet/sdk/text.h>
#include <stdatomic.h>

#define NAME_MAX_LENGTH 64U

/* Answers {"greeting": "Hello, Ada!"}. */
static int32_t answer(hello_t *hello, signet_call_t *call, signet_text_t name,
                      signet_exchange_t *exchange)
{
    signet_text_t greeting =
        signet_format(call, "%.*s, %.*s!", SIGNET_FORMAT(hello->greeting), SIGNET_FORMAT(name));
    signet_json_writer_t writer = signet_json_writer(call, 128);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "greeting", greeting);
    signet_json_end_object(&writer);
    signet_text_t body;
    int32_t status = signet_json_finish(&writer, &body);
    if (status != SIGNET_OK || !greeting.data) {
        return SIGNET_NO_MEMORY;
    }
    signet_pair_t type = signet_pair("content-type", SIGNET_TEXT("application/json"));
    signet_response_t response = {.size = sizeof response,
                                  .status = 200,
                                  .headers = &type,
                                  .header_count = 1,
                                  .body = signet_text_bytes(body)};
    return exchange->services->respond(exchange, call, &response);
}

/* GET /hello/{name} */
static int32_t handle(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    hello_t *hello = instance;
    signet_text_t name = request->parameters[0].value;
    if (name.length > NAME_MAX_LENGTH || !signet_text_valid(name)) {
        return signet_fail_field(call, SIGNET_INVALID, "hello.name", "name",
                                 "A name has at most %u octets of UTF-8: use a shorter one.",
                                 NAME_MAX_LENGTH);
    }
    int32_t status = answer(hello, call, name, exchange);
    if (status == SIGNET_OK) {
        atomic_fetch_add(&hello->count, 1);
        hello->host->services->record(hello->host, hello->greetings, 1);
        signet_log(hello->host, call, SIGNET_LOG_INFO, "hello.greeted", "Greeted %.*s.",
                   SIGNET_FORMAT(name));
    }
    return status;
}

/* Every hour: says how many were greeted. */
static int32_t report(void *instance, signet_call_t *call)
{
    hello_t *hello = instance;
    signet_log(hello->host, call, SIGNET_LOG_INFO, "hello.reported", "Greeted %lld so far.",
               (long long)atomic_load(&hello->count));
    return SIGNET_OK;
}

int32_t hello_register(hello_t *hello, signet_call_t *call)
{
    static const signet_route_t route = {
        .size = sizeof route,
        .flags = SIGNET_ROUTE_PUBLIC,
        .method = SIGNET_TEXT_INIT("GET"),
        .path = SIGNET_TEXT_INIT("/hello/{name}"),
        .openapi = SIGNET_TEXT_INIT(
            "{\"summary\":\"Greets\",\"parameters\":[{\"name\":\"name\",\"in\":\"path\","
            "\"required\":true,\"schema\":{\"type\":\"string\"}}],"
            "\"responses\":{\"200\":{\"description\":\"A greeting\"}}}"),
        .handle = handle,
    };
    static const signet_metric_t greetings = {
        .size = sizeof greetings,
        .kind = SIGNET_METRIC_COUNTER,
        .name = SIGNET_TEXT_INIT("signet_hello_greetings_total"),
        .help = SIGNET_TEXT_INIT("Greetings answered."),
    };
    static const signet_job_t job = {
        .size = sizeof job,
        .lane = SIGNET_LANE_BACKGROUND,
        .name = SIGNET_TEXT_INIT("report"),
        .period_ms = 3600000,
        .run = report,
    };
    const signet_host_services_t *services = hello->host->services;
    int32_t status = services->add_routes(hello->host, call, &route, 1);
    if (status == SIGNET_OK) {
        status = services->add_metric(hello->host, call, &greetings, &hello->greetings);
    }
    if (status == SIGNET_OK) {
        status = services->add_job(hello->host, call, &job);
    }
    return status;
}
