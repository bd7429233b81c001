#include "edge/renewal.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/call.h"
#include "core/clock.h"
#include "core/log.h"
#include "edge/state.h"

struct edge_renewal {
    edge_t *edge;
    int64_t period_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int ending; /* under the lock */
};

int32_t edge_renew(signet_call_t *call, edge_t *edge)
{
    int32_t status = SIGNET_OK;
    size_t i;

    (void)pthread_mutex_lock(&edge->renewing);
    for (i = 0; i < edge->listener_count; i++) {
        const edge_listener_t *listener = edge->listeners[i];
        int renewed = 0;
        int32_t one = listener->tls == NULL ? SIGNET_OK
                      : status == SIGNET_OK ? edge_tls_renew(call, listener->tls, &renewed)
                                            : SIGNET_OK;

        if (renewed) {
            core_log(SIGNET_LOG_INFO, "http.certificate-renewed",
                     "Listener \"%.*s\" shows the certificates that its files hold now.",
                     (int)listener->name.length, listener->name.data);
        }
        status = status == SIGNET_OK ? one : status;
    }
    (void)pthread_mutex_unlock(&edge->renewing);
    return status;
}

/* What cannot be taken up is logged once; the old certificates stay until the files change again.
 */
static void look(edge_t *edge)
{
    core_call_options_t options;
    signet_call_t *call;
    const signet_error_t *error;

    memset(&options, 0, sizeof(options));
    call = core_call_new(&options);
    if (call == NULL) {
        return;
    }
    if (edge_renew(call, edge) != SIGNET_OK) {
        error = call->services->error(call);
        core_log(SIGNET_LOG_WARNING, "http.certificate-not-renewed",
                 "%.*s Until then the certificates that were loaded before are shown.",
                 error != NULL ? (int)error->message.length : 0,
                 error != NULL ? error->message.data : "");
    }
    core_call_free(call);
}

/* Waits for a period; 0 when it is to end. */
static int wait_for_turn(edge_renewal_t *renewal)
{
    const struct timespec until = core_clock_after(renewal->period_ms);
    int expired = 0;
    int goes_on;

    (void)pthread_mutex_lock(&renewal->lock);
    /* Whatever else it fails for would fail again at once. */
    while (!renewal->ending && !expired) {
        expired =
            pthread_cond_clockwait(&renewal->changed, &renewal->lock, CLOCK_MONOTONIC, &until) != 0;
    }
    goes_on = !renewal->ending;
    (void)pthread_mutex_unlock(&renewal->lock);
    return goes_on;
}

static void *run(void *argument)
{
    edge_renewal_t *renewal = argument;

    (void)pthread_setname_np(pthread_self(), "renewal");
    while (wait_for_turn(renewal)) {
        look(renewal->edge);
    }
    return NULL;
}

edge_renewal_t *edge_renewal_start(edge_t *edge, int64_t period_ms)
{
    edge_renewal_t *renewal = calloc(1, sizeof(*renewal));
    sigset_t all;
    sigset_t before;
    int error;

    if (renewal == NULL) {
        return NULL;
    }
    renewal->edge = edge;
    renewal->period_ms = period_ms;
    (void)pthread_mutex_init(&renewal->lock, NULL);
    (void)pthread_cond_init(&renewal->changed, NULL);
    /* Signals are the main thread's. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&renewal->thread, NULL, run, renewal);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        (void)pthread_cond_destroy(&renewal->changed);
        (void)pthread_mutex_destroy(&renewal->lock);
        free(renewal);
        return NULL;
    }
    return renewal;
}

void edge_renewal_end(edge_renewal_t *renewal)
{
    if (renewal == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&renewal->lock);
    renewal->ending = 1;
    (void)pthread_cond_signal(&renewal->changed);
    (void)pthread_mutex_unlock(&renewal->lock);
    (void)pthread_join(renewal->thread, NULL);
    (void)pthread_cond_destroy(&renewal->changed);
    (void)pthread_mutex_destroy(&renewal->lock);
    free(renewal);
}
