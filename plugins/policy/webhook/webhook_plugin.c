/* policy-webhook: entry, descriptor and wiring. */
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
     .help = SIGNET_TEXT_INIT("Where requests are sent: https://HOST/PATH.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("kind"),
     .help = SIGNET_TEXT_INIT("What its answers may do: authorise permits, refuses or holds; "
                              "enrich fills fields that the profile leaves open, too."),
     .default_value = SIGNET_TEXT_INIT("authorise"),
     .choices = SIGNET_TEXT_INIT("authorise|enrich")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("id"),
     .help = SIGNET_TEXT_INIT("The webhook's id, sent along so that a receiver knows which secret "
                              "to verify with; by default the instance's name.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_SECRET,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("secret"),
     .help = SIGNET_TEXT_INIT("The secret that requests are signed with, Base64 of at least 16 "
                              "octets.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_SECRET,
     .name = SIGNET_TEXT_INIT("token"),
     .help = SIGNET_TEXT_INIT("A bearer token to send besides.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .name = SIGNET_TEXT_INIT("profiles"),
     .help = SIGNET_TEXT_INIT("Patterns of the profiles whose requests it is asked about; none: "
                              "all.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUP,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("outbound"),
     .help = SIGNET_TEXT_INIT("How it is called; roots or pins must be set."),
     SIGNET_OUTBOUND_MEMBERS},
};

static const signet_policy_interface_t interface = {
    .size = sizeof(signet_policy_interface_t),
    .decide = webhook_decide,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_POLICY_INTERFACE),
     .vtable = &interface},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    const signet_setting_t *outbound = signet_setting(host->settings, "outbound");
    webhook_t *webhook = calloc(1, sizeof *webhook);
    if (webhook == NULL) {
        return signet_fail_memory(call);
    }
    *instance = webhook;
    webhook->host = host;
    webhook->url = signet_setting_text(host->settings, "url");
    webhook->id = signet_setting_text(host->settings, "id");
    webhook->id = webhook->id.length > 0 ? webhook->id : host->name;
    webhook->secret = signet_setting_text(host->settings, "secret");
    webhook->token = signet_setting_text(host->settings, "token");
    webhook->may_fill = signet_text_is(signet_setting_text(host->settings, "kind"), "enrich");
    if (!signet_text_starts(webhook->url, "https://")) {
        return signet_setting_fail(
            call, signet_setting(host->settings, "url"), "webhook.url",
            "A webhook is called over https alone: write https://HOST/PATH.");
    }
    if (signet_setting_text(outbound, "roots").length == 0 &&
        signet_setting_count(outbound, "pins") == 0) {
        return signet_setting_fail(
            call, outbound ? outbound : host->settings, "webhook.not-pinned",
            "Who decides what is issued must be known for certain: set roots "
            "to the PEM file of the receiver's authority, or pins.");
    }
    return SIGNET_OK;
}

static int32_t add_metric(signet_call_t *call, const webhook_t *webhook, uint32_t kind,
                          const char *name, const char *help, uint64_t *number)
{
    const signet_metric_t metric = {
        .size = sizeof metric,
        .kind = kind,
        .name = signet_text(name),
        .help = signet_text(help),
        .labels = signet_format(call, "policy=\"%.*s\"", SIGNET_FORMAT(webhook->host->name)),
    };
    return webhook->host->services->add_metric(webhook->host, call, &metric, number);
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    webhook_t *webhook = instance;
    signet_bytes_t secret;
    int32_t status = webhook_secret(call, webhook, &secret);
    if (status == SIGNET_OK) {
        status = add_metric(call, webhook, SIGNET_METRIC_COUNTER, "signet_webhook_requests_total",
                            "Times that a policy's webhook was asked.", &webhook->requests);
    }
    if (status == SIGNET_OK) {
        status = add_metric(call, webhook, SIGNET_METRIC_COUNTER, "signet_webhook_failures_total",
                            "Times that it gave no proper answer.", &webhook->failures);
    }
    if (status == SIGNET_OK) {
        status =
            add_metric(call, webhook, SIGNET_METRIC_HISTOGRAM, "signet_webhook_duration_seconds",
                       "How long it took.", &webhook->duration);
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
    .id = SIGNET_TEXT_INIT("policy-webhook"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Asks a service of your own whether a certificate may be issued."),
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
