/* Routes and jobs: each answers whatever it is asked, and each runs. */
#include "conform.h"

#include <signet/sdk/encode.h>
#include <stdio.h>
#include <string.h>

#define DEEP 200

/* The route's path with something in place of its parameters, and a query. */
static signet_text_t target(signet_call_t *memory, const signet_route_t *route, const char *value,
                            const char *query)
{
    signet_buffer_t buffer = signet_buffer(memory, 256);
    int inside = 0;
    for (uint64_t i = 0; i < route->path.length; i++) {
        char letter = route->path.data[i];
        if (letter == '{') {
            inside = 1;
            signet_buffer_add_string(&buffer, value);
        } else if (letter == '}') {
            inside = 0;
        } else if (!inside) {
            signet_buffer_add_byte(&buffer, (uint8_t)letter);
        }
    }
    signet_buffer_add_string(&buffer, query);
    signet_buffer_add_byte(&buffer, 0);
    return (signet_text_t){(const char *)buffer.data, buffer.length - 1};
}

static const char *ask(conform_t *conform, const signet_route_t *route, signet_text_t where,
                       signet_bytes_t body)
{
    static const char headers[] = "content-type: application/json\nx-odd: \xc3\xa4\n";
    const signet_response_t *response = NULL;
    signet_call_t *call = signet_check_call(conform->check, "tester", "auditor");
    const char *method = signet_format(call, "%.*s%c", SIGNET_FORMAT(route->method), 0).data;
    const char *fault = NULL;
    int32_t status =
        signet_check_request(conform->check, call, method, where.data, headers, body, &response);
    if (status == SIGNET_OK && (!response || response->status < 200 || response->status > 599)) {
        fault = conform_fault(conform, "%.*s %s was not answered", SIGNET_FORMAT(route->method),
                              where.data);
    }
    signet_check_call_end(call);
    return fault;
}

void conform_routes(conform_t *conform, runner_instance_t *instance)
{
    static const char *const bodies[] = {"", "{", "[]", "{}", "{\"a\":1,\"a\":2}", "\xff\xfe\x00"};
    static const char *const values[] = {"x", "%C3%A4", "%2e%2e%2f", "%00", "9999999999999999999"};
    if (!instance->routes) {
        return;
    }
    for (const runner_route_t *route = instance->routes; route; route = route->next) {
        const char *fault = NULL;
        char name[256];
        signet_call_t *memory = signet_check_call(conform->check, "tester", "auditor");
        signet_buffer_t deep = signet_buffer(memory, DEEP);
        for (int i = 0; i < DEEP; i++) {
            signet_buffer_add_byte(&deep, '[');
        }
        for (size_t v = 0; v < sizeof values / sizeof *values && !fault; v++) {
            signet_text_t where = target(memory, &route->route, values[v], "?limit=x&=&%zz");
            for (size_t i = 0; i < sizeof bodies / sizeof *bodies && !fault; i++) {
                fault =
                    ask(conform, &route->route, where, signet_text_bytes(signet_text(bodies[i])));
            }
            where = target(memory, &route->route, values[v], "");
            fault = fault ? fault
                          : ask(conform, &route->route, where,
                                (signet_bytes_t){deep.data, deep.length});
        }
        snprintf(name, sizeof name, "%.*s %.*s answers whatever it is asked",
                 SIGNET_FORMAT(route->route.method), SIGNET_FORMAT(route->route.path));
        conform_case(conform, name, fault);
        signet_check_call_end(memory);
    }
}

void conform_jobs(conform_t *conform, runner_instance_t *instance)
{
    for (const runner_job_t *job = instance->jobs; job; job = job->next) {
        char name[128];
        const char *fault = NULL;
        signet_call_t *call = runner_call_new(conform->check, 0);
        runner_set_actor(call, SIGNET_TEXT("system:check"), SIGNET_TEXT("system"), NULL);
        fault = conform_error(conform, call, runner_job_run(job, instance, call));
        snprintf(name, sizeof name, "the job %.*s runs", SIGNET_FORMAT(job->job.name));
        conform_case(conform, name, fault);
        signet_check_call_end(call);
    }
}
