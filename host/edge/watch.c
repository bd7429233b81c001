#include "edge/watch.h"

#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/buffer.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metric.h"
#include "core/text.h"
#include "edge/loop.h"

#define WATCH_SIGNAL (SIGRTMIN + 1)
#define TICK_MS_MOST 250
#define TICK_MS_LEAST 5
#define NOTE_MS 1000 /* that a thread has to note where it is */
#define OWN_FRAMES 2 /* of the handler and of the kernel's way into it */

static _Thread_local edge_pulse_t *own_pulse;

static void copy_name(char *to, signet_text_t name)
{
    size_t length = name.length < EDGE_WATCH_NAME - 1 ? (size_t)name.length : EDGE_WATCH_NAME - 1;

    if (length > 0) {
        memcpy(to, name.data, length);
    }
    to[length] = '\0';
}

/* On the loop's own thread, in the middle of whatever holds it. What serves it is pinned. */
static void note(int signal_number)
{
    edge_pulse_t *pulse = own_pulse;
    const core_route_t *route;

    (void)signal_number;
    if (pulse == NULL) {
        return;
    }
    route = atomic_load(&pulse->serving);
    copy_name(pulse->instance, route != NULL ? route->instance_name : SIGNET_TEXT("host"));
    copy_name(pulse->route, route != NULL ? route->route->path : SIGNET_TEXT("-"));
    pulse->frame_count = backtrace(pulse->frames, EDGE_WATCH_FRAMES);
    atomic_store(&pulse->noted, 1);
}

void edge_watch_enter(edge_pulse_t *pulse)
{
    sigset_t own;

    own_pulse = pulse;
    (void)sigemptyset(&own);
    (void)sigaddset(&own, WATCH_SIGNAL);
    (void)pthread_sigmask(SIG_UNBLOCK, &own, NULL);
}

/* The stack as one line: the innermost call first. */
static void write_stack(core_buffer_t *stack, const edge_pulse_t *pulse)
{
    char **symbols = backtrace_symbols(pulse->frames, pulse->frame_count);
    int i;

    for (i = OWN_FRAMES; symbols != NULL && i < pulse->frame_count; i++) {
        const char *slash = strrchr(symbols[i], '/');

        core_buffer_format(stack, "%s%s", stack->length > 0 ? "; " : "",
                           slash != NULL ? slash + 1 : symbols[i]);
    }
    free(symbols);
}

static void tell(const edge_t *edge, const edge_pulse_t *pulse, long long held_ms)
{
    core_buffer_t stack = {0};
    char held[24];
    signet_pair_t fields[4] = {
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("instance"), core_text(pulse->instance)},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("route"), core_text(pulse->route)},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("held_ms"), {NULL, 0}},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("stack"), {NULL, 0}},
    };

    (void)snprintf(held, sizeof(held), "%lld", held_ms);
    fields[2].value = core_text(held);
    write_stack(&stack, pulse);
    fields[3].value = core_buffer_text(&stack);
    core_log_line(SIGNET_LOG_ERROR, core_text(pulse->instance), "http.loop-held",
                  SIGNET_TEXT("A loop is held and serves nobody: report it to the author of the "
                              "plugin that holds it."),
                  SIGNET_TEXT(""), fields, 4);
    core_metric_record(edge->watch.metric, 1);
    core_buffer_free(&stack);
}

/* How long the loop has not waited for events. */
static long long still_for(edge_loop_t *loop)
{
    edge_pulse_t *pulse = &loop->pulse;
    uint64_t idle = uv_metrics_idle_time(&loop->uv);
    long long now = core_clock_monotonic();

    if (idle != pulse->idle || atomic_load(&pulse->still_since) == 0) {
        pulse->idle = idle;
        pulse->told = 0;
        atomic_store(&pulse->still_since, now);
    }
    return now - atomic_load(&pulse->still_since);
}

/* Asks a loop that is held where it is, once for each time. The lock is not held. */
static void look(const edge_t *edge, edge_loop_t *loop, int64_t limit_ms)
{
    const struct timespec moment = {0, 1000000};
    edge_pulse_t *pulse = &loop->pulse;
    int i;

    if (still_for(loop) < limit_ms || pulse->told) {
        return;
    }
    pulse->told = 1;
    atomic_store(&pulse->noted, 0);
    if (pthread_kill(loop->thread, WATCH_SIGNAL) != 0) {
        return;
    }
    for (i = 0; i < NOTE_MS && !atomic_load(&pulse->noted); i++) {
        (void)nanosleep(&moment, NULL);
    }
    /* By now it may have gone on; then what it noted says nothing. */
    if (atomic_load(&pulse->noted) && still_for(loop) >= limit_ms) {
        tell(edge, pulse, still_for(loop));
    }
}

static int64_t tick_of(int64_t limit_ms)
{
    int64_t tick = limit_ms / 4;

    tick = tick < TICK_MS_LEAST ? TICK_MS_LEAST : tick;
    return tick > TICK_MS_MOST ? TICK_MS_MOST : tick;
}

static void *run(void *argument)
{
    edge_t *edge = argument;
    size_t i;

    (void)pthread_setname_np(pthread_self(), "loop-watch");
    (void)pthread_mutex_lock(&edge->lock);
    while (!edge->watch.ending) {
        int64_t limit_ms = atomic_load(&edge->routing)->limits.loop_ms;
        struct timespec until = core_clock_after(tick_of(limit_ms));

        (void)pthread_cond_clockwait(&edge->watch.end, &edge->lock, CLOCK_MONOTONIC, &until);
        if (edge->watch.ending) {
            break;
        }
        (void)pthread_mutex_unlock(&edge->lock);
        for (i = 0; i < edge->loops_running; i++) {
            look(edge, &edge->loops[i], limit_ms);
        }
        (void)pthread_mutex_lock(&edge->lock);
    }
    (void)pthread_mutex_unlock(&edge->lock);
    return NULL;
}

int edge_watch_begin(edge_t *edge)
{
    signet_metric_t metric = {
        sizeof(metric), SIGNET_METRIC_COUNTER, SIGNET_TEXT_INIT("signet_http_loop_stalls_total"),
        SIGNET_TEXT_INIT("Times that a loop was held too long."), SIGNET_TEXT_INIT("")};
    struct sigaction action;
    void *frame;
    sigset_t all;
    sigset_t before;

    /* Its first call loads a library, which a signal handler must not. */
    (void)backtrace(&frame, 1);
    memset(&action, 0, sizeof(action));
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(WATCH_SIGNAL, &action, NULL) != 0) {
        return 0;
    }
    edge->watch.metric = core_metric_add(&metric);
    (void)pthread_cond_init(&edge->watch.end, NULL);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    edge->watch.runs = pthread_create(&edge->watch.thread, NULL, run, edge) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return edge->watch.runs;
}

void edge_watch_end(edge_t *edge)
{
    if (!edge->watch.runs) {
        return;
    }
    (void)pthread_mutex_lock(&edge->lock);
    edge->watch.ending = 1;
    (void)pthread_cond_signal(&edge->watch.end);
    (void)pthread_mutex_unlock(&edge->lock);
    (void)pthread_join(edge->watch.thread, NULL);
    (void)pthread_cond_destroy(&edge->watch.end);
    edge->watch.runs = 0;
}
