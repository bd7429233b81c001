/* Carrying out orders of many revocations, part after part. An interrupted part is begun anew: what
 * it revoked already is as wanted. */
#include "error.h"
#include "record/bulk.h"
#include "record/revoke.h"

#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

#define JOB "bulk-revocation"
#define PERIOD_MS (INT64_C(60) * 1000)
#define PART_MAX (UINT64_C(1024) * 1024)

static int32_t revoke_one(ca_t *ca, signet_call_t *call, signet_bulk_t *bulk,
                          const signet_revoke_request_t *request, signet_text_t key,
                          signet_text_t order)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_revoke_ordered(ca, child, key, request, order);
    if (status == SIGNET_OK) {
        bulk->done++;
    } else if (status == SIGNET_CONFLICT || status == SIGNET_NOT_FOUND ||
               status == SIGNET_INVALID) {
        /* It expired meanwhile, for instance: the rest goes on. */
        signet_log_error(ca->host, child, SIGNET_LOG_WARNING, "ca.bulk-not-revoked");
        bulk->failed++;
        status = SIGNET_OK;
    }
    return signet_child_end(call, child, status);
}

/* Ends a part: the order's count and the part's end become durable together. */
static int32_t end_part(signet_call_t *call, const signet_store_t *store,
                        const signet_record_t *order, const signet_bulk_t *bulk, uint64_t version,
                        const signet_record_t *part)
{
    signet_field_t fields[CA_BULK_FIELDS];
    signet_change_t changes[2];
    uint64_t count = 0;
    changes[count++] =
        ca_bulk_put(bulk, signet_record_integer(order, "invalid_since"), version, fields);
    if (part != NULL)
        changes[count++] = signet_delete(CA_BULK_PARTS, part->key, part->version);
    return store->interface->commit(store->instance, call, changes, count);
}

static int32_t run_part(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                        signet_bulk_t *bulk, const signet_record_t *part)
{
    const signet_json_t *body = NULL;
    signet_revoke_request_t request = {.size = sizeof request,
                                       .reason = bulk->reason,
                                       .comment = bulk->comment,
                                       .invalid_since =
                                           signet_record_integer(order, "invalid_since")};
    signet_text_t name = signet_format(call, "bulk:%.*s", SIGNET_FORMAT(bulk->id));
    int32_t status = signet_json_parse(call, part->body, PART_MAX, &body);
    const signet_json_t *keys = status == SIGNET_OK ? signet_json_get(body, "keys") : NULL;
    if (name.data == NULL || (status == SIGNET_OK && keys == NULL))
        return signet_fail(call, SIGNET_CORRUPT, "bulk.damaged",
                           "the part \"%.*s\" of an order of revocations is damaged",
                           SIGNET_FORMAT(part->key));
    for (uint64_t i = 0; status == SIGNET_OK && i < keys->count; i++) {
        status = call->services->check(call);
        if (status == SIGNET_OK)
            status = revoke_one(ca, call, bulk, &request, keys->items[i].text, name);
    }
    return status;
}

/* The next part of an order, in an arena of its own; with none left the order is done. */
static int32_t next_part(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                         signet_bulk_t *bulk, uint64_t *version)
{
    signet_store_t store;
    const signet_page_t *page = NULL;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_bulk_next_part(call, &store, order->key, (signet_text_t){NULL, 0}, &page);
    if (status != SIGNET_OK)
        return status;
    const signet_record_t *part = page->count > 0 ? page->records[0] : NULL;
    if (part != NULL)
        status = run_part(ca, call, order, bulk, part);
    else
        bulk->state = SIGNET_TEXT(SIGNET_BULK_DONE);
    if (status == SIGNET_OK)
        status = end_part(call, &store, order, bulk, *version, part);
    if (status == SIGNET_OK)
        (*version)++;
    return status;
}

static int32_t replace_in_tenant(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                                 signet_bulk_t *bulk)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = child->services->set_tenant(child, order->tenant);
    if (status == SIGNET_OK)
        status = signet_child_end(call, child, ca_bulk_replace(ca, child, order, bulk));
    return status;
}

static int32_t run_order(ca_t *ca, signet_call_t *call, const signet_record_t *order)
{
    signet_bulk_t *bulk = NULL;
    uint64_t version = order->version;
    int32_t status = ca_bulk_decode(call, order, &bulk);
    if (status == SIGNET_OK && bulk->deadline != 0)
        return replace_in_tenant(ca, call, order, bulk);
    while (status == SIGNET_OK && signet_text_is(bulk->state, SIGNET_BULK_RUNNING)) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = child->services->set_tenant(child, order->tenant);
        if (status == SIGNET_OK)
            status = signet_child_end(call, child, next_part(ca, child, order, bulk, &version));
    }
    return status;
}

static int32_t run(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    const signet_page_t *page = NULL;
    const signet_field_t value = signet_field_text("state", SIGNET_TEXT(SIGNET_BULK_RUNNING));
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = &value};
    const signet_query_t query = {.size = sizeof query,
                                  .collection = SIGNET_TEXT(CA_BULK),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = 100};
    int32_t status = ca_query_all_tenants(ca, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++)
        status = run_order(ca, call, page->records[i]);
    return status;
}

int32_t ca_bulk_start(ca_t *ca, signet_call_t *call)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT(JOB),
                              .period_ms = PERIOD_MS,
                              .lease = SIGNET_TEXT("ca.bulk-revocation"),
                              .run = run};
    return ca->host->services->add_job(ca->host, call, &job);
}

int32_t ca_bulk_wake(ca_t *ca, signet_call_t *call)
{
    return ca->host->services->wake_job(ca->host, call, SIGNET_TEXT(JOB));
}
