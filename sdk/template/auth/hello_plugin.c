/* auth-hello: lets in who has the one secret, as an auditor. */
#include <signet/auth.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

typedef struct hello {
    const signet_host_t *host;
} hello_t;

static int32_t hello_authenticate(void *instance, signet_call_t *call,
                                  const signet_credential_t *credential,
                                  const signet_actor_t **actor)
{
    static const signet_grant_t grant = {.size = sizeof grant,
                                         .role = SIGNET_TEXT_INIT(SIGNET_ROLE_AUDITOR)};
    static const signet_actor_t auditor = {
        .size = sizeof auditor,
        .id = SIGNET_TEXT_INIT("hello:auditor"),
        .name = SIGNET_TEXT_INIT("The auditor"),
        .method = SIGNET_TEXT_INIT("hello"),
        .grants = &grant,
        .grant_count = 1,
    };
    const hello_t *hello = instance;
    signet_bytes_t secret;
    if (!signet_text_is(credential->scheme, "hello")) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "hello.scheme",
                           "This is for the scheme Hello alone.");
    }
    /* Read each time, so that a changed secret counts at once; the arena wipes it. */
    int32_t status = hello->host->services->secret(
        hello->host, call, signet_setting_text(hello->host->settings, "secret"), &secret);
    if (status != SIGNET_OK) {
        return status;
    }
    if (secret.length == 0 ||
        !signet_bytes_equal_secret(secret, signet_text_bytes(credential->value))) {
        return signet_fail(call, SIGNET_UNAUTHENTICATED, "hello.wrong",
                           "The secret is not accepted: ask for the right one.");
    }
    *actor = &auditor;
    return SIGNET_OK;
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

static void hello_close(void *instance)
{
    free(instance);
}

const signet_plugin_t *signet_plugin_entry(void)
{
    static const signet_option_t options[] = {
        {.size = sizeof(signet_option_t),
         .type = SIGNET_OPTION_SECRET,
         .flags = SIGNET_OPTION_REQUIRED,
         .name = SIGNET_TEXT_INIT("secret"),
         .help = SIGNET_TEXT_INIT("What the auditor shows: Authorization: Hello SECRET.")},
    };
    static const signet_auth_interface_t interface = {.size = sizeof interface,
                                                      .authenticate = hello_authenticate};
    static const signet_provide_t provides[] = {
        {.size = sizeof(signet_provide_t),
         .interface = SIGNET_TEXT_INIT(SIGNET_AUTH_INTERFACE),
         .vtable = &interface},
    };
    static const signet_plugin_t plugin = {
        .size = sizeof plugin,
        .abi = SIGNET_ABI,
        .id = SIGNET_TEXT_INIT("auth-hello"),
        .version = SIGNET_TEXT_INIT("0.1.0"),
        .summary = SIGNET_TEXT_INIT("Lets an auditor in."),
        .options = options,
        .option_count = sizeof options / sizeof *options,
        .provides = provides,
        .provide_count = 1,
        .open = hello_open,
        .close = hello_close,
    };
    return &plugin;
}
