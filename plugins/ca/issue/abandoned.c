#include "issue/abandoned.h"

#include "error.h"
#include "issue/intent.h"
#include "issue/signed.h"

#define PAGE 100U

/* Marks one as listed, together with its entry in the journal, in its own tenant. */
static int32_t journal_one(ca_t *ca, signet_call_t *call, const signet_record_t *stored,
                           ca_intent_t *intent)
{
    signet_journal_t journal;
    signet_field_t fields[CA_INTENT_FIELDS];
    int32_t status = call->services->set_tenant(call, stored->tenant);
    if (status == SIGNET_OK)
        status = ca_journal(ca, call, &journal);
    if (status != SIGNET_OK)
        return status;
    intent->listed = 1;
    signet_change_t change = ca_intent_put(stored->key, stored->version, intent, fields);
    signet_text_t object = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(stored->key));
    uint64_t pair_count = 4;
    signet_pair_t pairs[4 + CA_SIGNED_PAIRS] = {
        signet_pair("profile", intent->record.certificate.profile),
        signet_pair("requester", intent->record.certificate.requester),
        signet_pair("subject", intent->record.certificate.subject),
        signet_pair("request_id", intent->record.certificate.request_id),
    };
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_INTENT_ABANDONED),
                            .object = object,
                            .fields = pairs};
    if (object.data == NULL)
        return SIGNET_NO_MEMORY;
    /* Whether it was signed is not known, and by whom. */
    status = ca_signed_pairs(call, NULL, intent->record.body, pairs, &pair_count);
    if (status != SIGNET_OK)
        return status;
    entry.field_count = pair_count;
    return journal.interface->commit(journal.instance, call, &change, 1, &entry);
}

static int32_t list_one(ca_t *ca, signet_call_t *call, const signet_record_t *stored)
{
    ca_intent_t *intent = NULL;
    int32_t status = ca_intent_decode(call, stored, &intent);
    if (status != SIGNET_OK)
        return status;
    signet_log(ca->host, call, SIGNET_LOG_WARNING, "ca.intent-abandoned",
               "the certificate %.*s was begun and never finished; it counts as signed: revoke it",
               SIGNET_FORMAT(stored->key));
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    if (!intent->listed && journal_one(ca, child, stored, intent) != SIGNET_OK)
        status = signet_error_pass(call, child);
    call->services->end(child);
    return status;
}

/* Whether one is still there that nobody works on: while a reload starts this instance, another one
 * issues, and may have finished it since the page was read. */
static int32_t look_again(const ca_t *ca, signet_call_t *call, const signet_record_t *stored,
                          int *abandoned)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    signet_store_t store;
    int32_t status = child->services->set_tenant(child, stored->tenant);
    if (status == SIGNET_OK)
        status = ca_store(ca, child, &store);
    if (status == SIGNET_OK)
        status = ca_intent_abandoned(child, &store, stored->key, abandoned);
    status = signet_child_end(call, child, status);
    return status;
}

/* One page in an arena of its own; `cursor` moves on. */
static int32_t list_page(ca_t *ca, signet_call_t *call, signet_text_t *cursor, int *more)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(CA_INTENTS),
                            .limit = PAGE,
                            .cursor = *cursor};
    const signet_page_t *page = NULL;
    int abandoned = 0;
    int32_t status = ca_query_all_tenants(ca, child, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        status = look_again(ca, child, page->records[i], &abandoned);
        if (status == SIGNET_OK && abandoned)
            status = list_one(ca, child, page->records[i]);
    }
    if (status != SIGNET_OK) {
        status = signet_error_pass(call, child);
    } else {
        *more = page->cursor.length > 0;
        *cursor = signet_text_copy(call, page->cursor);
        if (*more && cursor->data == NULL)
            status = SIGNET_NO_MEMORY;
    }
    call->services->end(child);
    return status;
}

int32_t ca_abandoned_list(ca_t *ca, signet_call_t *call)
{
    signet_text_t cursor = {NULL, 0};
    int more = 1;
    int32_t status = SIGNET_OK;
    while (status == SIGNET_OK && more)
        status = list_page(ca, call, &cursor, &more);
    return status;
}
