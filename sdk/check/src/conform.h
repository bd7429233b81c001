/* The conformance suites' own structures. */
#ifndef SIGNET_CHECK_CONFORM_H
#define SIGNET_CHECK_CONFORM_H

#include "runner.h"

#define CONFORM_PATIENCE_MS 5000 /* for calls that were cancelled or are late */
#define CONFORM_ALLOCATIONS 400U

typedef struct conform {
    signet_check_t *check;
    const char *instance;
    uint32_t flags;
    signet_check_report_t *report;
    void *context;
    const char *suite;
    uint64_t faults;
    const void *interface; /* of the suite that runs */
    void *self;            /* its instance */
    char fault[512];
} conform_t;

/* One call that a case makes, again and again: with failing allocations, cancelled, late. `context`
 * is the case's own. */
typedef int32_t conform_action_t(conform_t *conform, signet_call_t *call, void *context);

/* A case of the suite: reported, and counted where there is a fault. */
void conform_case(conform_t *conform, const char *name, const char *fault);
/* Formats a fault; the text is valid until the next. */
__attribute__((format(printf, 2, 3))) const char *conform_fault(conform_t *conform,
                                                                const char *format, ...);
/* NULL where `status` is OK or an error with status, reason and message was set; else the fault. */
const char *conform_error(conform_t *conform, signet_call_t *call, int32_t status);
/* NULL where the status is the one that is wanted and conform_error finds no fault. */
const char *conform_status(conform_t *conform, signet_call_t *call, int32_t status, int32_t wanted);
/* Every allocation fails once: the action fails with an error set, or does without. */
void conform_allocations(conform_t *conform, conform_action_t *action, void *context);
/* A cancelled call and one past its deadline end soon. */
void conform_impatience(conform_t *conform, conform_action_t *action, void *context);
/* Four threads at once. */
void conform_threads(conform_t *conform, conform_action_t *action, void *context);

void conform_notifier(conform_t *conform);
void conform_exporter(conform_t *conform);
void conform_discovery(conform_t *conform);
void conform_key(conform_t *conform);
void conform_store(conform_t *conform);
void conform_auth(conform_t *conform);
void conform_policy(conform_t *conform);
void conform_routes(conform_t *conform, runner_instance_t *instance);
void conform_jobs(conform_t *conform, runner_instance_t *instance);

#endif
