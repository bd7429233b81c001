/* One scan: page by page, each certificate in a call of its own. */
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#include "discovery.h"

#define PAGE 100U
#define PAGE_MS 60000
/* Faults of one scan that the log names; all are counted. */
#define FAULTS_TOLD 100U

int32_t discovery_find(const discovery_t *discovery, signet_call_t *call,
                       const signet_provider_t **source, const signet_provider_t **inventory)
{
    *source =
        call->services->find(call, SIGNET_TEXT(SIGNET_DISCOVERY_INTERFACE), discovery->source);
    *inventory = *source ? call->services->find(call, SIGNET_TEXT(SIGNET_INVENTORY_INTERFACE),
                                                (signet_text_t){NULL, 0})
                         : NULL;
    if (*inventory == NULL) {
        return signet_status(call);
    }
    const signet_inventory_interface_t *interface = (*inventory)->interface;
    return SIGNET_HAS(interface, found)
               ? SIGNET_OK
               : signet_fail(call, SIGNET_UNSUPPORTED, "discovery.inventory",
                             "The inventory \"%.*s\" keeps nothing that was found: use another.",
                             SIGNET_FORMAT((*inventory)->name));
}

static int32_t record(const discovery_t *discovery, signet_call_t *call,
                      const signet_provider_t *inventory, const signet_found_t *found)
{
    const signet_inventory_interface_t *interface = inventory->interface;
    const signet_certificate_t *certificate = NULL;
    signet_call_t *child = call->services->child(call);
    if (child == NULL) {
        return signet_status(call);
    }
    int32_t status =
        interface->found(inventory->instance, child, discovery->source, found, &certificate);
    if (status == SIGNET_OK) {
        discovery->host->services->record(discovery->host, discovery->metrics.found, 1);
    } else if (status == SIGNET_INVALID || status == SIGNET_TOO_LARGE) {
        /* One odd thing does not end a scan. */
        signet_log_error(discovery->host, child, SIGNET_LOG_WARNING, "discovery.not-recorded");
        discovery->host->services->record(discovery->host, discovery->metrics.faults, 1);
        status = SIGNET_OK;
    } else if (child->services->error(child) != NULL) {
        status = call->services->fail(call, child->services->error(child));
    }
    child->services->end(child);
    return status;
}

static void tell(discovery_t *discovery, signet_call_t *call, const signet_discovery_fault_t *fault)
{
    discovery->host->services->record(discovery->host, discovery->metrics.faults, 1);
    if (discovery->faults_told++ < FAULTS_TOLD) {
        signet_log(discovery->host, call, SIGNET_LOG_WARNING, "discovery.fault", "%.*s: %.*s",
                   SIGNET_FORMAT(fault->place), SIGNET_FORMAT(fault->message));
    }
}

/* One page; `*cursor` moves on and is kept in `call`, which outlives it. */
static int32_t scan_page(discovery_t *discovery, signet_call_t *call, signet_call_t *child,
                         signet_text_t *cursor)
{
    const signet_provider_t *source = NULL;
    const signet_provider_t *inventory = NULL;
    const signet_discovery_page_t *page = NULL;
    int32_t status = discovery_find(discovery, child, &source, &inventory);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_discovery_interface_t *interface = source->interface;
    signet_call_t *asking = child->services->child(child);
    if (asking == NULL) {
        return signet_status(child);
    }
    asking->services->limit(asking, PAGE_MS);
    status = interface->scan(source->instance, asking, *cursor, PAGE, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->fault_count; i++) {
        tell(discovery, child, page->faults[i]);
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        status = record(discovery, child, inventory, page->found[i]);
    }
    if (status == SIGNET_OK) {
        *cursor = signet_text_copy(call, page->cursor);
        status = page->cursor.length == 0 || cursor->data ? SIGNET_OK : signet_status(call);
    } else if (asking->services->error(asking) != NULL && child->services->error(child) == NULL) {
        status = child->services->fail(child, asking->services->error(asking));
    }
    asking->services->end(asking);
    return status;
}

int32_t discovery_run(void *instance, signet_call_t *call)
{
    discovery_t *discovery = instance;
    signet_text_t cursor = {NULL, 0};
    int32_t status = SIGNET_OK;
    discovery->faults_told = 0;
    do {
        signet_call_t *child = call->services->child(call);
        status = child ? scan_page(discovery, call, child, &cursor) : signet_status(call);
        if (child && status != SIGNET_OK && child->services->error(child) != NULL) {
            status = call->services->fail(call, child->services->error(child));
        }
        if (child) {
            child->services->end(child);
        }
        if (status == SIGNET_OK) {
            status = call->services->check(call);
        }
    } while (status == SIGNET_OK && cursor.length > 0);
    if (status == SIGNET_OK) {
        discovery->host->services->record(discovery->host, discovery->metrics.scans, 1);
    }
    return status;
}

int32_t discovery_add_metrics(discovery_t *discovery, signet_call_t *call)
{
    const struct {
        uint64_t *number;
        const char *name;
        const char *help;
    } metrics[] = {
        {&discovery->metrics.found, "signet_discovery_found_total", "Sightings of certificates."},
        {&discovery->metrics.faults, "signet_discovery_faults_total",
         "Places that could not be looked at, and things that could not be recorded."},
        {&discovery->metrics.scans, "signet_discovery_scans_total", "Scans that were finished."},
    };
    const signet_text_t labels =
        signet_format(call, "discovery=\"%.*s\"", SIGNET_FORMAT(discovery->host->name));
    int32_t status = labels.data ? SIGNET_OK : signet_status(call);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics && status == SIGNET_OK; i++) {
        const signet_metric_t metric = {
            .size = sizeof metric,
            .kind = SIGNET_METRIC_COUNTER,
            .name = signet_text(metrics[i].name),
            .help = signet_text(metrics[i].help),
            .labels = labels,
        };
        status = discovery->host->services->add_metric(discovery->host, call, &metric,
                                                       metrics[i].number);
    }
    return status;
}
