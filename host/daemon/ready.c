#include "daemon/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/call.h"
#include "core/text.h"

static int32_t write_file(signet_call_t *call, const char *path, signet_text_t content)
{
    signet_text_t beside = core_format(call, "%s.new", path);
    if (!beside.data)
        return SIGNET_NO_MEMORY;
    int file = open(beside.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    ssize_t written = file < 0 ? -1 : write(file, content.data, (size_t)content.length);
    int failed = written != (ssize_t)content.length;
    if (file >= 0 && close(file) != 0)
        failed = 1;
    if (!failed && rename(beside.data, path) == 0)
        return SIGNET_OK;
    return core_fail(call, SIGNET_INVALID, "host.ready-file",
                     "the ready file %s cannot be written (%s): make its folder, or correct "
                     "host.ready_file",
                     path, strerror(errno));
}

/* The path of the ready file, or NULL. It lives as long as the call. */
static const char *ready_path(signet_call_t *call, const daemon_node_t *node)
{
    const signet_setting_t *setting = core_setting(node->config->host, "ready_file");
    return setting ? core_format(call, "%.*s", CORE_TEXT_ARG(setting->text)).data : NULL;
}

int32_t daemon_ready_write(signet_call_t *call, const daemon_node_t *node)
{
    const char *path = ready_path(call, node);
    signet_text_t addresses = {NULL, 0};
    if (!path)
        return SIGNET_OK;
    int32_t status = edge_addresses(call, node->edge, &addresses);
    return status == SIGNET_OK ? write_file(call, path, addresses) : status;
}

void daemon_ready_remove(signet_call_t *call, const daemon_node_t *node)
{
    const char *path = ready_path(call, node);
    if (path)
        unlink(path);
}
