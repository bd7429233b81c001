/* What the host does for an instance, as far as a test needs it. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static runner_instance_t *of(const signet_host_t *host)
{
    return (runner_instance_t *)(uintptr_t)host;
}

static void host_log(const signet_host_t *host, signet_call_t *call, int32_t level,
                     signet_text_t event, signet_text_t message, const signet_pair_t *fields,
                     uint64_t field_count)
{
    (void)call;
    signet_check_t *check = of(host)->check;
    runner_line_t *line = calloc(1, sizeof *line + event.length + 1);
    if (!line) {
        runner_die("out of memory");
    }
    if (event.length > 0) {
        memcpy(line->event, event.data, event.length);
    }
    pthread_mutex_lock(check->lock);
    line->next = check->lines;
    check->lines = line;
    /* A failed test shows what the plugin had to say. */
    fprintf(stderr, "%.*s[%d] %.*s: %.*s", SIGNET_FORMAT(host->name), (int)level,
            SIGNET_FORMAT(event), SIGNET_FORMAT(message));
    for (uint64_t i = 0; i < field_count; i++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, fields, i);
        fprintf(stderr, " %.*s=%.*s", SIGNET_FORMAT(field->name), SIGNET_FORMAT(field->value));
    }
    fputs("\n", stderr);
    pthread_mutex_unlock(check->lock);
}

static int32_t host_log_enabled(const signet_host_t *host, int32_t level)
{
    (void)host;
    (void)level;
    return 1;
}

/* Routes, jobs and metrics are registered while the instance opens or starts. */
static int32_t check_phase(const signet_host_t *host, signet_call_t *call, const char *what)
{
    int phase = of(host)->phase;
    if (phase == RUNNER_OPENING || phase == RUNNER_STARTING) {
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_CONFLICT, "host.too-late",
                       "%s are registered in open or start only.", what);
}

/* Whether two paths can match the same request: parameters match each other whatever their
 * names. */
static int paths_equal(signet_text_t a, signet_text_t b)
{
    while (a.length > 0 && b.length > 0) {
        signet_text_t segment_a = signet_text_split(a, '/', &a);
        signet_text_t segment_b = signet_text_split(b, '/', &b);
        int both = signet_text_starts(segment_a, "{") && signet_text_starts(segment_b, "{");
        if (!both && !signet_text_equal(segment_a, segment_b)) {
            return 0;
        }
    }
    return a.length == 0 && b.length == 0;
}

static const runner_instance_t *owner_of(const signet_check_t *check, const signet_route_t *route)
{
    for (const runner_instance_t *at = check->instances; at; at = at->next) {
        for (const runner_route_t *other = at->routes; other; other = other->next) {
            if (signet_text_equal(other->route.method, route->method) &&
                paths_equal(other->route.path, route->path)) {
                return at;
            }
        }
    }
    return NULL;
}

static int32_t add_route(const signet_host_t *host, signet_call_t *call,
                         const signet_route_t *route)
{
    runner_instance_t *self = of(host);
    if (route->size < sizeof *route || route->method.length == 0 || !route->handle ||
        !signet_text_starts(route->path, "/")) {
        return signet_fail(call, SIGNET_ABI_MISMATCH, "route.malformed",
                           "A route needs its size, a method, a path from '/' on and a handler.");
    }
    const runner_instance_t *owner = owner_of(self->check, route);
    for (const runner_route_t *own = self->routes; own && !owner; own = own->next) {
        owner = signet_text_equal(own->route.method, route->method) &&
                        paths_equal(own->route.path, route->path)
                    ? self
                    : NULL;
    }
    if (owner) {
        return signet_fail(call, SIGNET_EXISTS, "route.taken",
                           "%.*s %.*s of the instance %.*s is served by %.*s already.",
                           SIGNET_FORMAT(route->method), SIGNET_FORMAT(route->path),
                           SIGNET_FORMAT(host->name), SIGNET_FORMAT(owner->host.name));
    }
    runner_route_t *added = runner_take(self->memory, sizeof *added);
    *added = (runner_route_t){.next = self->routes, .instance = self, .route = *route};
    self->routes = added;
    return SIGNET_OK;
}

static int32_t host_add_routes(const signet_host_t *host, signet_call_t *call,
                               const signet_route_t *routes, uint64_t count)
{
    int32_t status = check_phase(host, call, "Routes");
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        status = add_route(host, call, SIGNET_AT(signet_route_t, routes, i));
    }
    return status;
}

static const signet_route_t *const *host_routes(const signet_host_t *host, signet_call_t *call,
                                                uint64_t *count)
{
    const signet_check_t *check = of(host)->check;
    uint64_t most = 0;
    for (const runner_instance_t *at = check->instances; at; at = at->next) {
        for (const runner_route_t *route = at->routes; route; route = route->next) {
            most++;
        }
    }
    const signet_route_t **found = signet_alloc(call, most, sizeof *found);
    *count = 0;
    for (const runner_instance_t *at = check->instances; found && at; at = at->next) {
        for (const runner_route_t *route = at->routes; route; route = route->next) {
            found[(*count)++] = &route->route;
        }
    }
    return found;
}

static const runner_job_t *job_of(const signet_host_t *host, signet_text_t name)
{
    const runner_job_t *job = of(host)->jobs;
    while (job && !signet_text_equal(job->job.name, name)) {
        job = job->next;
    }
    return job;
}

int32_t runner_job_run(const runner_job_t *job, const runner_instance_t *self, signet_call_t *call)
{
    return job->job.run(job->job.subject ? job->job.subject : self->instance, call);
}

static int32_t host_add_job(const signet_host_t *host, signet_call_t *call, const signet_job_t *job)
{
    runner_instance_t *self = of(host);
    int32_t status = check_phase(host, call, "Jobs");
    if (status != SIGNET_OK) {
        return status;
    }
    if (!SIGNET_HAS(job, run) || job->name.length == 0 || job->period_ms < 10 ||
        (job->lane != SIGNET_LANE_BACKGROUND && job->lane != SIGNET_LANE_OUTBOUND)) {
        return signet_fail(call, SIGNET_INVALID, "job.malformed",
                           "A job needs its size, a name, a function, a period of at least 10 ms "
                           "and the lane background or outbound.");
    }
    if (job_of(host, job->name)) {
        return signet_fail(call, SIGNET_EXISTS, "job.taken",
                           "The instance %.*s has a job %.*s already.", SIGNET_FORMAT(host->name),
                           SIGNET_FORMAT(job->name));
    }
    runner_job_t *added = runner_take(self->memory, sizeof *added);
    added->next = self->jobs;
    memcpy(&added->job, job, job->size < sizeof added->job ? job->size : sizeof added->job);
    self->jobs = added;
    return SIGNET_OK;
}

static int32_t host_wake_job(const signet_host_t *host, signet_call_t *call, signet_text_t name)
{
    /* Jobs run when the test says so. */
    if (!job_of(host, name)) {
        return signet_fail(call, SIGNET_NOT_FOUND, "job.missing",
                           "The instance %.*s has no job %.*s.", SIGNET_FORMAT(host->name),
                           SIGNET_FORMAT(name));
    }
    return SIGNET_OK;
}

static signet_text_t duplicate(signet_text_t text)
{
    char *copy = calloc(1, text.length + 1);
    if (!copy) {
        runner_die("out of memory");
    }
    if (text.length > 0) {
        memcpy(copy, text.data, text.length);
    }
    return (signet_text_t){copy, text.length};
}

static int32_t host_add_metric(const signet_host_t *host, signet_call_t *call,
                               const signet_metric_t *metric, uint64_t *number)
{
    signet_check_t *check = of(host)->check;
    if (metric->size < sizeof *metric || !signet_text_starts(metric->name, "signet_") ||
        metric->help.length == 0 || metric->kind < SIGNET_METRIC_COUNTER ||
        metric->kind > SIGNET_METRIC_HISTOGRAM) {
        return signet_fail(call, SIGNET_INVALID, "metric.malformed",
                           "A metric needs its size, a name from signet_ on, help and a kind.");
    }
    pthread_mutex_lock(check->lock);
    uint64_t count = check->metric_count;
    uint64_t at = 0;
    while (at < count && !(signet_text_equal(check->metrics[at].name, metric->name) &&
                           signet_text_equal(check->metrics[at].labels, metric->labels))) {
        at++;
    }
    if (at == count) {
        if (count == RUNNER_METRICS_MAX) {
            runner_die("there are more than %u metrics", RUNNER_METRICS_MAX);
        }
        check->metrics[at].name = duplicate(metric->name);
        check->metrics[at].labels = duplicate(metric->labels);
        atomic_store(&check->metric_count, count + 1);
    }
    pthread_mutex_unlock(check->lock);
    *number = at;
    return SIGNET_OK;
}

static runner_metric_t *metric_of(const signet_host_t *host, uint64_t number)
{
    signet_check_t *check = of(host)->check;
    if (number >= atomic_load(&check->metric_count)) {
        runner_die("the instance %.*s records the metric %llu, which it never added",
                   SIGNET_FORMAT(host->name), (unsigned long long)number);
    }
    return &check->metrics[number];
}

static void host_record(const signet_host_t *host, uint64_t number, int64_t value)
{
    atomic_fetch_add(&metric_of(host, number)->value, value);
}

static void host_set(const signet_host_t *host, uint64_t number, int64_t value)
{
    atomic_store(&metric_of(host, number)->value, value);
}

static void host_fatal(const signet_host_t *host, signet_text_t event, signet_text_t message)
{
    const char *expected = of(host)->check->expected_fatal;
    fprintf(stderr, "%.*s fatal %.*s: %.*s\n", SIGNET_FORMAT(host->name), SIGNET_FORMAT(event),
            SIGNET_FORMAT(message));
    if (expected && signet_text_is(event, expected)) {
        _exit(SIGNET_CHECK_FATAL);
    }
    abort();
}

/* There are no isolated instances here: each plugin is tested in the test's own process. */
static int32_t host_start_process(const signet_host_t *host, signet_call_t *call, int32_t *socket)
{
    (void)host;
    (void)socket;
    return signet_fail(call, SIGNET_DENIED, "isolate.denied",
                       "the plugin test runner starts no processes");
}

static int32_t host_end_process(const signet_host_t *host, signet_call_t *call, signet_text_t *how)
{
    (void)host;
    (void)call;
    *how = (signet_text_t){NULL, 0};
    return SIGNET_OK;
}

const signet_host_services_t runner_host_services = {
    .size = sizeof runner_host_services,
    .log = host_log,
    .log_enabled = host_log_enabled,
    .secret = runner_secret,
    .add_routes = host_add_routes,
    .routes = host_routes,
    .add_job = host_add_job,
    .wake_job = host_wake_job,
    .add_metric = host_add_metric,
    .record = host_record,
    .set = host_set,
    .fatal = host_fatal,
    .start_process = host_start_process,
    .end_process = host_end_process,
};
