/* The job that closes what has expired, and tells of what waits for too long. */
#include "approval/approval.h"
#include "error.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define PAGE 100U

/* One matter that is due, in its own tenant. Whoever changed it meanwhile was first. */
static int32_t sweep_one(ca_t *ca, signet_call_t *call, const signet_record_t *stored)
{
    ca_matter_t *matter = NULL;
    const char *event = SIGNET_EVENT_APPROVAL_EXPIRED;
    int32_t status = call->services->set_tenant(call, stored->tenant);
    if (status == SIGNET_OK)
        status = ca_matter_decode(call, stored, &matter);
    if (status != SIGNET_OK)
        return status;
    if (matter->approval.expires <= signet_now()) {
        matter->approval.state = SIGNET_TEXT(SIGNET_APPROVAL_EXPIRED);
    } else {
        matter->escalates = 0;
        event = SIGNET_EVENT_APPROVAL_ESCALATED;
    }
    status = ca_matter_commit(ca, call, matter, event, SIGNET_TEXT(""));
    if (status != SIGNET_CONFLICT)
        return status;
    call->services->clear(call);
    return SIGNET_OK;
}

/* One page of what is due, in a call of its own; `more` where there may be others. */
static int32_t sweep_page(ca_t *ca, signet_call_t *call, int *more)
{
    const signet_page_t *page = NULL;
    signet_field_t now = signet_field_time("due", signet_now());
    signet_condition_t due = {.size = sizeof due, .compare = SIGNET_COMPARE_AT_MOST, .value = &now};
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(CA_APPROVALS),
                            .conditions = &due,
                            .condition_count = 1,
                            .order = SIGNET_TEXT("due"),
                            .limit = PAGE};
    int32_t status = ca_query_all_tenants(ca, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = signet_child_end(call, child, sweep_one(ca, child, page->records[i]));
    }
    *more = status == SIGNET_OK && page->cursor.length > 0;
    return status;
}

int32_t ca_approval_sweep(void *instance, signet_call_t *call)
{
    int more = 1;
    int32_t status = SIGNET_OK;
    while (status == SIGNET_OK && more) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = sweep_page(instance, child, &more);
        status = signet_child_end(call, child, status);
    }
    return status;
}
