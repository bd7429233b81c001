/* signet.exporter/1 in the daemon: a batch is a request to the process that delivers it. */
#include "caller.h"
#include "exporter_codec.h"
#include "proxy.h"

#include <signet/sdk/remote.h>

/* How much was taken comes with a failure too, which is thus a part of the answer. */
static int32_t read_outcome(remote_proxy_t *proxy, signet_call_t *call, remote_reader_t *answer,
                            const signet_export_batch_t *batch, uint64_t *accepted)
{
    signet_error_t error;
    uint64_t taken = remote_read_u64(answer);
    uint8_t failed = remote_read_u8(answer);
    answer->failed |= taken > batch->count;
    if (!failed || answer->failed) {
        *accepted = answer->failed ? 0 : taken;
        return remote_request_end(proxy, call, answer);
    }
    if (!remote_read_error(answer, &error)) {
        answer->failed = 1;
        return remote_request_end(proxy, call, answer);
    }
    *accepted = taken;
    return call->services->fail(call, &error);
}

static int32_t deliver(void *instance, signet_call_t *call, const signet_export_batch_t *batch,
                       uint64_t *accepted)
{
    remote_writer_t request;
    remote_reader_t answer;
    int32_t status =
        remote_request_begin(instance, call, &request, REMOTE_EXPORTER, EXPORTER_DELIVER);
    if (status != SIGNET_OK)
        return status;
    remote_write_batch(&request, batch);
    status = remote_request(instance, call, &request, &answer);
    return status == SIGNET_OK ? read_outcome(instance, call, &answer, batch, accepted) : status;
}

const signet_exporter_interface_t signet_remote_exporter = {
    .size = sizeof(signet_exporter_interface_t),
    .deliver = deliver,
};
