/* Delivery: sealed entries in seal order, after the durable cursor of each consumer. A cursor is
 * one record for each consumer and node: the last seal and sequence that were acknowledged. */
#include "journal.h"

#include <inttypes.h>
#include <signet/sdk/error.h>

#define PAGE_LIMIT 1000U
#define NODE_PAGE 100U

typedef struct place {
    signet_text_t node;
    uint64_t seal;     /* the last one begun; 0: none */
    uint64_t sequence; /* the last entry taken of it */
    uint64_t version;  /* of the cursor's record */
} place_t;

static int32_t fail_consumer(signet_call_t *call, signet_text_t consumer)
{
    return signet_fail(call, SIGNET_INVALID, "journal.consumer",
                       "The consumer '%.*s' must be 1 to %u letters, digits, '.', '_' or '-'.",
                       SIGNET_FORMAT(consumer), JOURNAL_NODE_LIMIT);
}

static signet_text_t cursor_key(signet_call_t *call, signet_text_t consumer, signet_text_t node)
{
    return signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(consumer), SIGNET_FORMAT(node));
}

static int32_t load_cursor(signet_call_t *call, const signet_store_t *store, signet_text_t consumer,
                           signet_text_t node, place_t *place)
{
    const signet_record_t *record = NULL;
    *place = (place_t){.node = node, .version = SIGNET_VERSION_ABSENT};
    int32_t status = store->interface->get(store->instance, call, SIGNET_TEXT(JOURNAL_CURSORS),
                                           cursor_key(call, consumer, node), &record);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status != SIGNET_OK)
        return status;
    place->seal = (uint64_t)signet_record_integer(record, "seal");
    place->sequence = (uint64_t)signet_record_integer(record, "sequence");
    place->version = record->version;
    return SIGNET_OK;
}

/* The first seal, from the cursor's own on, under which something is left to deliver. */
static int32_t find_seal(signet_call_t *call, const signet_store_t *store, place_t *place,
                         journal_position_t *from, uint64_t *last)
{
    signet_text_t high = signet_format(call, "%.*s0", SIGNET_FORMAT(place->node)); /* '/' + 1 */
    const signet_field_t low_value =
        signet_field_text("key", journal_seal_key(call, place->node, place->seal));
    const signet_field_t high_value = signet_field_text("key", high);
    const signet_condition_t conditions[] = {journal_condition(SIGNET_COMPARE_AT_LEAST, &low_value),
                                             journal_condition(SIGNET_COMPARE_LESS, &high_value)};
    const signet_query_t query = {.size = sizeof(query),
                                  .flags = SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT(JOURNAL_SEALS),
                                  .conditions = conditions,
                                  .condition_count = 2,
                                  .limit = 2};
    const signet_page_t *page = NULL;
    *last = 0;
    int32_t status = store->interface->query(store->instance, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        const signet_record_t *record = page->records[i];
        signet_text_t number;
        uint64_t index = 0;
        signet_text_split(record->key, '/', &number);
        uint64_t end = (uint64_t)signet_record_integer(record, "last");
        if (!journal_number(number, &index) || (index == place->seal && place->sequence >= end))
            continue;
        from->node = place->node;
        from->epoch = (uint64_t)signet_record_integer(record, "epoch");
        from->sequence = index == place->seal ? place->sequence + 1
                                              : (uint64_t)signet_record_integer(record, "first");
        place->seal = index;
        *last = end;
        break;
    }
    return status;
}

static int32_t load_entries(signet_call_t *call, const signet_store_t *store,
                            const journal_position_t *from, uint64_t last, uint64_t limit,
                            const signet_page_t **page)
{
    const journal_position_t to = {from->node, from->epoch, last};
    const signet_field_t low = signet_field_text("key", journal_entry_key(call, from));
    const signet_field_t high = signet_field_text("key", journal_entry_key(call, &to));
    const signet_condition_t conditions[] = {journal_condition(SIGNET_COMPARE_AT_LEAST, &low),
                                             journal_condition(SIGNET_COMPARE_AT_MOST, &high)};
    const signet_query_t query = {.size = sizeof(query),
                                  .collection = SIGNET_TEXT(JOURNAL_ENTRIES),
                                  .conditions = conditions,
                                  .condition_count = 2,
                                  .limit = limit};
    return store->interface->query(store->instance, call, &query, page);
}

/* Adds what one node has for a consumer; the page stays empty where there is nothing. */
static int32_t read_node(signet_call_t *call, const signet_store_t *store, signet_text_t consumer,
                         signet_text_t node, uint64_t limit, signet_journal_page_t *page)
{
    place_t place;
    journal_position_t from;
    uint64_t last = 0;
    const signet_page_t *found = NULL;
    int32_t status = load_cursor(call, store, consumer, node, &place);
    if (status == SIGNET_OK)
        status = find_seal(call, store, &place, &from, &last);
    if (status != SIGNET_OK || last == 0)
        return status;
    status = load_entries(call, store, &from, last, limit, &found);
    if (status != SIGNET_OK)
        return status;
    const signet_journal_entry_t **entries = signet_alloc(call, found->count + 1, sizeof(*entries));
    if (!entries)
        return signet_status(call);
    place.sequence = last;
    for (uint64_t i = 0; i < found->count && status == SIGNET_OK; i++)
        status = journal_show(call, found->records[i], 1, &entries[i]);
    /* Where the page ends before the seal does, the position is that of its last entry. */
    if (status == SIGNET_OK && found->cursor.length > 0) {
        journal_position_t end;
        if (!journal_entry_position(found->records[found->count - 1]->key, &end))
            return signet_fail(call, SIGNET_CORRUPT, "journal.entry", "'%.*s' is no entry's key.",
                               SIGNET_FORMAT(found->records[found->count - 1]->key));
        place.sequence = end.sequence;
    }
    page->entries = entries;
    page->count = found->count;
    page->cursor = signet_format(call, "%.*s/%016" PRIx64 "/%016" PRIx64, SIGNET_FORMAT(place.node),
                                 place.seal, place.sequence);
    return status == SIGNET_OK && !page->cursor.data ? signet_status(call) : status;
}

int32_t journal_read(void *instance, signet_call_t *call, signet_text_t consumer, uint64_t limit,
                     const signet_journal_page_t **page)
{
    const journal_t *journal = instance;
    signet_store_t store;
    signet_text_t cursor = {NULL, 0};
    if (!journal_name_valid(consumer))
        return fail_consumer(call, consumer);
    if (limit == 0 || limit > PAGE_LIMIT)
        return signet_fail(call, SIGNET_INVALID, "journal.limit", "The limit must be 1 to %u.",
                           PAGE_LIMIT);
    signet_journal_page_t *made = signet_alloc(call, 1, sizeof(*made));
    if (!made)
        return signet_status(call);
    int32_t status = journal_store(journal, call, &store);
    if (status != SIGNET_OK)
        return status;
    made->size = sizeof(*made);
    do {
        const signet_query_t query = {.size = sizeof(query),
                                      .flags = SIGNET_QUERY_NO_BODY,
                                      .collection = SIGNET_TEXT(JOURNAL_EPOCHS),
                                      .limit = NODE_PAGE,
                                      .cursor = cursor};
        const signet_page_t *nodes = NULL;
        status = store.interface->query(store.instance, call, &query, &nodes);
        for (uint64_t i = 0; status == SIGNET_OK && i < nodes->count && !made->cursor.length; i++)
            status = read_node(call, &store, consumer, nodes->records[i]->key, limit, made);
        if (status == SIGNET_OK)
            cursor = nodes->cursor;
    } while (status == SIGNET_OK && cursor.length > 0 && !made->cursor.length);
    if (status == SIGNET_OK)
        *page = made;
    return status;
}

int32_t journal_acknowledge(void *instance, signet_call_t *call, signet_text_t consumer,
                            signet_text_t position)
{
    const journal_t *journal = instance;
    journal_position_t to; /* node, seal and sequence are written like an entry's key */
    place_t place;
    signet_store_t store;
    if (!journal_name_valid(consumer))
        return fail_consumer(call, consumer);
    if (position.length == 0)
        return SIGNET_OK;
    if (!journal_entry_position(position, &to))
        return signet_fail(call, SIGNET_INVALID, "journal.position",
                           "'%.*s' is not a position that was read.", SIGNET_FORMAT(position));
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = load_cursor(call, &store, consumer, to.node, &place);
    if (status != SIGNET_OK)
        return status;
    /* Acknowledged before, or overtaken. */
    if (to.epoch < place.seal || (to.epoch == place.seal && to.sequence <= place.sequence))
        return SIGNET_OK;
    const signet_field_t fields[] = {signet_field_integer("seal", (int64_t)to.epoch),
                                     signet_field_integer("sequence", (int64_t)to.sequence)};
    const signet_change_t change =
        signet_put(JOURNAL_CURSORS, cursor_key(call, consumer, to.node), place.version, fields, 2,
                   signet_text_bytes(SIGNET_TEXT("{}")));
    return store.interface->commit(store.instance, call, &change, 1);
}
