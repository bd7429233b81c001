/* signet.discovery/1. */
#include "conform.h"

#include <signet/ext/draft/discovery.h>

#define PAGES_MAX 10000U

static int32_t scan(conform_t *conform, signet_call_t *call, void *context)
{
    const signet_discovery_interface_t *discovery = conform->interface;
    const signet_discovery_page_t *page = NULL;
    (void)context;
    return discovery->scan(conform->self, call, (signet_text_t){NULL, 0}, 10, &page);
}

static const char *judge_page(conform_t *conform, const signet_discovery_page_t *page,
                              uint64_t limit)
{
    if (!page) {
        return "it answered OK without a page";
    }
    uint64_t total = page->count + page->fault_count;
    if (total > limit) {
        return conform_fault(conform,
                             "a page has %llu certificates and faults, more than its limit "
                             "of %llu",
                             (unsigned long long)total, (unsigned long long)limit);
    }
    for (uint64_t i = 0; i < page->count; i++) {
        const signet_found_t *found = page->found[i];
        if (found->der.length == 0 || found->place.length == 0 || found->place.length > 1024 ||
            !signet_text_valid(found->place)) {
            return "something that was found has no octets, or no place of 1 to 1024 octets of "
                   "UTF-8";
        }
    }
    for (uint64_t i = 0; i < page->fault_count; i++) {
        if (page->faults[i]->reason.length == 0 || page->faults[i]->message.length == 0) {
            return "a fault has no reason or no message";
        }
    }
    return NULL;
}

/* How much a whole scan finds in pages of `limit`. */
static const char *whole(conform_t *conform, uint64_t limit, uint64_t *total)
{
    const signet_discovery_interface_t *discovery = conform->interface;
    signet_call_t *memory = signet_check_call(conform->check, "tester", "auditor");
    signet_text_t cursor = {NULL, 0};
    const char *fault = NULL;
    uint64_t pages = 0;
    *total = 0;
    do {
        const signet_discovery_page_t *page = NULL;
        signet_call_t *call = signet_check_call(conform->check, "tester", "auditor");
        int32_t status = discovery->scan(conform->self, call, cursor, limit, &page);
        fault = conform_status(conform, call, status, SIGNET_OK);
        fault = fault ? fault : judge_page(conform, page, limit);
        if (!fault) {
            *total += page->count + page->fault_count;
            cursor = runner_take_text(memory, page->cursor);
            fault = ++pages > PAGES_MAX ? "a scan does not come to an end" : NULL;
        }
        signet_check_call_end(call);
    } while (!fault && cursor.length > 0);
    signet_check_call_end(memory);
    return fault;
}

void conform_discovery(conform_t *conform)
{
    const signet_discovery_interface_t *discovery = conform->interface;
    const signet_discovery_page_t *page = NULL;
    uint64_t large = 0;
    uint64_t small = 0;
    const char *fault = whole(conform, SIGNET_DISCOVERY_MAX_PAGE, &large);
    conform_case(conform, "scans from the beginning to the end", fault);
    if (!fault) {
        fault = whole(conform, 1, &small);
        fault = fault || small == large
                    ? fault
                    : conform_fault(conform, "it found %llu in pages of one and %llu in large ones",
                                    (unsigned long long)small, (unsigned long long)large);
        conform_case(conform, "finds the same in pages of any size", fault);
    }
    signet_call_t *call = signet_check_call(conform->check, "tester", "auditor");
    int32_t status =
        discovery->scan(conform->self, call, SIGNET_TEXT("\x7f no cursor of ours"), 10, &page);
    conform_case(conform, "refuses a cursor that it never gave",
                 conform_status(conform, call, status, SIGNET_INVALID));
    signet_check_call_end(call);
    conform_impatience(conform, scan, NULL);
    conform_threads(conform, scan, NULL);
    conform_allocations(conform, scan, NULL);
}
