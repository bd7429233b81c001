#include <signet/sdk/command_plugin.h>

int32_t signet_command_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    *instance = NULL;
    return SIGNET_OK;
}

void signet_command_close(void *instance)
{
    (void)instance;
}
