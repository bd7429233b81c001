#include "edge/edge.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/call.h"
#include "core/clock.h"
#include "edge/listening.h"
#include "edge/loop.h"
#include "edge/relisten.h"
#include "edge/setting.h"
#include "edge/state.h"

#define CERTIFICATE_CHECK_MS 60000

static int32_t no_memory(signet_call_t *call)
{
    return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory", "No memory is left for the edge.");
}

size_t edge_count_cores(void)
{
    cpu_set_t cores;

    if (sched_getaffinity(0, sizeof(cores), &cores) != 0 || CPU_COUNT(&cores) < 1) {
        return 1;
    }
    return (size_t)CPU_COUNT(&cores);
}

static int32_t read_listeners(signet_call_t *call, const core_config_t *config, edge_t *edge)
{
    const signet_setting_t *listeners = edge_setting_find(config->host, "listeners");
    uint64_t i;

    if (listeners == NULL || listeners->member_count == 0) {
        return core_fail(call, SIGNET_INVALID, "http.no-listener",
                         "%.*s: host.listeners is empty: name at least one listener.",
                         (int)config->file.length, config->file.data);
    }
    edge->listeners = calloc(listeners->member_count, sizeof(*edge->listeners));
    if (edge->listeners == NULL) {
        return no_memory(call);
    }
    for (i = 0; i < listeners->member_count; i++) {
        edge_listener_t *listener = edge_listener_new();
        int32_t status;

        if (listener == NULL) {
            return no_memory(call);
        }
        edge->listeners[edge->listener_count++] = listener;
        status =
            edge_listener_read(call, SIGNET_AT(signet_setting_t, listeners->members, i), listener);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}

static int32_t open_loops(signet_call_t *call, edge_t *edge)
{
    size_t count = edge_count_cores();

    edge->loops = calloc(count, sizeof(*edge->loops));
    if (edge->loops == NULL) {
        return no_memory(call);
    }
    while (edge->loop_count < count) {
        if (edge_loop_open(edge, &edge->loops[edge->loop_count]) != SIGNET_OK) {
            return no_memory(call);
        }
        edge->loop_count++;
    }
    return SIGNET_OK;
}

static int32_t set_up(signet_call_t *call, const core_config_t *config, core_registry_t *registry,
                      edge_t *edge)
{
    int32_t status = read_listeners(call, config, edge);
    edge_routing_t *routing = NULL;
    size_t i;

    if (status == SIGNET_OK) {
        status = edge_routing_new(call, edge, config->host, registry, &routing);
        edge->routing = routing;
    }
    if (status == SIGNET_OK) {
        status = open_loops(call, edge);
    }
    if (status == SIGNET_OK) {
        status = edge_listening_begin(call, edge);
    }
    for (i = 0; i < edge->loop_count && status == SIGNET_OK; i++) {
        if (edge_loop_run(&edge->loops[i]) != 0) {
            status = core_fail(call, SIGNET_UNAVAILABLE, "host.no-thread",
                               "No thread can be started for a loop: raise the limit of threads.");
        } else {
            edge->loops_running++;
        }
    }
    if (status == SIGNET_OK && !edge_watch_begin(edge)) {
        status = core_fail(call, SIGNET_UNAVAILABLE, "host.no-thread",
                           "No thread can be started for the watch over the loops: raise the limit "
                           "of threads.");
    }
    return status;
}

static int32_t start_renewal(signet_call_t *call, const core_config_t *config, edge_t *edge)
{
    edge->renewal = edge_renewal_start(
        edge, edge_setting_integer(config->host, "certificate_check", CERTIFICATE_CHECK_MS));
    return edge->renewal != NULL
               ? SIGNET_OK
               : core_fail(call, SIGNET_UNAVAILABLE, "host.no-thread",
                           "No thread can be started to look at certificates: raise the limit of "
                           "threads.");
}

/* New files of certificates are looked for where there are any. */
static int32_t watch_certificates(signet_call_t *call, const core_config_t *config, edge_t *edge)
{
    size_t i;

    for (i = 0; i < edge->listener_count && edge->listeners[i]->tls == NULL; i++) {
    }
    return i == edge->listener_count ? SIGNET_OK : start_renewal(call, config, edge);
}

int32_t edge_start(signet_call_t *call, const core_config_t *config, core_registry_t *registry,
                   core_lanes_t *lanes, const edge_given_t *given, edge_t **edge)
{
    edge_t *made = calloc(1, sizeof(*made));
    pthread_condattr_t attributes;
    int32_t status;

    if (made == NULL) {
        return no_memory(call);
    }
    made->lanes = lanes;
    if (given != NULL) {
        made->given = *given;
    }
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_mutex_init(&made->renewing, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&made->emptied, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    edge_metrics_register(&made->metrics);
    status = set_up(call, config, registry, made);
    if (status == SIGNET_OK) {
        status = watch_certificates(call, config, made);
    }
    if (status != SIGNET_OK) {
        edge_free(made);
        return status;
    }
    *edge = made;
    return SIGNET_OK;
}

static void wake_all(edge_t *edge)
{
    size_t i;

    for (i = 0; i < edge->loops_running; i++) {
        edge_loop_wake(&edge->loops[i]);
    }
}

void edge_ready(edge_t *edge)
{
    atomic_store(&edge->ready, 1);
    wake_all(edge);
}

int32_t edge_addresses(signet_call_t *call, const edge_t *edge, signet_text_t *lines)
{
    signet_text_t all = {"", 0};
    size_t i;

    for (i = 0; i < edge->listener_count; i++) {
        const edge_listener_t *listener = edge->listeners[i];
        signet_text_t url = edge_listener_url(call, listener);

        all =
            core_format(call, "%.*s%.*s %.*s\n", (int)all.length, all.data,
                        (int)listener->name.length, listener->name.data, (int)url.length, url.data);
        if (all.data == NULL || url.data == NULL) {
            return no_memory(call);
        }
    }
    *lines = all;
    return SIGNET_OK;
}

struct edge_change {
    edge_routing_t *routing;
    edge_relisten_t *relisten; /* NULL: the listeners stay */
};

int32_t edge_prepare(signet_call_t *call, edge_t *edge, const core_config_t *now,
                     const core_config_t *config, core_registry_t *registry, edge_change_t **change)
{
    edge_change_t *made = calloc(1, sizeof(*made));
    int32_t status;

    if (made == NULL) {
        return no_memory(call);
    }
    status = edge_routing_new(call, edge, config->host, registry, &made->routing);
    if (status == SIGNET_OK) {
        status = edge_relisten_prepare(call, edge, now->host, config->host, &made->relisten);
    }
    if (status == SIGNET_OK && edge->renewal == NULL && made->relisten != NULL) {
        /* There may be TLS where there was none. */
        status = start_renewal(call, config, edge);
    }
    if (status == SIGNET_OK) {
        *change = made;
    } else {
        edge_discard(made);
    }
    return status;
}

void edge_apply(edge_t *edge, edge_change_t *change)
{
    edge_routing_t *former;

    (void)pthread_mutex_lock(&edge->lock);
    former = atomic_exchange(&edge->routing, change->routing);
    (void)pthread_mutex_unlock(&edge->lock);
    change->routing = NULL;
    edge_routing_release(former);
    if (change->relisten != NULL) {
        edge_relisten_apply(edge, change->relisten);
        change->relisten = NULL;
    }
    edge_discard(change);
    wake_all(edge);
}

void edge_discard(edge_change_t *change)
{
    if (change != NULL) {
        edge_routing_release(change->routing);
        edge_relisten_discard(change->relisten);
        free(change);
    }
}

int edge_is_turning(const edge_t *edge, int64_t limit_ms)
{
    size_t i;

    for (i = 0; i < edge->loops_running; i++) {
        long long since = atomic_load(&edge->loops[i].pulse.still_since);

        if (since != 0 && core_clock_monotonic() - since > limit_ms) {
            return 0;
        }
    }
    return 1;
}

void edge_drain(edge_t *edge, int64_t wait_ms)
{
    struct timespec until;
    int expired = 0;

    atomic_store(&edge->draining, 1);
    wake_all(edge);
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&edge->lock);
    while (atomic_load(&edge->connections) > 0 && !expired) {
        expired = pthread_cond_timedwait(&edge->emptied, &edge->lock, &until) == ETIMEDOUT;
    }
    (void)pthread_mutex_unlock(&edge->lock);
    atomic_store(&edge->cutting, 1);
    wake_all(edge);
}

void edge_free(edge_t *edge)
{
    size_t i;

    if (edge == NULL) {
        return;
    }
    edge_renewal_end(edge->renewal);
    atomic_store(&edge->draining, 1);
    atomic_store(&edge->cutting, 1);
    atomic_store(&edge->ending, 1);
    edge_watch_end(edge);
    wake_all(edge);
    for (i = 0; i < edge->loops_running; i++) {
        edge_loop_join(&edge->loops[i]);
    }
    for (i = 0; i < edge->loop_count; i++) {
        edge_loop_close(&edge->loops[i]);
    }
    free(edge->loops);
    for (i = 0; i < edge->listener_count; i++) {
        edge_listener_release(edge->listeners[i]);
    }
    free(edge->listeners);
    free(edge->owners);
    free(edge->sockets);
    edge_routing_release(edge->routing);
    (void)pthread_cond_destroy(&edge->emptied);
    (void)pthread_mutex_destroy(&edge->lock);
    (void)pthread_mutex_destroy(&edge->renewing);
    free(edge);
}
