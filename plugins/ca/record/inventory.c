#include "record/inventory.h"

#include "issue/intent.h"
#include "issue/renew.h"
#include "permission.h"
#include "record/asked_renewal.h"
#include "record/found.h"
#include "record/stored_name.h"

#include <signet/sdk/error.h>

#define CONDITIONS_MAX 11U

static int32_t get(void *instance, signet_call_t *call, signet_text_t authority,
                   signet_bytes_t serial, const signet_certificate_t **certificate)
{
    ca_t *ca = instance;
    signet_store_t store;
    ca_record_t *record = NULL;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &store, authority, serial, &record);
    if (status == SIGNET_NOT_FOUND) {
        ca_intent_t *intent = NULL;
        call->services->clear(call);
        status = ca_intent_get(call, &store, authority, serial, &intent);
        if (status == SIGNET_NOT_FOUND)
            return ca_record_missing(call, authority, serial);
        if (status == SIGNET_OK)
            record = &intent->record;
    }
    if (status != SIGNET_OK)
        return status;
    if (!ca_permission_read(call, &record->certificate))
        return ca_record_missing(call, authority, serial);
    ca_renew_adjust(ca, record);
    *certificate = &record->certificate;
    return SIGNET_OK;
}

/* The conditions of a search, each with the value it points to. */
typedef struct conditions {
    signet_condition_t conditions[CONDITIONS_MAX];
    signet_field_t values[CONDITIONS_MAX];
    uint64_t count;
} conditions_t;

static void add(conditions_t *list, uint32_t compare, signet_field_t value)
{
    signet_condition_t *condition = &list->conditions[list->count];
    list->values[list->count] = value;
    condition->size = sizeof *condition;
    condition->compare = compare;
    condition->value = &list->values[list->count];
    list->count++;
}

static int32_t build(signet_call_t *call, const signet_certificate_query_t *query,
                     conditions_t *list)
{
    int typed = 0;
    if (query->fingerprint.length > 0)
        add(list, SIGNET_COMPARE_EQUAL, signet_field_bytes("fingerprint", query->fingerprint));
    if (query->name.length > 0)
        add(list, SIGNET_COMPARE_EQUAL,
            signet_field_text("names", ca_stored_name_value(query->name, &typed)));
    if (query->requester.length > 0)
        add(list, SIGNET_COMPARE_EQUAL, signet_field_text("requester", query->requester));
    else if (!ca_permission_reads_others(call))
        add(list, SIGNET_COMPARE_EQUAL,
            signet_field_text("requester", call->services->actor(call)->id));
    if (SIGNET_HAS(query, replaces.length))
        add(list, SIGNET_COMPARE_EQUAL, signet_field_text("replaces", query->replaces));
    if (SIGNET_HAS(query, owner.data))
        add(list, SIGNET_COMPARE_EQUAL, signet_field_text("owner", query->owner));
    if (query->profile.length > 0)
        add(list, SIGNET_COMPARE_EQUAL, signet_field_text("profile", query->profile));
    if (signet_text_is(query->state, SIGNET_CERTIFICATE_REVOKED) ||
        signet_text_is(query->state, SIGNET_CERTIFICATE_HELD) ||
        signet_text_is(query->state, SIGNET_CERTIFICATE_PRE))
        add(list, SIGNET_COMPARE_EQUAL, signet_field_text("state", query->state));
    if (query->expires_from != 0)
        add(list, SIGNET_COMPARE_AT_LEAST, signet_field_time("not_after", query->expires_from));
    if (query->expires_before != 0)
        add(list, SIGNET_COMPARE_LESS, signet_field_time("not_after", query->expires_before));
    if (query->authority.length > 0) {
        signet_text_t prefix = signet_format(call, "%.*s/", SIGNET_FORMAT(query->authority));
        if (prefix.data == NULL)
            return SIGNET_NO_MEMORY;
        add(list, SIGNET_COMPARE_PREFIX, signet_field_text("key", prefix));
    }
    return SIGNET_OK;
}

/* Whether what the store found is what was meant; it knows neither scopes nor types of names. */
static int accept(signet_call_t *call, const signet_certificate_query_t *query,
                  const signet_certificate_t *certificate)
{
    return ca_stored_name_matches(query->name, certificate->names, certificate->name_count) &&
           (query->state.length == 0 || signet_text_equal(query->state, certificate->state)) &&
           (query->authority.length == 0 ||
            signet_text_equal(query->authority, certificate->authority)) &&
           (query->profile.length == 0 ||
            signet_text_equal(query->profile, certificate->profile)) &&
           (!SIGNET_HAS(query, replaces.length) ||
            signet_text_equal(query->replaces, certificate->replaces)) &&
           (query->requester.length == 0 ||
            signet_text_equal(query->requester, certificate->requester)) &&
           (query->fingerprint.length == 0 ||
            signet_bytes_equal(query->fingerprint, certificate->fingerprint)) &&
           (query->expires_from == 0 || certificate->not_after >= query->expires_from) &&
           (query->expires_before == 0 || certificate->not_after < query->expires_before) &&
           ca_permission_read(call, certificate);
}

static int32_t new_page(signet_call_t *call, uint64_t capacity, signet_certificate_page_t **page,
                        const signet_certificate_t ***certificates)
{
    *page = signet_alloc(call, 1, sizeof **page);
    *certificates = signet_alloc(call, capacity + 1, sizeof **certificates);
    if (*page == NULL || *certificates == NULL)
        return SIGNET_NO_MEMORY;
    (*page)->size = sizeof **page;
    (*page)->certificates = *certificates;
    return SIGNET_OK;
}

/* A serial alone: each authority is asked, which needs no index. */
static int32_t by_serial(ca_t *ca, signet_call_t *call, const signet_certificate_query_t *query,
                         signet_certificate_page_t *page, const signet_certificate_t **certificates)
{
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const signet_certificate_t *certificate = NULL;
        if (!ca_tenant_sees(call, ca->authorities[i].tenant))
            continue;
        int32_t status = get(ca, call, ca->authorities[i].name, query->serial, &certificate);
        if (status == SIGNET_NOT_FOUND)
            call->services->clear(call);
        else if (status != SIGNET_OK)
            return status;
        else if (certificate != NULL && accept(call, query, certificate))
            certificates[page->count++] = certificate;
    }
    return SIGNET_OK;
}

/* The record behind an abandoned intent; NULL where it is being worked on. */
static int32_t decode_intent(signet_call_t *call, const signet_store_t *store,
                             const signet_record_t *stored, ca_record_t **record)
{
    int abandoned = 0;
    ca_intent_t *intent = NULL;
    int32_t status = ca_intent_abandoned(call, store, stored->key, &abandoned);
    *record = NULL;
    if (status != SIGNET_OK || !abandoned)
        return status;
    status = ca_intent_decode(call, stored, &intent);
    if (status == SIGNET_OK)
        *record = &intent->record;
    return status;
}

static int32_t search(ca_t *ca, signet_call_t *call, const signet_certificate_query_t *query,
                      signet_certificate_page_t *page, const signet_certificate_t **certificates)
{
    int intents = signet_text_is(query->state, SIGNET_CERTIFICATE_UNKNOWN);
    conditions_t list = {.count = 0};
    signet_store_t store;
    int32_t status = ca_store(ca, call, &store);
    /* Intents are few: those that a crash left. */
    if (status == SIGNET_OK && !intents)
        status = build(call, query, &list);
    if (status != SIGNET_OK)
        return status;
    int window = query->expires_from != 0 || query->expires_before != 0;
    signet_query_t stored_query = {
        .size = sizeof stored_query,
        .flags = query->descending ? SIGNET_QUERY_DESCENDING : 0,
        .collection = intents ? SIGNET_TEXT(CA_INTENTS) : SIGNET_TEXT(CA_CERTIFICATES),
        .conditions = list.conditions,
        .condition_count = list.count,
        .order = window && !intents ? SIGNET_TEXT("not_after") : (signet_text_t){NULL, 0},
        .limit = query->limit,
        .cursor = query->cursor};
    const signet_page_t *found = NULL;
    status = store.interface->query(store.instance, call, &stored_query, &found);
    for (uint64_t i = 0; status == SIGNET_OK && i < found->count; i++) {
        ca_record_t *record = NULL;
        status = intents ? decode_intent(call, &store, found->records[i], &record)
                         : ca_record_decode(call, found->records[i], &record);
        if (status == SIGNET_OK && record != NULL && accept(call, query, &record->certificate)) {
            ca_renew_adjust(ca, record);
            certificates[page->count++] = &record->certificate;
        }
    }
    if (status == SIGNET_OK)
        page->cursor = found->cursor;
    return status;
}

static int32_t check(signet_call_t *call, const signet_certificate_query_t *query)
{
    static const char *const states[] = {"",
                                         SIGNET_CERTIFICATE_VALID,
                                         SIGNET_CERTIFICATE_REVOKED,
                                         SIGNET_CERTIFICATE_HELD,
                                         SIGNET_CERTIFICATE_UNKNOWN,
                                         SIGNET_CERTIFICATE_PRE,
                                         SIGNET_CERTIFICATE_FOUND};
    if (query->limit == 0 || query->limit > SIGNET_STORE_MAX_PAGE)
        return signet_fail_field(call, SIGNET_INVALID, "inventory.limit", "limit",
                                 "limit is a number from 1 to %u", SIGNET_STORE_MAX_PAGE);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (signet_text_is(query->state, states[i]))
            return SIGNET_OK;
    }
    return signet_fail_field(call, SIGNET_INVALID, "inventory.state", "state",
                             "state is valid, revoked, held, abandoned, precertificate or found");
}

static int32_t query_page(void *instance, signet_call_t *call,
                          const signet_certificate_query_t *query,
                          const signet_certificate_page_t **page)
{
    ca_t *ca = instance;
    signet_certificate_page_t *answer = NULL;
    const signet_certificate_t **certificates = NULL;
    int32_t status = check(call, query);
    if (status == SIGNET_OK)
        status = new_page(call, query->limit + ca->authority_count, &answer, &certificates);
    if (status == SIGNET_OK && signet_text_is(query->state, SIGNET_CERTIFICATE_FOUND))
        status = ca_found_query(ca, call, query, answer, certificates);
    else if (status == SIGNET_OK)
        status = query->serial.length > 0 ? by_serial(ca, call, query, answer, certificates)
                                          : search(ca, call, query, answer, certificates);
    if (status == SIGNET_OK)
        *page = answer;
    return status;
}

const signet_inventory_interface_t ca_inventory = {
    .size = sizeof(signet_inventory_interface_t),
    .get = get,
    .query = query_page,
    .hint = ca_renew_hint,
    .found = ca_found_record,
    .renewal_asked = ca_asked_renewal_note,
};
