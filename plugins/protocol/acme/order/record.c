#include "record.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "authorization_body.h"
#include "order_body.h"
#include "stored.h"

/* Valid authorizations of one holder for one name that are looked at. */
#define HELD_MAX 100U

static const signet_field_declaration_t order_fields[] = {
    SIGNET_FIELD("account", SIGNET_VALUE_TEXT, 0), /* while it is not finished */
    SIGNET_FIELD("owner", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("state", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("expires", SIGNET_VALUE_TIME, 0),
};

static const signet_field_declaration_t authorization_fields[] = {
    SIGNET_FIELD("holder", SIGNET_VALUE_TEXT, 0), /* account and identifier, of valid ones */
    SIGNET_FIELD("processing", SIGNET_VALUE_TEXT,
                 0), /* the directory, of those that are validated */
    SIGNET_FIELD("state", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("expires", SIGNET_VALUE_TIME, 0),
};

static const signet_collection_t collections[] = {
    SIGNET_COLLECTION(ACME_ORDERS, 0, 1, order_fields),
    SIGNET_COLLECTION(ACME_AUTHORIZATIONS, 0, 1, authorization_fields),
};

int32_t acme_order_declare(signet_call_t *call, const signet_store_t *store)
{
    return acme_stored_declare(call, store, collections, sizeof collections / sizeof *collections);
}

static int is_finished(signet_text_t state)
{
    return signet_text_is(state, ACME_VALID) || signet_text_is(state, ACME_INVALID);
}

int32_t acme_order_get(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                       signet_text_t id, acme_order_t *order)
{
    const signet_record_t *record = NULL;
    int32_t status = acme_stored_get(call, acme, ACME_ORDERS, directory->name, id, &record);
    if (status != SIGNET_OK) {
        return status;
    }
    *order = (acme_order_t){
        .id = id,
        .account = signet_record_text(record, "owner"),
        .state = signet_record_text(record, "state"),
        .expires = signet_record_integer(record, "expires"),
        .version = record->version,
    };
    return acme_stored_read(call, acme_order_body_read(call, record->body, order), "order", id);
}

int32_t acme_order_put(signet_call_t *call, const acme_directory_t *directory,
                       const acme_order_t *order, signet_change_t *change)
{
    signet_text_t body;
    signet_field_t *fields = signet_alloc(call, 4, sizeof *fields);
    signet_text_t key = acme_stored_key(call, directory->name, order->id);
    signet_text_t account = acme_stored_key(call, directory->name, order->account);
    if (fields == NULL || key.data == NULL || account.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    int32_t status = acme_order_body_write(call, order, &body);
    if (status != SIGNET_OK) {
        return status;
    }
    uint64_t count = 0;
    fields[count++] = signet_field_text("owner", order->account);
    fields[count++] = signet_field_text("state", order->state);
    fields[count++] = signet_field_time("expires", order->expires);
    if (!is_finished(order->state)) {
        fields[count++] = signet_field_text("account", account);
    }
    *change = signet_put(ACME_ORDERS, key, order->version, fields, count, signet_text_bytes(body));
    return SIGNET_OK;
}

int32_t acme_order_list(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                        signet_text_t account, uint64_t limit, signet_text_t cursor,
                        const signet_page_t **page)
{
    signet_text_t owner = acme_stored_key(call, directory->name, account);
    if (owner.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    const signet_field_t value = signet_field_text("account", owner);
    return acme_stored_query(call, acme, ACME_ORDERS, &value, SIGNET_QUERY_NO_BODY, limit, cursor,
                             page);
}

static int32_t decode(signet_call_t *call, const signet_record_t *record, signet_text_t id,
                      acme_authorization_t *authorization)
{
    *authorization = (acme_authorization_t){
        .id = id,
        .state = signet_record_text(record, "state"),
        .expires = signet_record_integer(record, "expires"),
        .version = record->version,
    };
    return acme_stored_read(call, acme_authorization_body_read(call, record->body, authorization),
                            "authorization", id);
}

int32_t acme_authorization_get(signet_call_t *call, const acme_t *acme, signet_text_t directory,
                               signet_text_t id, acme_authorization_t *authorization)
{
    const signet_record_t *record = NULL;
    int32_t status = acme_stored_get(call, acme, ACME_AUTHORIZATIONS, directory, id, &record);
    return status == SIGNET_OK ? decode(call, record, id, authorization) : status;
}

/* Who holds what: account and identifier, with a mark where it is for names below it. */
static signet_text_t holder(signet_call_t *call, signet_text_t directory, signet_text_t account,
                            const acme_identifier_t *identifier, int scope)
{
    static const char *const marks[] = {"", "*.", "."};
    return signet_format(call, "%.*s/%.*s/%.*s:%s%.*s", SIGNET_FORMAT(directory),
                         SIGNET_FORMAT(account), SIGNET_FORMAT(identifier->type), marks[scope],
                         SIGNET_FORMAT(identifier->value));
}

int32_t acme_authorization_put(signet_call_t *call, signet_text_t directory,
                               const acme_authorization_t *authorization, signet_change_t *change)
{
    signet_text_t body;
    signet_field_t *fields = signet_alloc(call, 3, sizeof *fields);
    signet_text_t key = acme_stored_key(call, directory, authorization->id);
    signet_text_t held = holder(call, directory, authorization->account, &authorization->identifier,
                                authorization->wildcard     ? ACME_SCOPE_WILDCARD
                                : authorization->subdomains ? ACME_SCOPE_SUBDOMAINS
                                                            : ACME_SCOPE_NAME);
    if (fields == NULL || key.data == NULL || held.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    int32_t status = acme_authorization_body_write(call, authorization, &body);
    if (status != SIGNET_OK) {
        return status;
    }
    uint64_t count = 0;
    fields[count++] = signet_field_text("state", authorization->state);
    fields[count++] = signet_field_time("expires", authorization->expires);
    if (signet_text_is(authorization->state, ACME_VALID)) {
        fields[count++] = signet_field_text("holder", held);
    } else if (signet_text_is(authorization->state, ACME_PROCESSING)) {
        fields[count++] = signet_field_text("processing", directory);
    }
    *change = signet_put(ACME_AUTHORIZATIONS, key, authorization->version, fields, count,
                         signet_text_bytes(body));
    return SIGNET_OK;
}

int32_t acme_authorization_find(signet_call_t *call, const acme_t *acme,
                                const acme_directory_t *directory, signet_text_t account,
                                const acme_identifier_t *identifier, int scope, int64_t until,
                                acme_authorization_t *authorization)
{
    const signet_page_t *page = NULL;
    signet_text_t held = holder(call, directory->name, account, identifier, scope);
    if (held.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    const signet_field_t value = signet_field_text("holder", held);
    int32_t status = acme_stored_query(call, acme, ACME_AUTHORIZATIONS, &value, 0, HELD_MAX,
                                       (signet_text_t){NULL, 0}, &page);
    if (status != SIGNET_OK) {
        return status;
    }
    for (uint64_t i = 0; i < page->count; i++) {
        if (signet_record_integer(page->records[i], "expires") >= until) {
            return decode(call, page->records[i], acme_stored_id(page->records[i]), authorization);
        }
    }
    return SIGNET_NOT_FOUND;
}

int32_t acme_authorization_cover(signet_call_t *call, const acme_t *acme,
                                 const acme_directory_t *directory, signet_text_t account,
                                 const acme_identifier_t *name, int64_t until,
                                 acme_authorization_t *authorization)
{
    acme_identifier_t identifier = *name;
    int scope = ACME_SCOPE_NAME;
    if (signet_text_starts(identifier.value, "*.")) {
        identifier.value.data += 2;
        identifier.value.length -= 2;
        scope = ACME_SCOPE_WILDCARD;
    }
    int32_t status = acme_authorization_find(call, acme, directory, account, &identifier, scope,
                                             until, authorization);
    if (!directory->subdomains || !signet_text_is(identifier.type, "dns")) {
        return status;
    }
    while (status == SIGNET_NOT_FOUND && identifier.value.length > 0) {
        call->services->clear(call);
        status = acme_authorization_find(call, acme, directory, account, &identifier,
                                         ACME_SCOPE_SUBDOMAINS, until, authorization);
        signet_text_split(identifier.value, '.', &identifier.value);
    }
    return status;
}

signet_text_t acme_authorization_state(const acme_authorization_t *authorization)
{
    int ends = signet_text_is(authorization->state, ACME_PENDING) ||
               signet_text_is(authorization->state, ACME_VALID);
    if (ends && authorization->expires <= signet_now()) {
        return SIGNET_TEXT(ACME_EXPIRED);
    }
    /* Being validated is a state of challenges alone (RFC 8555, 7.1.6). */
    return signet_text_is(authorization->state, ACME_PROCESSING) ? SIGNET_TEXT(ACME_PENDING)
                                                                 : authorization->state;
}

int32_t acme_order_state(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                         const acme_order_t *order, signet_text_t *state)
{
    *state = order->state;
    if (!signet_text_is(order->state, ACME_PENDING)) {
        return SIGNET_OK;
    }
    if (order->expires <= signet_now()) {
        *state = SIGNET_TEXT(ACME_INVALID);
        return SIGNET_OK;
    }
    int waits = 0;
    for (uint64_t i = 0; i < order->count; i++) {
        acme_authorization_t authorization;
        int32_t status = acme_authorization_get(call, acme, directory->name,
                                                order->authorizations[i], &authorization);
        signet_text_t now = SIGNET_TEXT(ACME_EXPIRED);
        if (status == SIGNET_OK) {
            now = acme_authorization_state(&authorization);
        } else if (status == SIGNET_NOT_FOUND) {
            /* It expired before the order and was removed. */
            call->services->clear(call);
        } else {
            return status;
        }
        if (signet_text_is(now, ACME_PENDING)) {
            waits = 1;
        } else if (!signet_text_is(now, ACME_VALID)) {
            *state = SIGNET_TEXT(ACME_INVALID);
            return SIGNET_OK;
        }
    }
    *state = waits ? SIGNET_TEXT(ACME_PENDING) : SIGNET_TEXT(ACME_READY);
    return SIGNET_OK;
}
