/* signet.discovery/1 in the daemon: a page is asked of the process that reads what is foreign. */
#include "discovery_codec.h"
#include "proxy.h"

#include <signet/sdk/remote.h>

static int32_t scan(void *instance, signet_call_t *call, signet_text_t cursor, uint64_t limit,
                    const signet_discovery_page_t **page)
{
    remote_writer_t request;
    remote_reader_t answer;
    int32_t status =
        remote_request_begin(instance, call, &request, REMOTE_DISCOVERY, DISCOVERY_SCAN);
    if (status != SIGNET_OK)
        return status;
    remote_write_text(&request, cursor);
    remote_write_u64(&request, limit);
    status = remote_request(instance, call, &request, &answer);
    if (status != SIGNET_OK)
        return status;
    const signet_discovery_page_t *read = remote_read_page(&answer, call);
    /* It asked for no more, and what is in the page comes from outside. */
    answer.failed |= !read || read->count > limit || read->fault_count > limit - read->count;
    status = remote_request_end(instance, call, &answer);
    if (status == SIGNET_OK)
        *page = read;
    return status;
}

const signet_discovery_interface_t signet_remote_discovery = {
    .size = sizeof(signet_discovery_interface_t),
    .scan = scan,
};
