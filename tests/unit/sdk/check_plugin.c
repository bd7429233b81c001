#include "check_plugin.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

check_seen_t check_seen;

static int32_t respond(signet_call_t *call, signet_exchange_t *exchange, uint32_t status,
                       signet_text_t body)
{
    signet_pair_t header = signet_pair("content-type", SIGNET_TEXT("text/plain"));
    signet_response_t response = {.size = sizeof response,
                                  .status = status,
                                  .headers = &header,
                                  .header_count = 1,
                                  .body = signet_text_bytes(body)};
    return exchange->services->respond(exchange, call, &response);
}

/* Answers what it was asked, so that the test sees what arrived. */
static int32_t handle_echo(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    (void)instance;
    signet_buffer_t echo = signet_buffer(call, 0);
    signet_buffer_format(&echo, "%.*s %.*s", SIGNET_FORMAT(request->method),
                         SIGNET_FORMAT(request->path));
    for (uint64_t i = 0; i < request->parameter_count; i++) {
        signet_buffer_format(&echo, " {%.*s=%.*s}", SIGNET_FORMAT(request->parameters[i].name),
                             SIGNET_FORMAT(request->parameters[i].value));
    }
    for (uint64_t i = 0; i < request->query_count; i++) {
        signet_buffer_format(&echo, " ?%.*s=%.*s", SIGNET_FORMAT(request->query[i].name),
                             SIGNET_FORMAT(request->query[i].value));
    }
    for (uint64_t i = 0; i < request->header_count; i++) {
        signet_buffer_format(&echo, " %.*s: %.*s", SIGNET_FORMAT(request->headers[i].name),
                             SIGNET_FORMAT(request->headers[i].value));
    }
    signet_buffer_format(&echo, " [%.*s]", SIGNET_FORMAT(signet_bytes_text(request->body)));
    signet_text_t body;
    int32_t status = signet_buffer_text(&echo, &body);
    return status == SIGNET_OK ? respond(call, exchange, 200, body) : status;
}

static int32_t handle_refuse(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    (void)exchange;
    return signet_fail_field(call, SIGNET_DENIED, "test.refused", "name", "It is \"refused\".");
}

static int32_t on_error(void *instance, signet_call_t *call, const signet_request_t *request,
                        const signet_error_t *error, signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    return respond(call, exchange, 418, error->reason);
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

static int32_t handle_inline(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    if (check_seen.served_inline++ == 0) {
        return signet_fail(call, SIGNET_WOULD_BLOCK, "test.would-block", "Not on the loop.");
    }
    return respond(call, exchange, 200, SIGNET_TEXT("on a worker"));
}

/* Sends back the pieces of a streamed body. */
static int32_t handle_stream(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    (void)instance;
    signet_response_t response = {.size = sizeof response, .status = 200};
    int32_t status = request->body.length == 0
                         ? exchange->services->begin(exchange, call, &response)
                         : SIGNET_INTERNAL;
    int more = status == SIGNET_OK;
    while (more) {
        signet_call_t *child = call->services->child(call);
        signet_bytes_t piece = {NULL, 0};
        status = exchange->services->read(exchange, child, &piece);
        more = status == SIGNET_OK && piece.length > 0;
        if (more) {
            status = exchange->services->write(exchange, child, piece);
        }
        call->services->end(child);
    }
    return status == SIGNET_OK ? exchange->services->finish(exchange, call) : status;
}

static int32_t handle_twice(void *instance, signet_call_t *call, const signet_request_t *request,
                            signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    respond(call, exchange, 200, SIGNET_TEXT("first"));
    return respond(call, exchange, 500, SIGNET_TEXT("second"));
}

#define ROUTE(method_, path_, flags_, handle_, on_error_)                                          \
    {                                                                                              \
        .size = sizeof(signet_route_t), .flags = (flags_), .method = SIGNET_TEXT_INIT(method_),    \
        .path = SIGNET_TEXT_INIT(path_), .body_limit = (flags_) ? 1048576 : 0,                     \
        .handle = (handle_), .on_error = (on_error_)                                               \
    }

static const signet_route_t routes[] = {
    ROUTE("GET", "/echo/{who}", 0, handle_echo, NULL),
    ROUTE("GET", "/echo/me", 0, handle_echo, NULL),
    ROUTE("POST", "/echo/{who}/{what}", 0, handle_echo, NULL),
    ROUTE("GET", "/rest/{all}", SIGNET_ROUTE_REST, handle_echo, NULL),
    ROUTE("GET", "/refuse", 0, handle_refuse, NULL),
    ROUTE("GET", "/own", 0, handle_refuse, on_error),
    ROUTE("GET", "/silent", 0, handle_silent, NULL),
    ROUTE("GET", "/twice", 0, handle_twice, NULL),
    ROUTE("GET", "/inline", SIGNET_ROUTE_INLINE, handle_inline, NULL),
    ROUTE("PUT", "/stream", SIGNET_ROUTE_STREAM, handle_stream, NULL),
};

static int32_t run_job(void *instance, signet_call_t *call)
{
    check_seen_t *seen = instance;
    seen->ran++;
    seen->host->services->record(seen->host, seen->metric, 5);
    signet_text_t id = call->services->actor(call)->id;
    return signet_text_is(id, "system:one") ? SIGNET_OK
                                            : signet_fail(call, SIGNET_DENIED, "test.actor",
                                                          "It runs as %.*s.", SIGNET_FORMAT(id));
}

static int32_t plugin_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)call;
    check_seen = (check_seen_t){.opened = 1, .host = host};
    *instance = &check_seen;
    return SIGNET_OK;
}

static int32_t plugin_start(void *instance, signet_call_t *call)
{
    check_seen_t *seen = instance;
    const signet_host_services_t *services = seen->host->services;
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("sweep"),
                              .period_ms = 1000,
                              .deadline_ms = 5000,
                              .run = run_job};
    const signet_metric_t metric = {.size = sizeof metric,
                                    .kind = SIGNET_METRIC_COUNTER,
                                    .name = SIGNET_TEXT("signet_test_runs_total"),
                                    .help = SIGNET_TEXT("Runs."),
                                    .labels = SIGNET_TEXT("kind=\"a\"")};
    seen->started = 1;
    int32_t status = services->add_routes(seen->host, call, routes, sizeof routes / sizeof *routes);
    status = status == SIGNET_OK ? services->add_job(seen->host, call, &job) : status;
    return status == SIGNET_OK ? services->add_metric(seen->host, call, &metric, &seen->metric)
                               : status;
}

static int32_t plugin_drain(void *instance, signet_call_t *call)
{
    (void)call;
    ((check_seen_t *)instance)->drained = 1;
    return SIGNET_OK;
}

static int32_t plugin_stop(void *instance, signet_call_t *call)
{
    (void)call;
    ((check_seen_t *)instance)->stopped = ((check_seen_t *)instance)->drained;
    return SIGNET_OK;
}

static void plugin_close(void *instance)
{
    ((check_seen_t *)instance)->closed++;
}

static int32_t run_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    static const signet_column_t columns[] = {
        {sizeof(signet_column_t), 0, SIGNET_TEXT_INIT("name"), SIGNET_TEXT_INIT("Name")},
        {sizeof(signet_column_t), SIGNET_COLUMN_NUMBER, SIGNET_TEXT_INIT("count"),
         SIGNET_TEXT_INIT("Count")},
    };
    signet_output_t *output = input->output;
    int32_t status = output->services->columns(output, call, columns, 2);
    uint64_t count = signet_setting_count(input->options, "names");
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        signet_text_t cells[] = {
            signet_setting_at(signet_setting(input->options, "names"), i)->text,
            signet_format(call, "%lld",
                          (long long)signet_setting_integer(input->options, "page_size", 0))};
        status = output->services->row(output, call, cells, 2);
    }
    return status == SIGNET_OK && signet_setting_integer(input->options, "verbose", 0)
               ? output->services->note(output, call, SIGNET_TEXT("That is all."))
               : status;
}

static int32_t run_show(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    static const signet_column_t label = {sizeof(signet_column_t), 0, SIGNET_TEXT_INIT("file"),
                                          SIGNET_TEXT_INIT("File")};
    signet_output_t *output = input->output;
    signet_text_t file = signet_setting_text(input->options, "file");
    int32_t status = output->services->value(output, call, &label, file);
    if (status == SIGNET_OK && !output->json) {
        status = output->services->raw(output, call, signet_text_bytes(SIGNET_TEXT("raw\n")));
    }
    return status;
}

static const signet_option_t list_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("page_size"),
     .help = SIGNET_TEXT_INIT("How many."),
     .default_value = SIGNET_TEXT_INIT("7")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_BOOLEAN,
     .name = SIGNET_TEXT_INIT("verbose"),
     .help = SIGNET_TEXT_INIT("Says more.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .flags = SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REPEATABLE | SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("names"),
     .help = SIGNET_TEXT_INIT("Which.")},
};

static const signet_option_t show_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("file"),
     .help = SIGNET_TEXT_INIT("Which.")},
};

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("thing list"),
     .summary = SIGNET_TEXT_INIT("Lists."),
     .options = list_options,
     .option_count = 3,
     .run = run_list},
    {.size = sizeof(signet_command_t),
     .flags = SIGNET_COMMAND_LOCAL,
     .name = SIGNET_TEXT_INIT("thing show"),
     .summary = SIGNET_TEXT_INIT("Shows."),
     .options = show_options,
     .option_count = 1,
     .run = run_show},
};

static const signet_command_interface_t command_interface = {
    .size = sizeof command_interface, .commands = commands, .command_count = 2};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_COMMAND_INTERFACE),
     .vtable = &command_interface}};

signet_plugin_t check_plugin(void)
{
    return (signet_plugin_t){.size = sizeof(signet_plugin_t),
                             .abi = SIGNET_ABI,
                             .id = SIGNET_TEXT("test-everything"),
                             .version = SIGNET_TEXT("1.0.0"),
                             .summary = SIGNET_TEXT("Is tested."),
                             .provides = provides,
                             .provide_count = 1,
                             .open = plugin_open,
                             .start = plugin_start,
                             .drain = plugin_drain,
                             .stop = plugin_stop,
                             .close = plugin_close};
}
