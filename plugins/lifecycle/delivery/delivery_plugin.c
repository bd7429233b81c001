/* lifecycle-delivery: entry, descriptor and wiring. */
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#include "delivery.h"

#define PERIOD_MS 1000

#define OPTION(option_type, option_name, option_help)                                              \
    .size = sizeof(signet_option_t), .type = (option_type), .name = SIGNET_TEXT_INIT(option_name), \
    .help = SIGNET_TEXT_INIT(option_help)

static const signet_option_t rules[] = {
    {OPTION(SIGNET_OPTION_TEXT, "name", "The rule's name; part of each alert."),
     .flags = SIGNET_OPTION_REQUIRED},
    {OPTION(SIGNET_OPTION_TEXTS, "events",
            "Events that raise it, as patterns: certificate.revoked, token.*.")},
    {OPTION(SIGNET_OPTION_TEXTS, "resolved_by",
            "Events on the same object that say that it is over: authority.resumed.")},
    {OPTION(SIGNET_OPTION_TEXTS, "objects",
            "Patterns of the objects that it is about; none: all.")},
    {OPTION(SIGNET_OPTION_TEXT, "severity", "How much it matters."),
     .default_value = SIGNET_TEXT_INIT("warning"),
     .choices = SIGNET_TEXT_INIT("critical|error|warning|info")},
    {OPTION(SIGNET_OPTION_TEXT, "summary",
            "The title for people, before the object; by default the event.")},
};

static const signet_option_t options[] = {
    {OPTION(SIGNET_OPTION_INSTANCE, "exporter",
            "The instance that entries are delivered to; this or notifier.")},
    {OPTION(SIGNET_OPTION_INSTANCE, "notifier",
            "The instance that alerts are delivered to; this or exporter.")},
    {OPTION(SIGNET_OPTION_TEXTS, "events",
            "With an exporter: patterns of the events that are exported; none: all.")},
    {OPTION(SIGNET_OPTION_GROUPS, "alerts", "With a notifier: what is worth an alert."),
     .members = rules, .member_count = sizeof rules / sizeof *rules},
    {OPTION(SIGNET_OPTION_TEXT, "begin",
            "With a notifier: whether entries from before its first start raise alerts."),
     .default_value = SIGNET_TEXT_INIT("now"), .choices = SIGNET_TEXT_INIT("now|beginning")},
    {OPTION(SIGNET_OPTION_INTEGER, "batch", "Entries that are exported at once, at most."),
     .default_value = SIGNET_TEXT_INIT("500"), .minimum = 1, .maximum = SIGNET_EXPORT_MAX_ENTRIES},
    {OPTION(SIGNET_OPTION_DURATION, "timeout", "The time that one delivery has."),
     .default_value = SIGNET_TEXT_INIT("30s"), .minimum = 100, .maximum = 600000},
    {OPTION(SIGNET_OPTION_DURATION, "retry",
            "The time until a failed delivery is tried again; it doubles with each failure."),
     .default_value = SIGNET_TEXT_INIT("5s"), .minimum = 10, .maximum = 86400000},
    {OPTION(SIGNET_OPTION_DURATION, "retry_longest",
            "The longest time between two tries; at once where an operator is needed."),
     .default_value = SIGNET_TEXT_INIT("1h"), .minimum = 10, .maximum = 86400000},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE)},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE)},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_EXPORTER_INTERFACE),
     .option = SIGNET_TEXT_INIT("exporter")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_NOTIFIER_INTERFACE),
     .option = SIGNET_TEXT_INIT("notifier")},
};

static const signet_field_declaration_t parked[] = {
    SIGNET_FIELD("delivery", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("time", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("entry", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("reason", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("message", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("rule", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
};

static const signet_field_declaration_t receipts[] = {
    SIGNET_FIELD("receipt", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
};

static const signet_field_declaration_t streams[] = {
    SIGNET_FIELD("since", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
};

static const signet_collection_t collections[] = {
    SIGNET_COLLECTION(DELIVERY_PARKED, SIGNET_COLLECTION_GLOBAL, 1, parked),
    SIGNET_COLLECTION(DELIVERY_RECEIPTS, SIGNET_COLLECTION_GLOBAL, 1, receipts),
    SIGNET_COLLECTION(DELIVERY_STREAMS, SIGNET_COLLECTION_GLOBAL, 1, streams),
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    delivery_t *delivery = calloc(1, sizeof *delivery);
    if (delivery == NULL) {
        return signet_fail_memory(call);
    }
    *instance = delivery;
    delivery->host = host;
    delivery->exporter = signet_setting_text(host->settings, "exporter");
    delivery->notifier = signet_setting_text(host->settings, "notifier");
    delivery->batch = (uint64_t)signet_setting_integer(host->settings, "batch", 1);
    delivery->limit = delivery->batch;
    delivery->timeout_ms = signet_setting_integer(host->settings, "timeout", 0);
    delivery->first_ms = signet_setting_integer(host->settings, "retry", 0);
    delivery->longest_ms = signet_setting_integer(host->settings, "retry_longest", 0);
    if ((delivery->exporter.length > 0) == (delivery->notifier.length > 0)) {
        return signet_setting_fail(call, host->settings, "delivery.target",
                                   "A delivery has one target: name an exporter or a notifier, and "
                                   "use two instances for two.");
    }
    if (delivery->notifier.length > 0 && signet_setting_count(host->settings, "alerts") == 0) {
        return signet_setting_fail(call, host->settings, "delivery.no-alerts",
                                   "Nothing would ever reach the notifier: say in alerts what is "
                                   "worth an alert.");
    }
    return delivery_check_rules(call, host->settings);
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    delivery_t *delivery = instance;
    signet_store_t store;
    int32_t status = signet_store(call, SIGNET_TEXT(""), &store);
    for (size_t i = 0; i < sizeof collections / sizeof *collections && status == SIGNET_OK; i++) {
        status = store.interface->declare(store.instance, call, &collections[i]);
    }
    if (status == SIGNET_OK) {
        status = delivery_find(delivery, call);
    }
    if (status == SIGNET_OK) {
        status = delivery_add_metrics(delivery, call);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_job_t job = {
        .size = sizeof job,
        .lane = SIGNET_LANE_OUTBOUND,
        .name = SIGNET_TEXT_INIT(DELIVERY_JOB),
        .period_ms = PERIOD_MS,
        /* The lease must last as long as a run. */
        .deadline_ms = DELIVERY_RUN_MS + delivery->timeout_ms + 30000,
        .lease = signet_format(call, "delivery/%.*s", SIGNET_FORMAT(delivery->host->name)),
        .run = delivery_run,
    };
    return delivery->host->services->add_job(delivery->host, call, &job);
}

static void close_instance(void *instance)
{
    free(instance);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("lifecycle-delivery"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Delivers the journal to an exporter, or alerts to a notifier."),
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .needs = needs,
    .need_count = sizeof needs / sizeof *needs,
    .open = open_instance,
    .start = start_instance,
    .close = close_instance,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
