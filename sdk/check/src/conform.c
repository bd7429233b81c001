/* Suites for an instance, and what they share. */
#include "conform.h"

#include <signet/ext/draft/discovery.h>
#include <signet/ext/draft/exporter.h>
#include <signet/ext/draft/notifier.h>
#include <signet/ext/draft/policy.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdarg.h>
#include <stdio.h>

#define THREADS 4
#define ROUNDS 8

static const struct {
    const char *interface;
    void (*run)(conform_t *conform);
} suites[] = {
    {SIGNET_NOTIFIER_INTERFACE, conform_notifier},   {SIGNET_EXPORTER_INTERFACE, conform_exporter},
    {SIGNET_DISCOVERY_INTERFACE, conform_discovery}, {SIGNET_KEY_INTERFACE, conform_key},
    {SIGNET_STORE_INTERFACE, conform_store},         {SIGNET_AUTH_INTERFACE, conform_auth},
    {SIGNET_POLICY_INTERFACE, conform_policy},
};

void conform_case(conform_t *conform, const char *name, const char *fault)
{
    conform->faults += fault != NULL;
    if (conform->report) {
        conform->report(conform->context, conform->suite, name, fault);
    }
}

void signet_check_print(void *context, const char *suite, const char *name, const char *fault)
{
    (void)context;
    if (fault) {
        printf("%s: %s: %s\n", suite, name, fault);
    }
}

const char *conform_fault(conform_t *conform, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(conform->fault, sizeof conform->fault, format, arguments);
    va_end(arguments);
    return conform->fault;
}

const char *conform_error(conform_t *conform, signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    if (status == SIGNET_OK) {
        return error ? "it answered OK with an error set: clear what you recover from" : NULL;
    }
    if (!error) {
        return conform_fault(conform, "it answered %s and set no error",
                             signet_status_name(status));
    }
    if (error->status != status) {
        return conform_fault(conform, "it answered %s, its error says %s",
                             signet_status_name(status), signet_status_name(error->status));
    }
    return error->reason.length == 0 || error->message.length == 0
               ? "its error has no reason or no message"
               : NULL;
}

const char *conform_status(conform_t *conform, signet_call_t *call, int32_t status, int32_t wanted)
{
    if (status == wanted) {
        return conform_error(conform, call, status);
    }
    const signet_error_t *error = call->services->error(call);
    return conform_fault(conform, "it answered %s, not %s: %.*s", signet_status_name(status),
                         signet_status_name(wanted), error ? (int)error->message.length : 0,
                         error ? error->message.data : "");
}

void conform_allocations(conform_t *conform, conform_action_t *action, void *context)
{
    const char *fault = NULL;
    signet_call_t *call = signet_check_call(conform->check, "tester", "auditor");
    int32_t usual = action(conform, call, context);
    signet_check_call_end(call);
    int ended = 0;
    for (uint64_t nth = 1; nth < CONFORM_ALLOCATIONS && !fault && !ended; nth++) {
        call = signet_check_call(conform->check, "tester", "auditor");
        signet_check_fail_alloc(conform->check, nth);
        int32_t status = action(conform, call, context);
        /* What was not used up means that there are no more allocations. */
        ended = conform->check->fail_alloc > 0;
        signet_check_fail_alloc(conform->check, 0);
        if (status == SIGNET_OK && usual != SIGNET_OK) {
            fault = conform_fault(conform, "with allocation %llu failing it answered OK",
                                  (unsigned long long)nth);
        } else if (status != SIGNET_OK) {
            fault = conform_error(conform, call, status);
        }
        signet_check_call_end(call);
    }
    conform_case(conform, "survives allocations that fail", fault);
}

void conform_impatience(conform_t *conform, conform_action_t *action, void *context)
{
    for (int late = 0; late < 2; late++) {
        signet_call_t *call = signet_check_call(conform->check, "tester", "auditor");
        const char *fault = NULL;
        if (late) {
            signet_check_call_deadline(call, 0);
        } else {
            signet_check_call_cancel(call);
        }
        int64_t begun = signet_monotonic();
        int32_t status = action(conform, call, context);
        if (signet_monotonic() - begun > CONFORM_PATIENCE_MS) {
            fault = "it did not end within 5 s: ask call->services->check before you block";
        } else {
            fault = conform_error(conform, call, status);
        }
        conform_case(conform, late ? "ends soon when it is late" : "ends soon when it is cancelled",
                     fault);
        signet_check_call_end(call);
    }
}

typedef struct worker {
    pthread_t thread;
    conform_t *conform;
    conform_action_t *action;
    void *context;
    int faults;
} worker_t;

static void *work(void *argument)
{
    worker_t *worker = argument;
    for (int i = 0; i < ROUNDS; i++) {
        signet_call_t *call = signet_check_call(worker->conform->check, "tester", "auditor");
        int32_t status = worker->action(worker->conform, call, worker->context);
        worker->faults += status != SIGNET_OK && !call->services->error(call);
        signet_check_call_end(call);
    }
    return NULL;
}

void conform_threads(conform_t *conform, conform_action_t *action, void *context)
{
    worker_t workers[THREADS];
    int faults = 0;
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){.conform = conform, .action = action, .context = context};
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            runner_die("no thread can be made");
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        faults += workers[i].faults;
    }
    conform_case(conform, "works on several threads at once",
                 faults ? "it failed there and set no error" : NULL);
}

uint64_t signet_check_conform(signet_check_t *check, const char *instance, uint32_t flags,
                              signet_check_report_t *report, void *context)
{
    conform_t conform = {
        .check = check, .instance = instance, .flags = flags, .report = report, .context = context};
    runner_instance_t *self = runner_instance(check, instance);
    if (!self) {
        runner_die("there is no instance %s to be checked", instance);
    }
    for (uint64_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        for (uint64_t k = 0; k < self->plugin->provide_count; k++) {
            const signet_provide_t *provide =
                SIGNET_AT(signet_provide_t, self->plugin->provides, k);
            if (signet_text_is(provide->interface, suites[i].interface)) {
                conform.suite = suites[i].interface;
                conform.interface = provide->vtable;
                conform.self = self->instance;
                suites[i].run(&conform);
            }
        }
    }
    conform.suite = "routes";
    conform_routes(&conform, self);
    conform.suite = "jobs";
    conform_jobs(&conform, self);
    return conform.faults;
}
