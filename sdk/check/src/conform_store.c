/* signet.store/1, in short: what every caller rests on. */
#include "conform.h"

#include <signet/sdk/record.h>

#define COLLECTION "conformance.things"

static int32_t put(conform_t *conform, signet_call_t *call, const char *key, uint64_t expected,
                   int64_t number)
{
    const signet_store_interface_t *store = conform->interface;
    const signet_field_t field = signet_field_integer("number", number);
    const signet_change_t change = signet_put(COLLECTION, signet_text(key), expected, &field, 1,
                                              signet_text_bytes(SIGNET_TEXT("{\"a\":1}")));
    return store->commit(conform->self, call, &change, 1);
}

static int32_t put_any(conform_t *conform, signet_call_t *call, void *context)
{
    return put(conform, call, context, SIGNET_VERSION_ANY, 7);
}

static void expect(conform_t *conform, signet_call_t *call, const char *name, int32_t status,
                   int32_t wanted)
{
    conform_case(conform, name, conform_status(conform, call, status, wanted));
    call->services->clear(call);
}

static void reads(conform_t *conform, signet_call_t *call)
{
    const signet_store_interface_t *store = conform->interface;
    const signet_record_t *record = NULL;
    const signet_page_t *page = NULL;
    const signet_field_t value = signet_field_integer("number", 2);
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_AT_LEAST, .value = &value};
    const signet_query_t query = {.size = sizeof query,
                                  .collection = SIGNET_TEXT(COLLECTION),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .order = SIGNET_TEXT("number"),
                                  .limit = 10};
    int32_t status =
        store->get(conform->self, call, SIGNET_TEXT(COLLECTION), SIGNET_TEXT("b"), &record);
    const char *fault = conform_status(conform, call, status, SIGNET_OK);
    conform_case(conform, "reads what was written",
                 fault || (record->version == 1 && signet_record_integer(record, "number") == 2)
                     ? fault
                     : "version or field is another");
    call->services->clear(call);
    status = store->query(conform->self, call, &query, &page);
    fault = conform_status(conform, call, status, SIGNET_OK);
    conform_case(conform, "finds by a condition, in order",
                 fault || (page->count == 2 && signet_text_is(page->records[0]->key, "b") &&
                           signet_text_is(page->records[1]->key, "c"))
                     ? fault
                     : "it found others, or in another order");
    call->services->clear(call);
}

void conform_store(conform_t *conform)
{
    static const signet_field_declaration_t fields[] = {{.size = sizeof(signet_field_declaration_t),
                                                         .type = SIGNET_VALUE_INTEGER,
                                                         .name = SIGNET_TEXT_INIT("number")}};
    static const signet_collection_t collection = {.size = sizeof(signet_collection_t),
                                                   .revision = 1,
                                                   .name = SIGNET_TEXT_INIT(COLLECTION),
                                                   .fields = fields,
                                                   .field_count = 1};
    const signet_store_interface_t *store = conform->interface;
    const signet_record_t *record = NULL;
    signet_call_t *call = signet_check_call(conform->check, "tester", NULL);
    expect(conform, call, "declares a collection", store->declare(conform->self, call, &collection),
           SIGNET_OK);
    expect(
        conform, call, "refuses a collection that was not declared",
        store->get(conform->self, call, SIGNET_TEXT("conformance.none"), SIGNET_TEXT("a"), &record),
        SIGNET_INVALID);
    expect(conform, call, "writes what must be absent",
           put(conform, call, "a", SIGNET_VERSION_ABSENT, 1), SIGNET_OK);
    expect(conform, call, "writes a second", put(conform, call, "b", SIGNET_VERSION_ABSENT, 2),
           SIGNET_OK);
    expect(conform, call, "writes a third", put(conform, call, "c", SIGNET_VERSION_ABSENT, 3),
           SIGNET_OK);
    reads(conform, call);
    expect(conform, call, "does not write twice what must be absent",
           put(conform, call, "a", SIGNET_VERSION_ABSENT, 1), SIGNET_CONFLICT);
    expect(conform, call, "refuses a version that is not the stored one",
           put(conform, call, "a", 9, 1), SIGNET_CONFLICT);
    const signet_change_t gone = signet_delete(COLLECTION, SIGNET_TEXT("a"), 1);
    expect(conform, call, "deletes", store->commit(conform->self, call, &gone, 1), SIGNET_OK);
    expect(conform, call, "does not find what is gone",
           store->get(conform->self, call, SIGNET_TEXT(COLLECTION), SIGNET_TEXT("a"), &record),
           SIGNET_NOT_FOUND);
    expect(conform, call, "gives a lease",
           store->lease(conform->self, call, SIGNET_TEXT("conformance"), SIGNET_TEXT("one"), 60000),
           SIGNET_OK);
    expect(conform, call, "gives it to nobody else",
           store->lease(conform->self, call, SIGNET_TEXT("conformance"), SIGNET_TEXT("two"), 60000),
           SIGNET_CONFLICT);
    expect(conform, call, "takes it back",
           store->release(conform->self, call, SIGNET_TEXT("conformance"), SIGNET_TEXT("one")),
           SIGNET_OK);
    signet_check_call_end(call);
    conform_threads(conform, put_any, "d");
    conform_allocations(conform, put_any, "e");
}
