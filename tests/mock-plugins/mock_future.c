/* Was built with an SDK that knows more: every struct has a member behind those of today. */
#include "mock.h"

typedef struct later_option {
    signet_option_t now;
    uint64_t later;
} later_option_t;

typedef struct later_interface {
    signet_auth_interface_t now;
    void (*later)(void);
} later_interface_t;

typedef struct later_provide {
    signet_provide_t now;
    uint64_t later;
} later_provide_t;

typedef struct later_plugin {
    signet_plugin_t now;
    void (*later)(void);
} later_plugin_t;

static int32_t authenticate(void *instance, signet_call_t *call,
                            const signet_credential_t *credential, const signet_actor_t **actor)
{
    (void)instance;
    (void)credential;
    (void)actor;
    return mock_fail(call, SIGNET_UNSUPPORTED, SIGNET_TEXT("the mock knows nobody"));
}

static void later(void)
{
}

static const later_option_t options[] = {
    {.now = {.size = sizeof(later_option_t),
             .type = SIGNET_OPTION_TEXT,
             .name = SIGNET_TEXT_INIT("first"),
             .help = SIGNET_TEXT_INIT("The first.")}},
    {.now = {.size = sizeof(later_option_t),
             .type = SIGNET_OPTION_INTEGER,
             .flags = SIGNET_OPTION_REQUIRED,
             .name = SIGNET_TEXT_INIT("second"),
             .help = SIGNET_TEXT_INIT("The second.")}},
};

static const later_interface_t auth = {
    .now = {.size = sizeof(later_interface_t), .authenticate = authenticate}, .later = later};

static const later_provide_t provides[] = {
    {.now = {.size = sizeof(later_provide_t),
             .interface = SIGNET_TEXT_INIT(SIGNET_AUTH_INTERFACE),
             .vtable = &auth}},
    {.now = {.size = sizeof(later_provide_t),
             .interface = SIGNET_TEXT_INIT(MOCK_INTERFACE),
             .vtable = &auth}},
};

static const later_plugin_t plugin = {
    .now = {.size = sizeof(later_plugin_t),
            .abi = SIGNET_ABI,
            MOCK_HEAD("mock-future"),
            .options = &options[0].now,
            .option_count = 2,
            .provides = &provides[0].now,
            .provide_count = 2,
            .open = mock_open,
            .close = mock_close},
    .later = later,
};

MOCK_ENTRY(plugin.now)
