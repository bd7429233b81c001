/* Its interface ends before a member that is required, whatever lies behind it. */
#include "mock.h"

static int32_t authenticate(void *instance, signet_call_t *call,
                            const signet_credential_t *credential, const signet_actor_t **actor)
{
    (void)instance;
    (void)credential;
    (void)actor;
    return mock_fail(call, SIGNET_UNSUPPORTED, SIGNET_TEXT("the mock knows nobody"));
}

static const signet_auth_interface_t auth = {
    .size = offsetof(signet_auth_interface_t, authenticate), .authenticate = authenticate};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT(SIGNET_AUTH_INTERFACE), &auth},
};

static const signet_plugin_t plugin = {MOCK_SOUND("mock-short"), .provides = provides,
                                       .provide_count = 1, .open = mock_open, .close = mock_close};

MOCK_ENTRY(plugin)
