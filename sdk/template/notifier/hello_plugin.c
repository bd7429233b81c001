/* notifier-hello: posts each alert to a URL, as one JSON object. */
#include <signet/ext/draft/notifier.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/outbound.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

typedef struct hello {
    const signet_host_t *host;
    signet_outbound_t *outbound;
} hello_t;

static int32_t hello_notify(void *instance, signet_call_t *call, const signet_alert_t *alert,
                            signet_text_t *receipt)
{
    const hello_t *hello = instance;
    const signet_outbound_response_t *response = NULL;
    const signet_pair_t type = signet_pair("content-type", SIGNET_TEXT("application/json"));
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_text_t body;
    (void)receipt;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "id", alert->id);
    signet_json_text(&writer, "severity", alert->severity);
    signet_json_text(&writer, "summary", alert->summary);
    signet_json_boolean(&writer, "over", alert->state == SIGNET_ALERT_RESOLVED);
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &body);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_outbound_request_t request = {
        .url = signet_setting_text(hello->host->settings, "url"),
        .headers = &type,
        .header_count = 1,
        .body = signet_text_bytes(body),
        .flags = SIGNET_OUTBOUND_PLAIN,
    };
    return signet_outbound_deliver(call, hello->outbound, &request, "hello.refused", &response);
}

static int32_t hello_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    hello_t *hello = calloc(1, sizeof *hello);
    if (!hello) {
        return signet_fail_memory(call);
    }
    hello->host = host;
    *instance = hello;
    return SIGNET_OK;
}

static int32_t hello_start(void *instance, signet_call_t *call)
{
    hello_t *hello = instance;
    return signet_outbound_open(
        call, hello->host, signet_setting(hello->host->settings, "outbound"), &hello->outbound);
}

static void hello_close(void *instance)
{
    hello_t *hello = instance;
    signet_outbound_close(hello->outbound);
    free(hello);
}

const signet_plugin_t *signet_plugin_entry(void)
{
    static const signet_option_t options[] = {
        {.size = sizeof(signet_option_t),
         .type = SIGNET_OPTION_TEXT,
         .flags = SIGNET_OPTION_REQUIRED,
         .name = SIGNET_TEXT_INIT("url"),
         .help = SIGNET_TEXT_INIT("Where alerts are posted.")},
        {.size = sizeof(signet_option_t),
         .type = SIGNET_OPTION_GROUP,
         .name = SIGNET_TEXT_INIT("outbound"),
         .help = SIGNET_TEXT_INIT("How it is called."),
         SIGNET_OUTBOUND_MEMBERS},
    };
    static const signet_notifier_interface_t interface = {.size = sizeof interface,
                                                          .notify = hello_notify};
    static const signet_provide_t provides[] = {
        {.size = sizeof(signet_provide_t),
         .interface = SIGNET_TEXT_INIT(SIGNET_NOTIFIER_INTERFACE),
         .vtable = &interface},
    };
    static const signet_plugin_t plugin = {
        .size = sizeof plugin,
        .abi = SIGNET_ABI,
        .id = SIGNET_TEXT_INIT("notifier-hello"),
        .version = SIGNET_TEXT_INIT("0.1.0"),
        .summary = SIGNET_TEXT_INIT("Posts alerts to a URL."),
        .options = options,
        .option_count = sizeof options / sizeof *options,
        .provides = provides,
        .provide_count = 1,
        .uses = SIGNET_USES_NETWORK,
        .open = hello_open,
        .start = hello_start,
        .close = hello_close,
    };
    return &plugin;
}
