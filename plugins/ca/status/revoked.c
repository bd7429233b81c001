#include "authority/lineage.h"
#include "error.h"
#include "record/record.h"
#include "status/status.h"

#include <signet/sdk/error.h>

#define PAGE_MAX 1000U
/* First what is revoked, then what is held; a cursor says in which of the two it is. */
static const char held = '1';
static const char revoked = '0';

static int32_t add(signet_call_t *call, const signet_status_query_t *query,
                   const ca_record_t *record, const signet_status_t **list, uint64_t *count)
{
    const signet_certificate_t *certificate = &record->certificate;
    if (certificate->generation != query->generation ||
        (query->expires_from != 0 && certificate->not_after < query->expires_from))
        return SIGNET_OK;
    signet_status_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    *made = (signet_status_t){.size = sizeof *made,
                              .reason = certificate->reason,
                              .serial = signet_bytes_copy(call, certificate->serial),
                              .state = signet_text_is(certificate->state, SIGNET_CERTIFICATE_HELD)
                                           ? SIGNET_TEXT(SIGNET_CERTIFICATE_HELD)
                                           : SIGNET_TEXT(SIGNET_CERTIFICATE_REVOKED),
                              .revoked_at = certificate->revoked_at,
                              .invalid_since = record->invalid_since,
                              .not_after = certificate->not_after,
                              .generation = certificate->generation};
    if (made->serial.data == NULL)
        return SIGNET_NO_MEMORY;
    list[(*count)++] = made;
    return SIGNET_OK;
}

/* One page of the store, read by `child`, for what lives in `call`. */
static int32_t read(ca_t *ca, signet_call_t *call, signet_call_t *child,
                    const signet_status_query_t *query, char part, signet_text_t cursor,
                    signet_status_page_t *page)
{
    signet_store_t store;
    const signet_page_t *found = NULL;
    const signet_status_t **list = signet_alloc(call, query->limit + 1, sizeof *list);
    const signet_field_t prefix =
        signet_field_text("key", signet_format(child, "%.*s/", SIGNET_FORMAT(query->authority)));
    const signet_field_t state =
        signet_field_text("state", part == held ? SIGNET_TEXT(SIGNET_CERTIFICATE_HELD)
                                                : SIGNET_TEXT(SIGNET_CERTIFICATE_REVOKED));
    const signet_condition_t conditions[] = {
        {.size = sizeof conditions[0], .compare = SIGNET_COMPARE_PREFIX, .value = &prefix},
        {.size = sizeof conditions[0], .compare = SIGNET_COMPARE_EQUAL, .value = &state}};
    const signet_query_t stored = {.size = sizeof stored,
                                   .flags = SIGNET_QUERY_NO_BODY,
                                   .collection = SIGNET_TEXT(CA_CERTIFICATES),
                                   .conditions = conditions,
                                   .condition_count = 2,
                                   .limit = query->limit,
                                   .cursor = cursor};
    int32_t status =
        list == NULL || prefix.text.data == NULL ? SIGNET_NO_MEMORY : ca_store(ca, child, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, child, &stored, &found);
    for (uint64_t i = 0; status == SIGNET_OK && i < found->count; i++) {
        ca_record_t *record = NULL;
        status = ca_record_decode(child, found->records[i], &record);
        if (status == SIGNET_OK && record != NULL)
            status = add(call, query, record, list, &page->count);
    }
    if (status != SIGNET_OK)
        return status;
    page->statuses = list;
    if (found->cursor.length > 0)
        page->cursor = signet_format(call, "%c%.*s", part, SIGNET_FORMAT(found->cursor));
    else if (part == revoked)
        page->cursor = signet_format(call, "%c", held);
    return page->cursor.data == NULL && (found->cursor.length > 0 || part == revoked)
               ? SIGNET_NO_MEMORY
               : SIGNET_OK;
}

int32_t ca_status_revoked(void *instance, signet_call_t *call, const signet_status_query_t *query,
                          const signet_status_page_t **page)
{
    ca_t *ca = instance;
    ca_authority_t *authority = NULL;
    signet_status_page_t *made = signet_alloc(call, 1, sizeof *made);
    char part = revoked;
    signet_text_t cursor = query->cursor;
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    if (cursor.length > 0)
        part = cursor.data[0];
    if (query->limit == 0 || query->limit > PAGE_MAX || (part != revoked && part != held))
        return signet_fail(call, SIGNET_INVALID, "status.query",
                           "a page has 1 to %u entries and begins where another one ended",
                           PAGE_MAX);
    if (cursor.length > 0) {
        cursor.data++;
        cursor.length--;
    }
    made->size = sizeof *made;
    int32_t status = ca_status_authority(ca, call, query->authority, query->generation, &authority);
    if (status != SIGNET_OK)
        return status;
    signet_call_t *child = ca_status_enter(call, authority);
    if (child == NULL)
        return signet_status(call);
    status = read(ca, call, child, query, part, cursor, made);
    if (status != SIGNET_OK && call->services->error(call) == NULL)
        status = signet_error_pass(call, child);
    call->services->end(child);
    *page = made;
    return status;
}
