/* signet.notifier/1 in the daemon: an alert is a request to the process that delivers it. */
#include "notifier_codec.h"
#include "proxy.h"

#include <signet/sdk/remote.h>

static int32_t notify(void *instance, signet_call_t *call, const signet_alert_t *alert,
                      signet_text_t *receipt)
{
    remote_writer_t request;
    remote_reader_t answer;
    int32_t status =
        remote_request_begin(instance, call, &request, REMOTE_NOTIFIER, NOTIFIER_NOTIFY);
    if (status != SIGNET_OK)
        return status;
    remote_write_alert(&request, alert);
    status = remote_request(instance, call, &request, &answer);
    if (status != SIGNET_OK)
        return status;
    *receipt = remote_read_text(&answer);
    return remote_request_end(instance, call, &answer);
}

const signet_notifier_interface_t signet_remote_notifier = {
    .size = sizeof(signet_notifier_interface_t),
    .notify = notify,
};
