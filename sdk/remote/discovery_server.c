/* signet.discovery/1 in the process that reads what is foreign. */
#include "discovery_codec.h"
#include "server.h"

int32_t remote_serve_discovery(const remote_service_t *service)
{
    const signet_discovery_interface_t *discovery = service->target->vtable;
    const signet_discovery_page_t *page = NULL;
    if (service->function != DISCOVERY_SCAN)
        return remote_service_lacks(service);
    signet_text_t cursor = remote_read_text(service->request);
    uint64_t limit = remote_read_u64(service->request);
    int32_t status = remote_service_check(service);
    if (status == SIGNET_OK)
        status = discovery->scan(service->target->instance, service->call, cursor, limit, &page);
    if (status == SIGNET_OK)
        remote_write_page(service->reply, page);
    return status;
}
