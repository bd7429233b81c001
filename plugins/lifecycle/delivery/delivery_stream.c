/* The place in the journal: a durable cursor of it, by the name of the instance. */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

#include "delivery.h"

int32_t delivery_read(const delivery_t *delivery, signet_call_t *call, uint64_t limit,
                      const signet_journal_page_t **page)
{
    signet_journal_t journal;
    int32_t status = signet_journal(call, SIGNET_TEXT(""), &journal);
    return status == SIGNET_OK
               ? journal.interface->read(journal.instance, call, delivery->host->name, limit, page)
               : status;
}

int32_t delivery_acknowledge(const delivery_t *delivery, signet_call_t *call,
                             const signet_journal_page_t *page, uint64_t count)
{
    signet_journal_t journal;
    if (count == 0) {
        return SIGNET_OK;
    }
    int32_t status = signet_journal(call, SIGNET_TEXT(""), &journal);
    if (status != SIGNET_OK) {
        return status;
    }
    if (count < page->count) {
        /* A position is of a page as a whole: so the shorter page is asked for. Where another
         * node's entries come first by now, these stay as they are and are delivered once more. */
        const signet_journal_page_t *part = NULL;
        status = delivery_read(delivery, call, count, &part);
        if (status != SIGNET_OK) {
            return status;
        }
        if (part->count != count ||
            !signet_text_equal(part->entries[count - 1]->key, page->entries[count - 1]->key)) {
            return SIGNET_OK;
        }
        page = part;
    }
    return journal.interface->acknowledge(journal.instance, call, delivery->host->name,
                                          page->cursor);
}

/* What happened before an instance was configured is exported, but alerts nobody any more. */
int32_t delivery_begin(delivery_t *delivery, signet_call_t *call)
{
    signet_store_t store;
    const signet_record_t *record = NULL;
    int is_whole =
        delivery->notifier.length == 0 ||
        signet_text_is(signet_setting_text(delivery->host->settings, "begin"), "beginning");
    if (delivery->has_begun || is_whole) {
        delivery->has_begun = 1;
        return SIGNET_OK;
    }
    int32_t status = signet_store(call, SIGNET_TEXT(""), &store);
    if (status != SIGNET_OK) {
        return status;
    }
    status = store.interface->get(store.instance, call, SIGNET_TEXT(DELIVERY_STREAMS),
                                  delivery->host->name, &record);
    int64_t since = status == SIGNET_OK ? signet_record_integer(record, "since") : signet_now();
    if (status == SIGNET_NOT_FOUND) {
        const signet_field_t field = signet_field_time("since", since);
        const signet_change_t change =
            signet_put(DELIVERY_STREAMS, delivery->host->name, SIGNET_VERSION_ABSENT, &field, 1,
                       signet_text_bytes(SIGNET_TEXT("{}")));
        call->services->clear(call);
        status = store.interface->commit(store.instance, call, &change, 1);
    }
    if (status == SIGNET_OK) {
        delivery->since = since;
        delivery->has_begun = 1;
    }
    return status;
}
