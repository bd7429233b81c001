/* notifier-webhook: entry, descriptor and wiring. */
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

#include "webhook.h"

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("url"),
     .help = SIGNET_TEXT_INIT("Where alerts are sent: https://HOST/PATH.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_SECRET,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("secret"),
     .help = SIGNET_TEXT_INIT("The secret that alerts are signed with: whsec_ and the Base64 of 24 "
                              "to 64 octets.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_SECRET,
     .name = SIGNET_TEXT_INIT("former_secret"),
     .help =
         SIGNET_TEXT_INIT("The secret before it, while receivers change over: alerts are signed "
                          "with both.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUP,
     .name = SIGNET_TEXT_INIT("outbound"),
     .help = SIGNET_TEXT_INIT("How the receiver is called."),
     SIGNET_OUTBOUND_MEMBERS},
};

static const signet_notifier_interface_t interface = {
    .size = sizeof(signet_notifier_interface_t),
    .notify = webhook_notify,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_NOTIFIER_INTERFACE),
     .vtable = &interface},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    webhook_t *webhook = calloc(1, sizeof *webhook);
    if (webhook == NULL) {
        return signet_fail_memory(call);
    }
    *instance = webhook;
    webhook->host = host;
    webhook->url = signet_setting_text(host->settings, "url");
    if (!signet_text_starts(webhook->url, "https://")) {
        return signet_setting_fail(call, signet_setting(host->settings, "url"), "webhook.url",
                                   "A webhook is called over https alone: write "
                                   "https://HOST/PATH.");
    }
    return SIGNET_OK;
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    webhook_t *webhook = instance;
    signet_bytes_t key;
    int32_t status = webhook_key(call, webhook, "secret", &key);
    if (status == SIGNET_OK) {
        status = webhook_key(call, webhook, "former_secret", &key);
    }
    return status == SIGNET_OK
               ? signet_outbound_open(call, webhook->host,
                                      signet_setting(webhook->host->settings, "outbound"),
                                      &webhook->outbound)
               : status;
}

static void close_instance(void *instance)
{
    webhook_t *webhook = instance;
    signet_outbound_close(webhook->outbound);
    free(webhook);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("notifier-webhook"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Sends alerts to a URL, signed as Standard Webhooks describes."),
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = open_instance,
    .start = start_instance,
    .close = close_instance,
    .uses = SIGNET_USES_NETWORK,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
