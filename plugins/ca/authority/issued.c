#include "authority/issued.h"

#include "error.h"
#include "issue/intent.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>

#define PAGE 500U
#define CONDITIONS 4U

/* The conditions of a query, each with the value that it points to. */
typedef struct conditions {
    signet_condition_t conditions[CONDITIONS];
    signet_field_t values[CONDITIONS];
    uint64_t count;
} conditions_t;

static void add(conditions_t *list, uint32_t compare, signet_field_t value)
{
    list->values[list->count] = value;
    list->conditions[list->count] = (signet_condition_t){.size = sizeof(signet_condition_t),
                                                         .compare = compare,
                                                         .value = &list->values[list->count]};
    list->count++;
}

static int32_t visit(ca_issued_t *issued, signet_call_t *call, const ca_record_t *record)
{
    const signet_certificate_t *certificate = &record->certificate;
    if ((issued->generation != 0 && certificate->generation != issued->generation) ||
        (issued->unexpired_at != 0 && certificate->not_after < issued->unexpired_at) ||
        (issued->profile.length > 0 && !signet_text_equal(certificate->profile, issued->profile)))
        return SIGNET_OK;
    return issued->visit(issued, call, record);
}

static int32_t visit_certificate(ca_issued_t *issued, signet_call_t *call,
                                 const signet_record_t *stored)
{
    ca_record_t *record = NULL;
    int32_t status = ca_record_decode(call, stored, &record);
    return status == SIGNET_OK ? visit(issued, call, record) : status;
}

/* One that somebody is working on may be signed in a moment. */
static int32_t visit_intent(ca_issued_t *issued, signet_call_t *call, const signet_record_t *stored)
{
    ca_intent_t *intent = NULL;
    int32_t status = ca_intent_decode(call, stored, &intent);
    return status == SIGNET_OK ? visit(issued, call, &intent->record) : status;
}

static int32_t walk_page(ca_t *ca, signet_call_t *call, ca_issued_t *issued, signet_query_t *query,
                         int32_t (*each)(ca_issued_t *, signet_call_t *, const signet_record_t *))
{
    signet_store_t store;
    const signet_page_t *page = NULL;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++)
        status = each(issued, call, page->records[i]);
    if (status == SIGNET_OK)
        query->cursor = page->cursor;
    return status;
}

/* All pages, each in an arena of its own. */
static int32_t walk(ca_t *ca, signet_call_t *call, ca_issued_t *issued, signet_query_t *query,
                    int32_t (*each)(ca_issued_t *, signet_call_t *, const signet_record_t *))
{
    int32_t status = SIGNET_OK;
    do {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = walk_page(ca, child, issued, query, each);
        if (status != SIGNET_OK) {
            status = signet_error_pass(call, child);
        } else if (query->cursor.length > 0) {
            query->cursor = signet_text_copy(call, query->cursor);
            if (query->cursor.data == NULL)
                status = SIGNET_NO_MEMORY;
        }
        call->services->end(child);
    } while (status == SIGNET_OK && query->cursor.length > 0);
    return status;
}

int32_t ca_issued_walk(ca_t *ca, signet_call_t *call, ca_issued_t *issued)
{
    conditions_t list = {.count = 0};
    signet_text_t prefix = signet_format(call, "%.*s/", SIGNET_FORMAT(issued->authority));
    if (prefix.data == NULL)
        return SIGNET_NO_MEMORY;
    add(&list, SIGNET_COMPARE_PREFIX, signet_field_text("key", prefix));
    signet_query_t intents = {.size = sizeof intents,
                              .collection = SIGNET_TEXT(CA_INTENTS),
                              .conditions = list.conditions,
                              .condition_count = 1,
                              .limit = PAGE};
    signet_query_t certificates = intents;
    certificates.collection = SIGNET_TEXT(CA_CERTIFICATES);
    certificates.flags = SIGNET_QUERY_NO_BODY;
    if (issued->state.length > 0)
        add(&list, SIGNET_COMPARE_EQUAL, signet_field_text("state", issued->state));
    if (issued->unexpired_at != 0)
        add(&list, SIGNET_COMPARE_AT_LEAST, signet_field_time("not_after", issued->unexpired_at));
    certificates.condition_count = list.count;
    int32_t status = walk(ca, call, issued, &certificates, visit_certificate);
    if (status == SIGNET_OK && issued->state.length == 0)
        status = walk(ca, call, issued, &intents, visit_intent);
    return status;
}

/* What counting goes by. */
typedef struct counting {
    const ca_t *ca;
    ca_issued_count_t *count;
    signet_bytes_t own; /* SHA-256 of the authority's own certificate */
} counting_t;

/* Responders speak for the key itself: nobody is left without anything where it goes. */
static int is_responder(const ca_t *ca, const signet_certificate_t *certificate)
{
    const ca_profile_t *profile =
        ca_profile_find(ca->profiles, ca->profile_count, certificate->profile);
    return profile != NULL && profile->kind == CA_KIND_OCSP_RESPONDER;
}

static int32_t count_one(ca_issued_t *issued, signet_call_t *call, const ca_record_t *record)
{
    const counting_t *counting = issued->context;
    const signet_certificate_t *certificate = &record->certificate;
    (void)call;
    if (signet_bytes_equal(certificate->fingerprint, counting->own))
        return SIGNET_OK;
    if (signet_text_is(certificate->state, SIGNET_CERTIFICATE_REVOKED))
        counting->count->revoked++;
    else if (!is_responder(counting->ca, certificate))
        counting->count->left++;
    if (certificate->not_after > counting->count->last_not_after)
        counting->count->last_not_after = certificate->not_after;
    return SIGNET_OK;
}

int32_t ca_issued_count(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                        ca_issued_count_t *count)
{
    counting_t counting = {.ca = ca, .count = count};
    ca_issued_t issued = {.authority = authority->name,
                          .generation = authority->generation,
                          .unexpired_at = signet_now(),
                          .visit = count_one,
                          .context = &counting};
    *count = (ca_issued_count_t){0};
    int32_t status = signet_sha256(call, authority->certificate, &counting.own);
    return status == SIGNET_OK ? ca_issued_walk(ca, call, &issued) : status;
}
