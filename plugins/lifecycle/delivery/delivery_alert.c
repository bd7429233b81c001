/* One step of a notifier: on to the next entry that is worth an alert, and that alert. */
#include <signet/sdk/delivery.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/setting.h>

#include "delivery.h"

#define PAGE 100U

/* All alerts of one entry. `*count` says how many there were. */
static int32_t tell(const delivery_t *delivery, signet_call_t *call,
                    const signet_journal_entry_t *entry, uint64_t *count)
{
    const signet_setting_t *rules = signet_setting(delivery->host->settings, "alerts");
    uint64_t rule_count = signet_setting_count(delivery->host->settings, "alerts");
    int32_t status = SIGNET_OK;
    *count = 0;
    for (uint64_t i = 0; i < rule_count && status == SIGNET_OK; i++) {
        const signet_setting_t *rule = signet_setting_at(rules, i);
        signet_alert_t *alert = NULL;
        status = delivery_alert(delivery, call, rule, entry, &alert);
        if (status != SIGNET_OK || alert == NULL) {
            continue;
        }
        *count += 1;
        status = delivery_notify(delivery, call, alert);
        if (status == SIGNET_OK) {
            delivery->host->services->record(delivery->host, delivery->metrics.delivered, 1);
        } else if (signet_delivery_verdict(status) == SIGNET_DELIVERY_REFUSED) {
            status = delivery_park(delivery, call, entry, alert->rule);
        }
    }
    return status;
}

int32_t delivery_step_notify(delivery_t *delivery, signet_call_t *call, int *more)
{
    const signet_journal_page_t *page = NULL;
    uint64_t told = 0;
    uint64_t seen = 0;
    int32_t status = delivery_read(delivery, call, PAGE, &page);
    *more = status == SIGNET_OK && page->count > 0;
    if (!*more) {
        return status;
    }
    delivery->host->services->set(delivery->host, delivery->metrics.behind,
                                  (signet_now() - page->entries[0]->time) / 1000);
    /* After each alert the place is kept, so that a crash repeats no more than one. */
    while (seen < page->count && told == 0 && status == SIGNET_OK) {
        const signet_journal_entry_t *entry = page->entries[seen];
        if (entry->time >= delivery->since) {
            status = tell(delivery, call, entry, &told);
        }
        seen += status == SIGNET_OK;
    }
    if (status == SIGNET_OK) {
        return delivery_acknowledge(delivery, call, page, seen);
    }
    return status;
}
