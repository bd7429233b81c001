#include "targets.h"

#include <signet/sdk/delivery.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

targets_t targets;

void targets_reset(void)
{
    memset(&targets, 0, sizeof targets);
}

static int32_t fail(signet_call_t *call, int32_t status)
{
    signet_fail(call, status, "target.told", "The test said so.");
    return signet_delivery_retry_after(call, targets.retry_after_ms);
}

static void take(signet_text_t object)
{
    snprintf(targets.objects[targets.taken++ % TARGETS_MAX], sizeof targets.objects[0], "%.*s",
             SIGNET_FORMAT(object));
}

static int32_t hang(signet_call_t *call)
{
    while (call->services->check(call) == SIGNET_OK) {
        usleep(1000);
    }
    return signet_status(call);
}

static int32_t deliver(void *instance, signet_call_t *call, const signet_export_batch_t *batch,
                       uint64_t *accepted)
{
    (void)instance;
    targets.calls++;
    if (batch->count > targets.largest) {
        targets.largest = batch->count;
    }
    snprintf(targets.batch, sizeof targets.batch, "%.*s", SIGNET_FORMAT(batch->id));
    if (targets.hangs) {
        return hang(call);
    }
    for (uint64_t i = 0; targets.poison && i < batch->count; i++) {
        if (signet_text_is(batch->entries[i]->object, targets.poison)) {
            return fail(call, SIGNET_INVALID);
        }
    }
    uint64_t count = targets.status == SIGNET_OK ? batch->count : targets.accepted;
    for (uint64_t i = 0; i < count && i < batch->count; i++) {
        take(batch->entries[i]->object);
    }
    *accepted = count;
    return targets.status == SIGNET_OK ? SIGNET_OK : fail(call, targets.status);
}

static int32_t notify(void *instance, signet_call_t *call, const signet_alert_t *alert,
                      signet_text_t *receipt)
{
    (void)instance;
    targets.calls++;
    if (targets.hangs) {
        return hang(call);
    }
    if (targets.poison && signet_text_is(alert->object, targets.poison)) {
        return fail(call, SIGNET_INVALID);
    }
    if (targets.status != SIGNET_OK) {
        return fail(call, targets.status);
    }
    take(alert->object);
    snprintf(targets.id, sizeof targets.id, "%.*s", SIGNET_FORMAT(alert->id));
    snprintf(targets.key, sizeof targets.key, "%.*s", SIGNET_FORMAT(alert->key));
    snprintf(targets.summary, sizeof targets.summary, "%.*s", SIGNET_FORMAT(alert->summary));
    snprintf(targets.handed, sizeof targets.handed, "%.*s", SIGNET_FORMAT(alert->receipt));
    snprintf(targets.severity, sizeof targets.severity, "%.*s", SIGNET_FORMAT(alert->severity));
    targets.state = alert->state;
    targets.field_count = alert->field_count;
    if (targets.receipt) {
        *receipt = signet_format(call, "%s", targets.receipt);
    }
    return SIGNET_OK;
}

static const signet_exporter_interface_t exporter = {.size = sizeof exporter, .deliver = deliver};
static const signet_notifier_interface_t notifier = {.size = sizeof notifier, .notify = notify};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_EXPORTER_INTERFACE),
     .vtable = &exporter},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_NOTIFIER_INTERFACE),
     .vtable = &notifier},
};

static int32_t open_target(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    *instance = &targets;
    return SIGNET_OK;
}

static void close_target(void *instance)
{
    (void)instance;
}

const signet_plugin_t targets_plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("exporter-target"),
    .version = SIGNET_TEXT_INIT("0.0.1"),
    .summary = SIGNET_TEXT_INIT("Takes what it is told to."),
    .provides = provides,
    .provide_count = 2,
    .open = open_target,
    .close = close_target,
};
