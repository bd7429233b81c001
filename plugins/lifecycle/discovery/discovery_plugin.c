/* lifecycle-discovery: entry, descriptor and wiring. */
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#include "discovery.h"

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("discovery"),
     .help = SIGNET_TEXT_INIT("The instance that looks.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("period"),
     .help =
         SIGNET_TEXT_INIT("The time from the end of a scan to the next; the first one is at the "
                          "start."),
     .default_value = SIGNET_TEXT_INIT("24h"),
     .minimum = 1000,
     .maximum = INT64_C(31536000000)},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_DISCOVERY_INTERFACE),
     .option = SIGNET_TEXT_INIT("discovery")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_INVENTORY_INTERFACE)},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    discovery_t *discovery = calloc(1, sizeof *discovery);
    if (discovery == NULL) {
        return signet_fail_memory(call);
    }
    *instance = discovery;
    discovery->host = host;
    discovery->source = signet_setting_text(host->settings, "discovery");
    return SIGNET_OK;
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    discovery_t *discovery = instance;
    const signet_provider_t *source = NULL;
    const signet_provider_t *inventory = NULL;
    int32_t status = discovery_find(discovery, call, &source, &inventory);
    if (status == SIGNET_OK) {
        status = discovery_add_metrics(discovery, call);
    }
    const signet_job_t job = {
        .size = sizeof job,
        .lane = SIGNET_LANE_OUTBOUND,
        .name = SIGNET_TEXT_INIT(DISCOVERY_JOB),
        .period_ms = signet_setting_integer(discovery->host->settings, "period", 0),
        .run = discovery_run,
    };
    return status == SIGNET_OK ? discovery->host->services->add_job(discovery->host, call, &job)
                               : status;
}

static void close_instance(void *instance)
{
    free(instance);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("lifecycle-discovery"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Records in the inventory what a discovery finds."),
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
