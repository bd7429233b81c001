#include "daemon/control.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/call.h"

struct daemon_control {
    int signals; /* descriptors */
    int woken;
    int successors; /* -1: none are expected */
    pthread_mutex_t lock;
    daemon_request_t *first; /* under the lock, like what follows */
    daemon_request_t **end;
    int closed;
};

static void signals_of_daemon(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
}

void daemon_control_block_signals(void)
{
    sigset_t signals;
    signals_of_daemon(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

int32_t daemon_control_new(signet_call_t *call, daemon_control_t **control)
{
    sigset_t signals;
    daemon_control_t *made = calloc(1, sizeof *made);
    if (!made)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to start: free some");
    signals_of_daemon(&signals);
    made->end = &made->first;
    made->successors = -1;
    made->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    made->woken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&made->lock, NULL);
    if (made->signals >= 0 && made->woken >= 0) {
        *control = made;
        return SIGNET_OK;
    }
    int error = errno;
    daemon_control_free(made);
    return core_fail(call, SIGNET_UNAVAILABLE, "host.no-descriptors",
                     "the host cannot wait for signals (%s): raise the limit of open files",
                     strerror(error));
}

void daemon_control_expect(daemon_control_t *control, int successors)
{
    control->successors = successors;
}

static int has_request(daemon_control_t *control)
{
    pthread_mutex_lock(&control->lock);
    int some = control->first != NULL;
    pthread_mutex_unlock(&control->lock);
    return some;
}

/* The signal that came; 0 where there is none. */
static int read_signal(const daemon_control_t *control)
{
    struct signalfd_siginfo about;
    ssize_t got = read(control->signals, &about, sizeof about);
    return got == (ssize_t)sizeof about ? (int)about.ssi_signo : 0;
}

daemon_event_t daemon_control_wait(daemon_control_t *control, int wait_ms)
{
    for (;;) {
        if (has_request(control))
            return DAEMON_EVENT_REQUEST;
        struct pollfd waits[] = {{.fd = control->signals, .events = POLLIN},
                                 {.fd = control->woken, .events = POLLIN},
                                 {.fd = control->successors, .events = POLLIN}};
        int ready = poll(waits, sizeof waits / sizeof waits[0], wait_ms);
        if (ready == 0)
            return DAEMON_EVENT_TIME;
        int signal_number = ready > 0 && waits[0].revents ? read_signal(control) : 0;
        if (signal_number)
            return signal_number == SIGHUP ? DAEMON_EVENT_RELOAD : DAEMON_EVENT_END;
        if (ready > 0 && waits[2].revents)
            return DAEMON_EVENT_SUCCESSOR;
        uint64_t count = 0;
        if (ready > 0 && read(control->woken, &count, sizeof count) > 0 && !has_request(control))
            return DAEMON_EVENT_WAKE;
    }
}

void daemon_control_wake(void *context)
{
    const daemon_control_t *control = context;
    const uint64_t one = 1;
    /* It only fails where a wake-up is waiting already. */
    ssize_t written = write(control->woken, &one, sizeof one);
    (void)written;
}

int32_t daemon_control_ask(daemon_control_t *control, daemon_request_t *request)
{
    signet_call_t *call = request->call;
    request->next = NULL;
    pthread_mutex_lock(&control->lock);
    int closed = control->closed;
    if (!closed) {
        *control->end = request;
        control->end = &request->next;
        daemon_control_wake(control);
    }
    pthread_mutex_unlock(&control->lock);
    if (closed)
        return core_fail(call, SIGNET_UNAVAILABLE, "host.stopping",
                         "the host is ending: ask again once it has been started");
    call->services->pause(call);
    return request->status;
}

daemon_request_t *daemon_control_take(daemon_control_t *control)
{
    pthread_mutex_lock(&control->lock);
    daemon_request_t *request = control->first;
    if (request) {
        control->first = request->next;
        if (!control->first)
            control->end = &control->first;
    }
    pthread_mutex_unlock(&control->lock);
    return request;
}

void daemon_control_answer(daemon_request_t *request, int32_t status)
{
    signet_call_t *call = request->call;
    request->status = status;
    call->services->resume(call);
}

void daemon_control_close(daemon_control_t *control)
{
    daemon_request_t *request;
    pthread_mutex_lock(&control->lock);
    control->closed = 1;
    pthread_mutex_unlock(&control->lock);
    while ((request = daemon_control_take(control)) != NULL)
        daemon_control_answer(request, core_fail(request->call, SIGNET_UNAVAILABLE, "host.stopping",
                                                 "the host is ending: ask again once it has been "
                                                 "started"));
}

void daemon_control_free(daemon_control_t *control)
{
    if (!control)
        return;
    if (control->signals >= 0)
        close(control->signals);
    if (control->woken >= 0)
        close(control->woken);
    if (control->successors >= 0)
        close(control->successors);
    pthread_mutex_destroy(&control->lock);
    free(control);
}
