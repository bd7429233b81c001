/* Provides an interface of the contract without its required function. */
#include "mock.h"

static const signet_auth_interface_t auth = {.size = sizeof(signet_auth_interface_t)};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT(SIGNET_AUTH_INTERFACE), &auth},
};

static const signet_plugin_t plugin = {MOCK_SOUND("mock-vtable"), .provides = provides,
                                       .provide_count = 1, .open = mock_open, .close = mock_close};

MOCK_ENTRY(plugin)
