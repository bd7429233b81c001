/* One step of an exporter: a batch, or what was left of it. */
#include <signet/sdk/crypto.h>
#include <signet/sdk/delivery.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

#include "delivery.h"

/* What of a page is to be exported, and how far into the page that goes. */
typedef struct selection {
    const signet_journal_entry_t **entries;
    uint64_t *places; /* of each in the page */
    uint64_t count;
    uint64_t seen; /* entries of the page that were looked at */
} selection_t;

static int32_t choose(const delivery_t *delivery, signet_call_t *call,
                      const signet_journal_page_t *page, selection_t *selection)
{
    uint64_t octets = 0;
    selection->entries = signet_alloc(call, page->count + 1, sizeof *selection->entries);
    selection->places = signet_alloc(call, page->count + 1, sizeof *selection->places);
    if (selection->entries == NULL || selection->places == NULL) {
        return signet_status(call);
    }
    for (uint64_t i = 0; i < page->count; i++) {
        const signet_journal_entry_t *entry = page->entries[i];
        if (delivery_matches(delivery->host->settings, "events", entry->event, 1)) {
            octets += entry->body.length;
            if (selection->count > 0 && octets > SIGNET_EXPORT_MAX_OCTETS) {
                break;
            }
            selection->entries[selection->count] = entry;
            selection->places[selection->count++] = i;
        }
        selection->seen = i + 1;
    }
    return SIGNET_OK;
}

static int32_t make_batch(signet_call_t *call, const selection_t *selection,
                          signet_export_batch_t *batch)
{
    signet_bytes_t digest = {NULL, 0};
    signet_text_t ends =
        signet_format(call, "%.*s %.*s", SIGNET_FORMAT(selection->entries[0]->key),
                      SIGNET_FORMAT(selection->entries[selection->count - 1]->key));
    int32_t status =
        ends.data ? signet_sha256(call, signet_text_bytes(ends), &digest) : signet_status(call);
    if (status != SIGNET_OK) {
        return status;
    }
    digest.length /= 2;
    *batch = (signet_export_batch_t){
        .size = sizeof *batch,
        .id = signet_hex(call, digest),
        .entries = selection->entries,
        .count = selection->count,
    };
    return batch->id.data ? SIGNET_OK : signet_status(call);
}

/* A batch that is refused is cut in halves until what is wrong with it stands alone. */
static int32_t refused(delivery_t *delivery, signet_call_t *call, const signet_journal_page_t *page,
                       const selection_t *selection)
{
    if (selection->count > 1) {
        call->services->clear(call);
        delivery->limit = selection->places[selection->count / 2 - 1] + 1;
        return SIGNET_OK;
    }
    int32_t status = delivery_park(delivery, call, selection->entries[0], (signet_text_t){NULL, 0});
    return status == SIGNET_OK
               ? delivery_acknowledge(delivery, call, page, selection->places[0] + 1)
               : status;
}

static void grow(delivery_t *delivery)
{
    delivery->limit = delivery->limit * 2 < delivery->batch ? delivery->limit * 2 : delivery->batch;
}

int32_t delivery_step_export(delivery_t *delivery, signet_call_t *call, int *more)
{
    const signet_journal_page_t *page = NULL;
    selection_t selection = {.count = 0};
    signet_export_batch_t batch;
    uint64_t accepted = 0;
    int32_t status = delivery_read(delivery, call, delivery->limit, &page);
    *more = status == SIGNET_OK && page->count > 0;
    if (!*more) {
        return status;
    }
    delivery->host->services->set(delivery->host, delivery->metrics.behind,
                                  (signet_now() - page->entries[0]->time) / 1000);
    status = choose(delivery, call, page, &selection);
    if (status == SIGNET_OK && selection.count == 0) {
        return delivery_acknowledge(delivery, call, page, selection.seen);
    }
    if (status == SIGNET_OK) {
        status = make_batch(call, &selection, &batch);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    status = delivery_export(delivery, call, &batch, &accepted);
    if (status == SIGNET_OK) {
        accepted = selection.count;
        grow(delivery);
    } else if (accepted > selection.count) {
        accepted = 0;
    }
    delivery->host->services->record(delivery->host, delivery->metrics.delivered,
                                     (int64_t)accepted);
    if (status == SIGNET_OK) {
        return delivery_acknowledge(delivery, call, page, selection.seen);
    }
    if (accepted > 0) {
        /* A step forward all the same: what is left fails again, by itself. */
        call->services->clear(call);
        return delivery_acknowledge(delivery, call, page, selection.places[accepted - 1] + 1);
    }
    return signet_delivery_verdict(status) == SIGNET_DELIVERY_REFUSED
               ? refused(delivery, call, page, &selection)
               : status;
}
