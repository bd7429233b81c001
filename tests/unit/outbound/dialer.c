#include "dialer.h"

#include <signet/sdk/setting.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct instance {
    const signet_host_t *host;
    signet_outbound_t *outbound;
} instance_t;

static signet_outbound_t *last;

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUP,
     .name = SIGNET_TEXT_INIT("outbound"),
     .help = SIGNET_TEXT_INIT("How others are called."),
     SIGNET_OUTBOUND_MEMBERS},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **made)
{
    (void)call;
    instance_t *instance = calloc(1, sizeof *instance);
    if (instance == NULL) {
        abort();
    }
    instance->host = host;
    *made = instance;
    return SIGNET_OK;
}

static int32_t start_instance(void *made, signet_call_t *call)
{
    instance_t *instance = made;
    int32_t status = signet_outbound_open(call, instance->host,
                                          signet_setting(instance->host->settings, "outbound"),
                                          &instance->outbound);
    last = instance->outbound;
    return status;
}

static void close_instance(void *made)
{
    instance_t *instance = made;
    signet_outbound_close(instance->outbound);
    free(instance);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("discovery-dialer"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Opens a dialer."),
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .open = open_instance,
    .start = start_instance,
    .close = close_instance,
};

int32_t dialer_open(signet_check_t *check, const char *settings)
{
    static unsigned int number;
    char name[32];
    char block[2048];
    last = NULL;
    snprintf(name, sizeof name, "dialer-%u", ++number);
    if (snprintf(block, sizeof block, "outbound = { %s };", settings) >= (int)sizeof block) {
        abort();
    }
    return signet_check_open_linked(check, &plugin, name, block);
}

signet_outbound_t *dialer(void)
{
    return last;
}
