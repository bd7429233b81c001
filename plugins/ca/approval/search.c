/* Searching matters. */
#include "approval/approval.h"
#include "permission.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define CONDITIONS_MAX 3

typedef struct conditions {
    signet_field_t values[CONDITIONS_MAX];
    signet_condition_t conditions[CONDITIONS_MAX];
    uint64_t count;
} conditions_t;

static void add(conditions_t *list, const char *name, signet_text_t text)
{
    if (text.length == 0)
        return;
    list->values[list->count] = signet_field_text(name, text);
    list->conditions[list->count] = (signet_condition_t){.size = sizeof(signet_condition_t),
                                                         .compare = SIGNET_COMPARE_EQUAL,
                                                         .value = &list->values[list->count]};
    list->count++;
}

/* What shows as expired may be stored as pending or approved until the sweep. */
static int is_stored_state(signet_text_t state)
{
    return !signet_text_is(state, SIGNET_APPROVAL_EXPIRED);
}

static int32_t check(signet_call_t *call, const signet_approval_query_t *query)
{
    static const char *const states[] = {"",
                                         SIGNET_APPROVAL_PENDING,
                                         SIGNET_APPROVAL_APPROVED,
                                         SIGNET_APPROVAL_DENIED,
                                         SIGNET_APPROVAL_WITHDRAWN,
                                         SIGNET_APPROVAL_DONE,
                                         SIGNET_APPROVAL_EXPIRED};
    if (query->limit == 0 || query->limit > SIGNET_STORE_MAX_PAGE)
        return signet_fail_field(call, SIGNET_INVALID, "approval.limit", "limit",
                                 "limit is a number from 1 to %u", SIGNET_STORE_MAX_PAGE);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (signet_text_is(query->state, states[i]))
            return SIGNET_OK;
    }
    return signet_fail_field(call, SIGNET_INVALID, "approval.state", "state",
                             "state is pending, approved, denied, withdrawn, done or expired");
}

static int accept(signet_call_t *call, const signet_approval_query_t *query, ca_matter_t *matter)
{
    if (ca_matter_open(matter) && matter->approval.expires <= signet_now())
        matter->approval.state = SIGNET_TEXT(SIGNET_APPROVAL_EXPIRED);
    return (query->state.length == 0 || signet_text_equal(query->state, matter->approval.state)) &&
           ca_permission_sees(call, &matter->approval);
}

static int32_t collect(signet_call_t *call, const signet_approval_query_t *query,
                       const signet_page_t *found, signet_approval_page_t *page)
{
    const signet_approval_t **approvals = signet_alloc(call, found->count + 1, sizeof *approvals);
    if (approvals == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < found->count; i++) {
        ca_matter_t *matter = NULL;
        int32_t status = ca_matter_decode(call, found->records[i], &matter);
        if (status != SIGNET_OK)
            return status;
        if (accept(call, query, matter))
            approvals[page->count++] = &matter->approval;
    }
    page->approvals = approvals;
    page->cursor = found->cursor;
    return SIGNET_OK;
}

int32_t ca_approval_query(void *instance, signet_call_t *call, const signet_approval_query_t *query,
                          const signet_approval_page_t **page)
{
    signet_store_t store;
    conditions_t list = {.count = 0};
    const signet_page_t *found = NULL;
    signet_approval_page_t *answer = signet_alloc(call, 1, sizeof *answer);
    if (answer == NULL)
        return SIGNET_NO_MEMORY;
    answer->size = sizeof *answer;
    int32_t status = check(call, query);
    if (status == SIGNET_OK)
        status = ca_store(instance, call, &store);
    if (status != SIGNET_OK)
        return status;
    add(&list, "kind", query->kind);
    if (is_stored_state(query->state))
        add(&list, "state", query->state);
    /* Who decides about nothing sees what it asked for itself. */
    add(&list, "requester",
        query->requester.length > 0 || ca_permission_reads_others(call)
            ? query->requester
            : call->services->actor(call)->id);
    signet_query_t stored = {.size = sizeof stored,
                             .flags = query->descending ? SIGNET_QUERY_DESCENDING : 0,
                             .collection = SIGNET_TEXT(CA_APPROVALS),
                             .conditions = list.conditions,
                             .condition_count = list.count,
                             .order = SIGNET_TEXT("created"),
                             .limit = query->limit,
                             .cursor = query->cursor};
    status = store.interface->query(store.instance, call, &stored, &found);
    if (status == SIGNET_OK)
        status = collect(call, query, found, answer);
    if (status == SIGNET_OK)
        *page = answer;
    return status;
}
