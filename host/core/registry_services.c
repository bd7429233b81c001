/* What the host does for an instance. */
#include "core/registry_private.h"

#include <stdio.h>
#include <unistd.h>

#include "core/call.h"
#include "core/isolation.h"
#include "core/job.h"
#include "core/log.h"
#include "core/metric.h"
#include "core/secret.h"
#include "core/text.h"

#define EXIT_DEFECT 70 /* sysexits.h, EX_SOFTWARE */

static core_instance_t *instance_of(const signet_host_t *host)
{
    /* The host is the first member of what the host itself made. */
    return ((core_handed_t *)(void *)(uintptr_t)host)->instance;
}

static void service_log(const signet_host_t *host, signet_call_t *call, int32_t level,
                        signet_text_t event, signet_text_t message, const signet_pair_t *fields,
                        uint64_t field_count)
{
    if (!core_log_enabled(level))
        return;
    char name[96];
    snprintf(name, sizeof name, "%.*s", CORE_TEXT_ARG(event));
    signet_text_t trace = {NULL, 0};
    if (call)
        trace = call->services->trace(call);
    core_log_line(level, host->name, name, message, trace, fields, field_count);
}

static int32_t service_log_enabled(const signet_host_t *host, int32_t level)
{
    (void)host;
    return core_log_enabled(level);
}

static int32_t service_secret(const signet_host_t *host, signet_call_t *call,
                              signet_text_t reference, signet_bytes_t *secret)
{
    (void)host;
    return core_secret_read(call, reference, secret);
}

static int32_t service_add_routes(const signet_host_t *host, signet_call_t *call,
                                  const signet_route_t *routes, uint64_t count)
{
    return core_registry_add_routes(instance_of(host), call, routes, count);
}

static const signet_route_t *const *service_routes(const signet_host_t *host, signet_call_t *call,
                                                   uint64_t *count)
{
    core_registry_t *registry = core_call_registry(call);
    (void)host;
    *count = 0;
    if (!registry)
        return NULL;
    pthread_mutex_lock(&registry->lock);
    const signet_route_t **routes =
        call->services->alloc(call, registry->route_count * sizeof(void *));
    *count = routes ? registry->route_count : 0;
    for (uint64_t index = 0; index < *count; index++)
        routes[index] = registry->routes[index].route;
    pthread_mutex_unlock(&registry->lock);
    return routes;
}

static int32_t service_add_job(const signet_host_t *host, signet_call_t *call,
                               const signet_job_t *job)
{
    core_instance_t *instance = instance_of(host);
    if (!atomic_load(&instance->opening))
        return core_fail(call, SIGNET_CONFLICT, "job.too-late",
                         "instance \"%.*s\" adds a job after its start: report it to the plugin's "
                         "author",
                         CORE_TEXT_ARG(host->name));
    return core_jobs_add(instance->generations->jobs, call, instance, job);
}

static int32_t service_wake_job(const signet_host_t *host, signet_call_t *call, signet_text_t name)
{
    core_instance_t *instance = instance_of(host);
    return core_jobs_wake(instance->generations->jobs, call, instance, name);
}

static int32_t service_add_metric(const signet_host_t *host, signet_call_t *call,
                                  const signet_metric_t *metric, uint64_t *number)
{
    *number = core_metric_add(metric);
    if (*number)
        return SIGNET_OK;
    return core_fail(call, SIGNET_INVALID, "metric.refused",
                     "instance \"%.*s\" registers the metric \"%.*s\", which has no valid name or "
                     "kind, is of another kind already, or is one too many: report it to the "
                     "plugin's author",
                     CORE_TEXT_ARG(host->name), CORE_TEXT_ARG(metric->name));
}

static void service_record(const signet_host_t *host, uint64_t number, int64_t value)
{
    (void)host;
    core_metric_record(number, value);
}

static void service_set(const signet_host_t *host, uint64_t number, int64_t value)
{
    (void)host;
    core_metric_set(number, value);
}

static void service_fatal(const signet_host_t *host, signet_text_t event, signet_text_t message)
{
    service_log(host, NULL, SIGNET_LOG_ERROR, event, message, NULL, 0);
    core_log_end();
    _exit(EXIT_DEFECT);
}

static int32_t service_start_process(const signet_host_t *host, signet_call_t *call,
                                     int32_t *socket)
{
    return core_isolation_start(instance_of(host), call, socket);
}

static int32_t service_end_process(const signet_host_t *host, signet_call_t *call,
                                   signet_text_t *how)
{
    return core_isolation_end(instance_of(host), call, how);
}

const signet_host_services_t core_host_services = {
    .size = sizeof(signet_host_services_t),
    .log = service_log,
    .log_enabled = service_log_enabled,
    .secret = service_secret,
    .add_routes = service_add_routes,
    .routes = service_routes,
    .add_job = service_add_job,
    .wake_job = service_wake_job,
    .add_metric = service_add_metric,
    .record = service_record,
    .set = service_set,
    .fatal = service_fatal,
    .start_process = service_start_process,
    .end_process = service_end_process,
};
