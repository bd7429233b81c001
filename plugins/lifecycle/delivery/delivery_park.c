/* What will never be taken is put aside, so that it does not hold up what follows. */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#include "delivery.h"

int32_t delivery_park(const delivery_t *delivery, signet_call_t *call,
                      const signet_journal_entry_t *entry, signet_text_t rule)
{
    const signet_error_t *error = call->services->error(call);
    const signet_text_t reason = error->reason;
    const signet_text_t message = error->message;
    signet_journal_t journal;
    signet_store_t store;
    signet_log_error(delivery->host, call, SIGNET_LOG_ERROR, "delivery.refused");
    delivery->host->services->record(delivery->host, delivery->metrics.refused, 1);
    call->services->clear(call);
    const signet_field_t fields[] = {
        signet_field_text("delivery", delivery->host->name),
        signet_field_time("time", signet_now()),
        signet_field_text("entry", entry->key),
        signet_field_text("reason", reason),
        signet_field_text("message", message),
        signet_field_text("rule", rule),
    };
    signet_text_t key = signet_format(call, "%.*s/%.*s/%.*s", SIGNET_FORMAT(delivery->host->name),
                                      SIGNET_FORMAT(entry->key), SIGNET_FORMAT(rule));
    const signet_change_t change = signet_put(DELIVERY_PARKED, key, SIGNET_VERSION_ANY, fields,
                                              sizeof fields / sizeof *fields - (rule.length == 0),
                                              signet_text_bytes(SIGNET_TEXT("{}")));
    if (key.data == NULL) {
        return signet_status(call);
    }
    /* That such an entry was refused itself is not told by another one: that would never end. */
    if (signet_text_is(entry->event, SIGNET_EVENT_DELIVERY_REFUSED)) {
        int32_t status = signet_store(call, SIGNET_TEXT(""), &store);
        return status == SIGNET_OK ? store.interface->commit(store.instance, call, &change, 1)
                                   : status;
    }
    const signet_pair_t pairs[] = {
        signet_pair("entry", entry->key),
        signet_pair("reason", reason),
        signet_pair("rule", rule),
    };
    const signet_entry_t told = {
        .size = sizeof told,
        .event = SIGNET_TEXT(SIGNET_EVENT_DELIVERY_REFUSED),
        .object = signet_format(call, "delivery:%.*s", SIGNET_FORMAT(delivery->host->name)),
        .fields = pairs,
        .field_count = sizeof pairs / sizeof *pairs - (rule.length == 0),
    };
    int32_t status = signet_journal(call, SIGNET_TEXT(""), &journal);
    return status == SIGNET_OK
               ? journal.interface->commit(journal.instance, call, &change, 1, &told)
               : status;
}
