#include "chaos.h"

#include <pthread.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <time.h>

#include "problem.h"

#define ALLOWED_BY "SIGNET_CHAOS"
#define RETRY_AFTER_MS 1000

struct acme_chaos {
    pthread_mutex_t lock;
    uint64_t state;
    int64_t nonces; /* percent, like the next two */
    int64_t limited;
    int64_t unavailable;
    int64_t delay_ms;
    int reorder;
};

#define OPTION(kind, title, otherwise, ...)                                                        \
    .size = sizeof(signet_option_t), .type = (kind), .name = SIGNET_TEXT_INIT(title),              \
    .default_value = SIGNET_TEXT_INIT(otherwise), .help = SIGNET_TEXT_INIT(__VA_ARGS__)
#define PERCENT(title, ...)                                                                        \
    {                                                                                              \
        OPTION(SIGNET_OPTION_INTEGER, title, "0", __VA_ARGS__), .minimum = 0, .maximum = 100,      \
    }

const signet_option_t acme_chaos_options[] = {
    {OPTION(SIGNET_OPTION_INTEGER, "seed", "1", "What the trouble is drawn from."), .minimum = 1,
     .maximum = INT32_MAX},
    PERCENT("nonces", "How many of a hundred good nonces are refused (badNonce)."),
    PERCENT("limited", "How many of a hundred requests get 429 (rateLimited)."),
    PERCENT("unavailable", "How many of a hundred requests get 503."),
    {OPTION(SIGNET_OPTION_DURATION, "delay", "0s", "How long a validation is delayed, at most."),
     .minimum = 0, .maximum = 60000},
    {OPTION(SIGNET_OPTION_BOOLEAN, "reorder", "false",
            "Whether authorizations and challenges are listed in changing order.")},
};
_Static_assert(sizeof acme_chaos_options / sizeof *acme_chaos_options == ACME_CHAOS_OPTION_COUNT,
               "count of options");

int32_t acme_chaos_new(signet_call_t *call, const signet_host_t *host, acme_chaos_t **chaos)
{
    const signet_setting_t *group = signet_setting(host->settings, "chaos");
    *chaos = NULL;
    if (group == NULL) {
        return SIGNET_OK;
    }
    if (secure_getenv(ALLOWED_BY) == NULL) {
        return signet_setting_fail(call, group, "acme.chaos",
                                   "Chaos is for tests of clients, never for production: take the "
                                   "group out, or set " ALLOWED_BY
                                   "=1 for a daemon that serves tests alone.");
    }
    acme_chaos_t *made = calloc(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return signet_fail_memory(call);
    }
    made->state = (uint64_t)signet_setting_integer(group, "seed", 1);
    made->nonces = signet_setting_integer(group, "nonces", 0);
    made->limited = signet_setting_integer(group, "limited", 0);
    made->unavailable = signet_setting_integer(group, "unavailable", 0);
    made->delay_ms = signet_setting_integer(group, "delay", 0);
    made->reorder = signet_setting_integer(group, "reorder", 0) != 0;
    *chaos = made;
    return SIGNET_OK;
}

void acme_chaos_free(acme_chaos_t *chaos)
{
    if (chaos != NULL) {
        pthread_mutex_destroy(&chaos->lock);
        free(chaos);
    }
}

/* The next number below `bound`: a linear congruential generator, whose high bits are good. */
static int64_t draw(acme_chaos_t *chaos, int64_t bound)
{
    pthread_mutex_lock(&chaos->lock);
    chaos->state = chaos->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t number = chaos->state >> 33;
    pthread_mutex_unlock(&chaos->lock);
    return (int64_t)(number % (uint64_t)bound);
}

static int32_t fail_later(signet_call_t *call, int32_t status, const char *reason)
{
    const signet_error_t error = {
        .size = sizeof error,
        .status = status,
        .reason = signet_text(reason),
        .message = SIGNET_TEXT_INIT("This is a test of the client: come again."),
        .retry_after_ms = RETRY_AFTER_MS,
    };
    return call->services->fail(call, &error);
}

int32_t acme_chaos_request(signet_call_t *call, acme_chaos_t *chaos)
{
    if (chaos == NULL) {
        return SIGNET_OK;
    }
    if (draw(chaos, 100) < chaos->limited) {
        return fail_later(call, SIGNET_LIMITED, "acme.rateLimited");
    }
    if (draw(chaos, 100) < chaos->unavailable) {
        return fail_later(call, SIGNET_UNAVAILABLE, "acme.serverInternal");
    }
    return draw(chaos, 100) < chaos->nonces
               ? acme_fail(call, "badNonce", "This is a test of the client: take another nonce.")
               : SIGNET_OK;
}

void acme_chaos_validation(acme_chaos_t *chaos)
{
    if (chaos == NULL || chaos->delay_ms == 0) {
        return;
    }
    int64_t delay = draw(chaos, chaos->delay_ms + 1);
    const struct timespec time = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

int acme_chaos_reorders(acme_chaos_t *chaos)
{
    return chaos != NULL && chaos->reorder && draw(chaos, 2) == 1;
}
