/* Searching entries. */
#include "journal.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>

int32_t journal_show(signet_call_t *call, const signet_record_t *record, uint32_t sealed,
                     const signet_journal_entry_t **entry)
{
    signet_journal_entry_t *shown = signet_alloc(call, 1, sizeof(*shown));
    if (!shown)
        return signet_status(call);
    const signet_field_t *time = signet_record_field(record, "time");
    shown->size = sizeof(*shown);
    shown->sealed = sealed;
    shown->key = record->key;
    shown->time = time ? time->integer : 0;
    shown->event = signet_record_text(record, "event");
    shown->object = signet_record_text(record, "object");
    shown->actor = signet_record_text(record, "actor");
    shown->tenant = signet_record_text(record, "tenant");
    shown->trace = signet_record_text(record, "trace");
    shown->body = signet_bytes_text(record->body);
    *entry = shown;
    return SIGNET_OK;
}

/* The end of another node's seals. */
typedef struct ending {
    signet_text_t node;
    uint64_t epoch;
    uint64_t sequence;
} ending_t;

static int32_t find_ending(signet_call_t *call, const signet_store_t *store, signet_text_t node,
                           ending_t *ending)
{
    const signet_field_t value =
        signet_field_text("key", signet_format(call, "%.*s/", SIGNET_FORMAT(node)));
    const signet_condition_t condition = journal_condition(SIGNET_COMPARE_PREFIX, &value);
    const signet_query_t query = {.size = sizeof(query),
                                  .flags = SIGNET_QUERY_DESCENDING | SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT(JOURNAL_SEALS),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = 1};
    const signet_page_t *page = NULL;
    *ending = (ending_t){.node = node};
    int32_t status = store->interface->query(store->instance, call, &query, &page);
    if (status == SIGNET_OK && page->count == 1) {
        ending->epoch = (uint64_t)signet_record_integer(page->records[0], "epoch");
        ending->sequence = (uint64_t)signet_record_integer(page->records[0], "last");
    }
    return status;
}

static int32_t is_sealed(journal_t *journal, signet_call_t *call, const signet_store_t *store,
                         signet_text_t key, ending_t *known, uint32_t *sealed)
{
    journal_position_t position;
    *sealed = 0;
    if (!journal_entry_position(key, &position))
        return SIGNET_OK;
    if (atomic_load(&journal->begun) && signet_text_equal(position.node, journal->host->node)) {
        *sealed =
            (uint32_t)journal_sealer_covers(&journal->sealer, position.epoch, position.sequence);
        return SIGNET_OK;
    }
    if (!signet_text_equal(known->node, position.node)) {
        int32_t status = find_ending(call, store, position.node, known);
        if (status != SIGNET_OK)
            return status;
    }
    *sealed = position.epoch < known->epoch ||
              (position.epoch == known->epoch && position.sequence <= known->sequence);
    return SIGNET_OK;
}

/* Entries outside tenants have no "tenant" to be found by, so a search of theirs leaves out those
 * of tenants here, and a page of it may be short. */
static int is_meant(signet_text_t tenant, const signet_record_t *record)
{
    return tenant.length > 0 || signet_record_text(record, "tenant").length == 0;
}

static int32_t show_all(journal_t *journal, signet_call_t *call, const signet_store_t *store,
                        const signet_page_t *found, const signet_journal_page_t **page)
{
    signet_text_t tenant = call->services->tenant(call);
    signet_journal_page_t *made = signet_alloc(call, 1, sizeof(*made));
    const signet_journal_entry_t **entries =
        made ? signet_alloc(call, found->count + 1, sizeof(*entries)) : NULL;
    ending_t known = {{NULL, 0}, 0, 0};
    if (!entries)
        return signet_status(call);
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; i < found->count && status == SIGNET_OK; i++) {
        uint32_t sealed = 0;
        if (!is_meant(tenant, found->records[i]))
            continue;
        status = is_sealed(journal, call, store, found->records[i]->key, &known, &sealed);
        if (status == SIGNET_OK)
            status = journal_show(call, found->records[i], sealed, &entries[made->count]);
        made->count++;
    }
    made->size = sizeof(*made);
    made->entries = entries;
    made->cursor = found->cursor;
    if (status == SIGNET_OK)
        *page = made;
    return status;
}

/* The journal tells of everything that happened in the tenant, so that a role which covers only
 * some authorities, profiles or names is not enough to read it. */
static int32_t may_read(signet_call_t *call)
{
    const signet_actor_t *actor = call->services->actor(call);
    /* The host's own: jobs and local commands. */
    if (signet_text_is(actor->method, "system"))
        return SIGNET_OK;
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        int whole =
            grant->authority.length == 0 && grant->profile.length == 0 && grant->names.length == 0;
        if (whole && (signet_text_is(grant->role, SIGNET_ROLE_AUDITOR) ||
                      signet_text_is(grant->role, SIGNET_ROLE_ADMINISTRATOR)))
            return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "journal.denied",
                       "Reading the journal needs the role auditor or administrator, without "
                       "limits.");
}

int32_t journal_query(void *instance, signet_call_t *call, const signet_journal_query_t *asked,
                      const signet_journal_page_t **page)
{
    journal_t *journal = instance;
    signet_text_t tenant = call->services->tenant(call);
    const signet_field_t values[] = {
        signet_field_text("tenant", tenant),        signet_field_text("event", asked->event),
        signet_field_text("object", asked->object), signet_field_text("actor", asked->actor),
        signet_field_time("time", asked->from),     signet_field_time("time", asked->to),
    };
    const uint32_t compares[] = {SIGNET_COMPARE_EQUAL,    SIGNET_COMPARE_EQUAL,
                                 SIGNET_COMPARE_EQUAL,    SIGNET_COMPARE_EQUAL,
                                 SIGNET_COMPARE_AT_LEAST, SIGNET_COMPARE_LESS};
    const int wanted[] = {tenant.length > 0 && !signet_text_is(tenant, "*"),
                          asked->event.length > 0,
                          asked->object.length > 0,
                          asked->actor.length > 0,
                          asked->from != 0,
                          asked->to != 0};
    signet_condition_t conditions[6];
    uint64_t count = 0;
    for (unsigned i = 0; i < 6; i++)
        if (wanted[i])
            conditions[count++] = journal_condition(compares[i], &values[i]);
    const signet_query_t query = {.size = sizeof(query),
                                  .flags = asked->descending ? SIGNET_QUERY_DESCENDING : 0,
                                  .collection = SIGNET_TEXT(JOURNAL_ENTRIES),
                                  .conditions = conditions,
                                  .condition_count = count,
                                  .order = SIGNET_TEXT("time"),
                                  .limit = asked->limit,
                                  .cursor = asked->cursor};
    signet_store_t store;
    const signet_page_t *found = NULL;
    int32_t status = may_read(call);
    if (status == SIGNET_OK)
        status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &found);
    return status == SIGNET_OK ? show_all(journal, call, &store, found, page) : status;
}
