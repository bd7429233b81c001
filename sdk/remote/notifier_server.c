/* signet.notifier/1 in the process that delivers alerts. */
#include "notifier_codec.h"
#include "server.h"

int32_t remote_serve_notifier(const remote_service_t *service)
{
    const signet_notifier_interface_t *notifier = service->target->vtable;
    signet_alert_t alert;
    signet_text_t receipt = {NULL, 0};
    if (service->function != NOTIFIER_NOTIFY)
        return remote_service_lacks(service);
    remote_read_alert(service->request, service->call, &alert);
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status = notifier->notify(service->target->instance, service->call, &alert, &receipt);
    if (status == SIGNET_OK)
        remote_write_text(service->reply, receipt);
    return status;
}
