#include "stored.h"

#include <signet/sdk/error.h>

int32_t acme_stored_declare(signet_call_t *call, const signet_store_t *store,
                            const signet_collection_t *collections, uint64_t count)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        status = store->interface->declare(store->instance, call, &collections[i]);
    }
    return status;
}

signet_text_t acme_stored_key(signet_call_t *call, signet_text_t directory, signet_text_t id)
{
    return signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(directory), SIGNET_FORMAT(id));
}

signet_text_t acme_stored_id(const signet_record_t *record)
{
    signet_text_t id;
    signet_text_split(record->key, '/', &id);
    return id;
}

int32_t acme_stored_get(signet_call_t *call, const acme_t *acme, const char *collection,
                        signet_text_t directory, signet_text_t id, const signet_record_t **record)
{
    signet_store_t store;
    signet_text_t key = acme_stored_key(call, directory, id);
    if (key.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (key.length > SIGNET_STORE_MAX_KEY) {
        return SIGNET_NOT_FOUND;
    }
    int32_t status = signet_store(call, acme->store, &store);
    return status == SIGNET_OK
               ? store.interface->get(store.instance, call, signet_text(collection), key, record)
               : status;
}

int32_t acme_stored_read(signet_call_t *call, int32_t status, const char *what, signet_text_t id)
{
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY) {
        return status;
    }
    call->services->clear(call);
    return signet_fail(call, SIGNET_CORRUPT, "acme.record-corrupt",
                       "The stored record of the %s %.*s is damaged.", what, SIGNET_FORMAT(id));
}

int32_t acme_stored_texts(signet_call_t *call, const signet_json_t *list,
                          const signet_text_t **texts, uint64_t *count)
{
    *count = list != NULL ? list->count : 0;
    signet_text_t *made = signet_alloc(call, *count + 1, sizeof *made);
    if (made == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; i < *count; i++) {
        made[i] = list->items[i].text;
    }
    *texts = made;
    return SIGNET_OK;
}

int32_t acme_stored_query(signet_call_t *call, const acme_t *acme, const char *collection,
                          const signet_field_t *value, uint32_t flags, uint64_t limit,
                          signet_text_t cursor, const signet_page_t **page)
{
    signet_store_t store;
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = value};
    const signet_query_t query = {.size = sizeof query,
                                  .flags = flags,
                                  .collection = signet_text(collection),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = limit,
                                  .cursor = cursor};
    int32_t status = signet_store(call, acme->store, &store);
    return status == SIGNET_OK ? store.interface->query(store.instance, call, &query, page)
                               : status;
}

int32_t acme_stored_commit(signet_call_t *call, const acme_t *acme, const signet_change_t *changes,
                           uint64_t count)
{
    signet_store_t store;
    int32_t status = signet_store(call, acme->store, &store);
    return status == SIGNET_OK ? store.interface->commit(store.instance, call, changes, count)
                               : status;
}

int32_t acme_stored_journal(signet_call_t *call, const acme_t *acme, const signet_change_t *changes,
                            uint64_t count, const char *event, signet_text_t object,
                            const signet_pair_t *fields, uint64_t field_count)
{
    signet_journal_t journal;
    const signet_entry_t entry = {
        .size = sizeof entry,
        .event = signet_text(event),
        .object = object,
        .fields = fields,
        .field_count = field_count,
    };
    if (object.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    int32_t status = signet_journal(call, acme->journal, &journal);
    return status == SIGNET_OK
               ? journal.interface->commit(journal.instance, call, changes, count, &entry)
               : status;
}
