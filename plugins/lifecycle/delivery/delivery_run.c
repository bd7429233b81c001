/* The job: steps forward until nothing is left or something fails, then waits, ever longer. */
#include <signet/sdk/crypto.h>
#include <signet/sdk/delivery.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#include "delivery.h"

#define LONGEST_MS (INT64_C(24) * 60 * 60 * 1000)

#define STATE_WELL 0
#define STATE_RETRYING 1
#define STATE_HELD 2

/* The time until the next try: twice the last one, give or take a tenth, so that many that wait for
 * the same receiver do not come back at once. */
static int64_t pause_after(const delivery_t *delivery, signet_call_t *call, int is_held,
                           int64_t retry_after_ms)
{
    uint16_t chance = 0;
    int64_t pause = delivery->first_ms;
    for (uint64_t i = 1; i < delivery->failures && pause < delivery->longest_ms; i++) {
        pause *= 2;
    }
    if (is_held || pause > delivery->longest_ms) {
        pause = delivery->longest_ms;
    }
    if (signet_random(call, &chance, sizeof chance) == SIGNET_OK) {
        pause += pause / 10 * ((int64_t)chance - 32768) / 32768;
    }
    if (pause < retry_after_ms) {
        pause = retry_after_ms < LONGEST_MS ? retry_after_ms : LONGEST_MS;
    }
    return pause;
}

static void fail(delivery_t *delivery, signet_call_t *call, int32_t status)
{
    const signet_host_services_t *services = delivery->host->services;
    const signet_error_t *error = call->services->error(call);
    int is_held = signet_delivery_verdict(status) == SIGNET_DELIVERY_HELD;
    int64_t retry_after = error ? error->retry_after_ms : 0;
    delivery->failures++;
    services->record(delivery->host, delivery->metrics.failures, 1);
    services->set(delivery->host, delivery->metrics.state, is_held ? STATE_HELD : STATE_RETRYING);
    signet_log_error(delivery->host, call, is_held ? SIGNET_LOG_ERROR : SIGNET_LOG_WARNING,
                     is_held ? "delivery.held" : "delivery.failed");
    call->services->clear(call);
    int64_t pause = pause_after(delivery, call, is_held, retry_after);
    delivery->due = signet_monotonic() + pause;
}

static void succeed(delivery_t *delivery, signet_call_t *call)
{
    if (delivery->failures > 0) {
        signet_log(delivery->host, call, SIGNET_LOG_INFO, "delivery.recovered",
                   "Delivering goes on after %llu failures.",
                   (unsigned long long)delivery->failures);
    }
    delivery->failures = 0;
    delivery->due = 0;
    delivery->host->services->set(delivery->host, delivery->metrics.state, STATE_WELL);
}

/* One step in a call of its own, so that a long queue needs no more memory than a short one. */
static int step(delivery_t *delivery, signet_call_t *call)
{
    int more = 0;
    signet_call_t *child = call->services->child(call);
    if (child == NULL) {
        return 0;
    }
    int32_t status = delivery_begin(delivery, child);
    if (status == SIGNET_OK) {
        status = delivery->exporter.length > 0 ? delivery_step_export(delivery, child, &more)
                                               : delivery_step_notify(delivery, child, &more);
    }
    /* Where the host ends, nothing has failed. */
    if (status == SIGNET_OK) {
        succeed(delivery, child);
    } else if (call->services->check(call) == SIGNET_OK) {
        fail(delivery, child, status);
    }
    child->services->end(child);
    return status == SIGNET_OK && more;
}

int32_t delivery_run(void *instance, signet_call_t *call)
{
    delivery_t *delivery = instance;
    int more = 1;
    if (signet_monotonic() < delivery->due) {
        return SIGNET_OK;
    }
    int64_t until = signet_monotonic() + DELIVERY_RUN_MS;
    while (more && signet_monotonic() < until && call->services->check(call) == SIGNET_OK) {
        more = step(delivery, call);
    }
    call->services->clear(call);
    if (!more) {
        if (delivery->failures == 0) {
            delivery->host->services->set(delivery->host, delivery->metrics.behind, 0);
        }
        return SIGNET_OK;
    }
    return delivery->host->services->wake_job(delivery->host, call, SIGNET_TEXT(DELIVERY_JOB));
}

int32_t delivery_add_metrics(delivery_t *delivery, signet_call_t *call)
{
    const struct {
        uint64_t *number;
        uint32_t kind;
        const char *name;
        const char *help;
    } metrics[] = {
        {&delivery->metrics.delivered, SIGNET_METRIC_COUNTER, "signet_delivery_delivered_total",
         "Entries and alerts that were delivered."},
        {&delivery->metrics.failures, SIGNET_METRIC_COUNTER, "signet_delivery_failures_total",
         "Deliveries that failed and are tried again."},
        {&delivery->metrics.refused, SIGNET_METRIC_COUNTER, "signet_delivery_refused_total",
         "Entries and alerts that were refused for good and put aside."},
        {&delivery->metrics.state, SIGNET_METRIC_GAUGE, "signet_delivery_state",
         "0: well; 1: failing and tried again; 2: an operator is needed."},
        {&delivery->metrics.behind, SIGNET_METRIC_GAUGE, "signet_delivery_behind_seconds",
         "Age of the oldest entry that is not delivered."},
    };
    const signet_text_t labels =
        signet_format(call, "delivery=\"%.*s\"", SIGNET_FORMAT(delivery->host->name));
    int32_t status = labels.data ? SIGNET_OK : signet_status(call);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics && status == SIGNET_OK; i++) {
        const signet_metric_t metric = {
            .size = sizeof metric,
            .kind = metrics[i].kind,
            .name = signet_text(metrics[i].name),
            .help = signet_text(metrics[i].help),
            .labels = labels,
        };
        status =
            delivery->host->services->add_metric(delivery->host, call, &metric, metrics[i].number);
    }
    return status;
}
