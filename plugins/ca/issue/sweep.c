#include "issue/sweep.h"

#include "error.h"
#include "issue/reservation.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 100U
/* So many pages a run: the next one goes on where this one ended. */
#define PAGES 100U
#define PERIOD_MS 600000

/* Whether anything that a record lists counts. */
static int32_t look(signet_call_t *call, const signet_store_t *store, const signet_record_t *stored,
                    int *counts)
{
    const signet_field_t *list = signet_record_field(stored, "certificates");
    int32_t status = SIGNET_OK;
    *counts = 0;
    for (uint64_t i = 0; status == SIGNET_OK && !*counts && list != NULL && i < list->text_count;
         i++)
        status = ca_reservation_counts(call, store, stored->key, list->texts[i], counts);
    return status;
}

/* Marks one of which nothing counts, and deletes one that was marked long ago. Who changed it since
 * it was read needs it. */
static int32_t sweep_one(ca_t *ca, signet_call_t *call, const signet_record_t *stored)
{
    signet_store_t store;
    int counts = 0;
    int64_t now = signet_now();
    int64_t since = signet_record_integer(stored, CA_RESERVATION_EMPTY);
    const signet_field_t fields[] = {signet_field_texts("certificates", NULL, 0),
                                     signet_field_time(CA_RESERVATION_EMPTY, now)};
    signet_change_t change = signet_put(CA_RESERVATIONS, stored->key, stored->version, fields, 2,
                                        (signet_bytes_t){NULL, 0});
    int32_t status = call->services->set_tenant(call, stored->tenant);
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    if (status != SIGNET_OK || (since != 0 && now - since < CA_SWEEP_REST_MS && since <= now))
        return status;
    if (since == 0)
        status = look(call, &store, stored, &counts);
    else if (since <= now)
        change = signet_delete(CA_RESERVATIONS, stored->key, stored->version);
    if (status == SIGNET_OK && !counts)
        status = store.interface->commit(store.instance, call, &change, 1);
    if (status == SIGNET_CONFLICT) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    return status;
}

static int32_t sweep_page(ca_t *ca, signet_call_t *call)
{
    const signet_page_t *page = NULL;
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(CA_RESERVATIONS),
                            .limit = PAGE,
                            .cursor = signet_text(ca->swept)};
    int32_t status = ca_query_all_tenants(ca, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = signet_child_end(call, child, sweep_one(ca, child, page->records[i]));
    }
    free(ca->swept);
    ca->swept = NULL;
    if (status == SIGNET_OK && page->cursor.length > 0) {
        ca->swept = strndup(page->cursor.data, (size_t)page->cursor.length);
        if (ca->swept == NULL)
            return signet_fail_memory(call);
    }
    return status;
}

static int32_t run(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    int32_t status = SIGNET_OK;
    for (unsigned i = 0; status == SIGNET_OK && i < PAGES && (i == 0 || ca->swept != NULL); i++) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = signet_child_end(call, child, sweep_page(ca, child));
        if (status == SIGNET_OK)
            status = call->services->check(call);
    }
    return status;
}

int32_t ca_sweep_start(ca_t *ca, signet_call_t *call)
{
    static const signet_job_t job = {.size = sizeof job,
                                     .lane = SIGNET_LANE_BACKGROUND,
                                     .name = SIGNET_TEXT_INIT("reservations"),
                                     .period_ms = PERIOD_MS,
                                     .lease = SIGNET_TEXT_INIT("ca-reservations"),
                                     .run = run};
    return ca->host->services->add_job(ca->host, call, &job);
}

void ca_sweep_free(ca_t *ca)
{
    free(ca->swept);
    ca->swept = NULL;
}
