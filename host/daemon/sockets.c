#include "daemon/sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "core/call.h"

int32_t daemon_sockets_add(signet_call_t *call, daemon_sockets_t *sockets, int file,
                           const char *name)
{
    edge_socket_t *grown =
        realloc(sockets->sockets, (sockets->count + 1) * sizeof *sockets->sockets);
    if (!grown) {
        close(file);
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory for the sockets that were handed over: free some");
    }
    sockets->sockets = grown;
    edge_socket_t *added = &grown[sockets->count++];
    *added = (edge_socket_t){.file = file};
    snprintf(added->name, sizeof added->name, "%s", name);
    return SIGNET_OK;
}

int32_t daemon_sockets_inherit(signet_call_t *call, daemon_sockets_t *sockets)
{
    char **names = NULL;
    int32_t status = SIGNET_OK;
    int count = sd_listen_fds_with_names(1, &names);
    for (int index = 0; status == SIGNET_OK && index < count; index++)
        status = daemon_sockets_add(call, sockets, SD_LISTEN_FDS_START + index,
                                    names ? names[index] : "");
    for (int index = 0; names && names[index]; index++)
        free(names[index]);
    free(names);
    if (count < 0)
        status = core_fail(call, SIGNET_INVALID, "host.sockets-invalid",
                           "LISTEN_FDS is not what sd_listen_fds(3) says: unset it, or start the "
                           "host by its socket unit");
    return status;
}

void daemon_sockets_free(daemon_sockets_t *sockets)
{
    free(sockets->sockets);
    *sockets = (daemon_sockets_t){0};
}
