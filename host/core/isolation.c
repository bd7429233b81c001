#include "core/isolation.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/call.h"
#include "core/isolated.h"
#include "core/log.h"
#include "core/pack.h"
#include "core/spawn.h"
#include "core/text.h"

const signet_provide_t *core_isolation_provide(const signet_plugin_t *carrier,
                                               signet_text_t interface)
{
    for (uint64_t index = 0; index < carrier->provide_count; index++) {
        const signet_provide_t *provide = SIGNET_AT(signet_provide_t, carrier->provides, index);
        if (core_text_equal(provide->interface, interface))
            return provide;
    }
    return NULL;
}

static int32_t fail(signet_call_t *call, const core_instance_t *instance, int cause)
{
    return core_fail(call, SIGNET_UNAVAILABLE, "isolate.failed",
                     "the process of instance \"%.*s\" cannot be started (%s): free some memory, "
                     "open files or processes",
                     CORE_TEXT_ARG(instance->block->name), strerror(cause));
}

/* A file in memory with all that the process is told; -1 with errno. */
static int describe(const core_instance_t *instance)
{
    core_buffer_t packed = {0};
    const core_block_t *block = instance->block;
    const core_pack_t pack = {
        .plugin_folder = instance->handed->config->plugin_folder,
        .plugin = block->plugin,
        .name = block->name,
        .node = instance->handed->host.node,
        .folder =
            core_setting_text(core_setting(instance->handed->config->host, "isolated"), "folder"),
        .file = block->file,
        .line = block->line,
        .log_format = core_log_format(),
        .log_level = core_log_level(),
        .settings = block->settings,
        .sandbox = core_setting(instance->handed->config->host, "sandbox")};
    core_pack_write(&packed, &pack);
    int file = packed.failed ? -1 : memfd_create("instance", MFD_CLOEXEC);
    ssize_t written = file < 0 ? 0 : write(file, packed.data, packed.length);
    if (packed.failed)
        errno = ENOMEM;
    if (file >= 0 && (written != (ssize_t)packed.length || lseek(file, 0, SEEK_SET) != 0)) {
        int cause = written >= 0 ? EIO : errno;
        close(file);
        file = -1;
        errno = cause;
    }
    core_buffer_free(&packed);
    return file;
}

int32_t core_isolation_start(core_instance_t *instance, signet_call_t *call, int32_t *socket)
{
    static const char *const arguments[] = {CORE_ISOLATED_OPTION};
    int ends[2];
    if (!instance->block->carrier)
        return core_fail(call, SIGNET_DENIED, "isolate.denied",
                         "instance \"%.*s\" is not isolated, and so has no process of its own: "
                         "report it to the plugin's author",
                         CORE_TEXT_ARG(instance->block->name));
    signet_text_t how;
    int32_t status = core_isolation_end(instance, call, &how);
    if (status != SIGNET_OK)
        return status;
    int file = describe(instance);
    if (file < 0)
        return fail(call, instance, errno);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        int cause = errno;
        close(file);
        return fail(call, instance, cause);
    }
    const int descriptors[] = {ends[1], file};
    const core_spawn_t spawn = {.executable = instance->generations->executable,
                                .arguments = arguments,
                                .argument_count = 1,
                                .descriptors = descriptors,
                                .descriptor_count = 2};
    status = core_spawn(call, &spawn, &instance->process);
    close(file);
    close(ends[1]);
    if (status == SIGNET_OK)
        *socket = ends[0];
    else
        close(ends[0]);
    return status;
}

int32_t core_isolation_end(core_instance_t *instance, signet_call_t *call, signet_text_t *how)
{
    char words[96];
    *how = (signet_text_t){NULL, 0};
    if (!instance->process)
        return SIGNET_OK;
    core_spawn_tell(core_spawn_end(instance->process), words, sizeof words);
    instance->process = 0;
    *how = core_format(call, "%s", words);
    return how->data ? SIGNET_OK : SIGNET_NO_MEMORY;
}
