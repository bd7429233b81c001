/* signet.exporter/1 in the process that delivers entries. */
#include "caller.h"
#include "exporter_codec.h"
#include "server.h"

int32_t remote_serve_exporter(const remote_service_t *service)
{
    const signet_exporter_interface_t *exporter = service->target->vtable;
    signet_export_batch_t batch;
    uint64_t accepted = 0;
    if (service->function != EXPORTER_DELIVER)
        return remote_service_lacks(service);
    remote_read_batch(service->request, service->call, &batch);
    int32_t status = remote_service_check(service);
    if (status != SIGNET_OK)
        return status;
    status = exporter->deliver(service->target->instance, service->call, &batch, &accepted);
    remote_write_u64(service->reply, accepted);
    remote_write_u8(service->reply, status != SIGNET_OK);
    if (status != SIGNET_OK)
        remote_write_error(service->reply, status, service->call->services->error(service->call));
    return SIGNET_OK;
}
