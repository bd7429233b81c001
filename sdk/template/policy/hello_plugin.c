/* policy-hello: refuses names outside a domain. */
#include <signet/ext/draft/policy.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

typedef struct hello {
    const signet_host_t *host;
    signet_text_t domain;
} hello_t;

/* Names are canonical, "dns:a.example": the domain itself, or something below it. */
static int is_inside(const hello_t *hello, signet_text_t name)
{
    signet_text_t value;
    signet_text_t type = signet_text_split(name, ':', &value);
    if (!signet_text_is(type, "dns")) {
        return 0;
    }
    if (signet_text_equal(value, hello->domain)) {
        return 1;
    }
    if (value.length <= hello->domain.length) {
        return 0;
    }
    uint64_t before = value.length - hello->domain.length;
    signet_text_t end = {value.data + before, hello->domain.length};
    return value.data[before - 1] == '.' && signet_text_equal(end, hello->domain);
}

static int32_t hello_decide(void *instance, signet_call_t *call,
                            const signet_policy_request_t *request,
                            const signet_policy_answer_t **answer)
{
    const hello_t *hello = instance;
    signet_policy_answer_t *made = signet_alloc(call, 1, sizeof *made);
    if (!made) {
        return signet_status(call);
    }
    *made = (signet_policy_answer_t){.size = sizeof *made, .decision = SIGNET_POLICY_PERMIT};
    *answer = made;
    for (uint64_t i = 0; i < request->name_count; i++) {
        if (is_inside(hello, request->names[i])) {
            continue;
        }
        made->decision = SIGNET_POLICY_REFUSE;
        made->reason = SIGNET_TEXT("policy.hello.outside");
        made->message =
            signet_format(call, "%.*s is not inside %.*s: ask for another name.",
                          SIGNET_FORMAT(request->names[i]), SIGNET_FORMAT(hello->domain));
        return made->message.data ? SIGNET_OK : signet_status(call);
    }
    return SIGNET_OK;
}

static int32_t hello_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    hello_t *hello = calloc(1, sizeof *hello);
    if (!hello) {
        return signet_fail_memory(call);
    }
    hello->host = host;
    hello->domain = signet_setting_text(host->settings, "domain");
    *instance = hello;
    return SIGNET_OK;
}

static void hello_close(void *instance)
{
    free(instance);
}

const signet_plugin_t *signet_plugin_entry(void)
{
    static const signet_option_t options[] = {
        {.size = sizeof(signet_option_t),
         .type = SIGNET_OPTION_TEXT,
         .flags = SIGNET_OPTION_REQUIRED,
         .name = SIGNET_TEXT_INIT("domain"),
         .help = SIGNET_TEXT_INIT("The domain that names must be in, in small letters.")},
    };
    static const signet_policy_interface_t interface = {.size = sizeof interface,
                                                        .decide = hello_decide};
    static const signet_provide_t provides[] = {
        {.size = sizeof(signet_provide_t),
         .interface = SIGNET_TEXT_INIT(SIGNET_POLICY_INTERFACE),
         .vtable = &interface},
    };
    static const signet_plugin_t plugin = {
        .size = sizeof plugin,
        .abi = SIGNET_ABI,
        .id = SIGNET_TEXT_INIT("policy-hello"),
        .version = SIGNET_TEXT_INIT("0.1.0"),
        .summary = SIGNET_TEXT_INIT("Refuses names outside a domain."),
        .options = options,
        .option_count = sizeof options / sizeof *options,
        .provides = provides,
        .provide_count = 1,
        .open = hello_open,
        .close = hello_close,
    };
    return &plugin;
}
