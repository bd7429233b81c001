#include "replace.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

#include "protocol/problem.h"
#include "renewal.h"
#include "stored.h"

static const signet_field_declaration_t fields_declared[] = {
    SIGNET_FIELD("order", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("done", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("expires", SIGNET_VALUE_TIME, 0),
};

int32_t acme_replace_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_collection_t collection =
        SIGNET_COLLECTION(ACME_REPLACEMENTS, 0, 1, fields_declared);
    return acme_stored_declare(call, store, &collection, 1);
}

/* "replaces" is in the detail, because clients look for it to order once more without. */
static int32_t refuse(signet_call_t *call, const char *why)
{
    return signet_fail(call, SIGNET_DENIED, "acme.malformed", "replaces is refused: %s.", why);
}

static int names_it(const signet_certificate_t *certificate, const acme_identifier_t *identifier)
{
    for (uint64_t i = 0; i < certificate->name_count; i++) {
        signet_text_t value;
        signet_text_t type = signet_text_split(certificate->names[i], ':', &value);
        if (signet_text_equal(value, identifier->value) &&
            (signet_text_equal(type, identifier->type) || signet_text_is(type, "cn"))) {
            return 1;
        }
    }
    return 0;
}

static int shares_a_name(const signet_certificate_t *certificate, const acme_order_t *order)
{
    for (uint64_t i = 0; i < order->count; i++) {
        if (names_it(certificate, &order->identifiers[i])) {
            return 1;
        }
    }
    return 0;
}

static int32_t take(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                    const signet_certificate_t *certificate)
{
    signet_text_t own = acme_account_actor(call, request->directory, request->account.id);
    signet_text_t serial = signet_hex(call, certificate->serial);
    if (own.data == NULL || serial.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (!signet_text_equal(certificate->requester, own)) {
        return refuse(call, "this account has no such certificate");
    }
    if (!shares_a_name(certificate, order)) {
        return refuse(call, "the certificate has none of the order's identifiers");
    }
    order->replaced = signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(certificate->authority),
                                    SIGNET_FORMAT(serial));
    order->replaced_expires = certificate->not_after;
    /* What was revoked, has expired or is of another profile has no renewal for the CA. */
    order->renews = signet_text_is(certificate->state, SIGNET_CERTIFICATE_VALID) &&
                    certificate->not_after > signet_now() &&
                    signet_text_equal(certificate->profile, order->profile);
    return order->replaced.data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

int32_t acme_replace_check(signet_call_t *call, const acme_request_t *request, acme_order_t *order)
{
    const signet_certificate_t *certificate = NULL;
    int32_t status = signet_json_get_text(call, request->body, "replaces", &order->replaces);
    if (status != SIGNET_OK || order->replaces.length == 0) {
        return status;
    }
    signet_call_t *reading =
        signet_reading(call, request->acme->host, call->services->tenant(call));
    if (reading == NULL) {
        return signet_status(call);
    }
    status = acme_renewal_find(call, reading, request, order->replaces, &certificate);
    if (status == SIGNET_NOT_FOUND || status == SIGNET_INVALID) {
        call->services->clear(call);
        status = refuse(call, "this account has no such certificate");
    }
    if (status == SIGNET_OK && certificate != NULL) {
        status = take(call, request, order, certificate);
    }
    call->services->end(reading);
    return status;
}

int32_t acme_replace_refuse(signet_call_t *call)
{
    return acme_fail(call, "alreadyReplaced",
                     "Another order replaces the certificate already; order without replaces.");
}

static int32_t put(signet_call_t *call, const acme_request_t *request, const acme_order_t *order,
                   uint64_t expected, int done, signet_change_t *change)
{
    signet_text_t key = acme_stored_key(call, request->directory->name, order->replaced);
    signet_field_t *fields = signet_alloc(call, 3, sizeof *fields);
    if (key.data == NULL || fields == NULL) {
        return SIGNET_NO_MEMORY;
    }
    fields[0] = signet_field_text("order", order->id);
    fields[1] = signet_field_integer("done", done);
    fields[2] = signet_field_time("expires", order->replaced_expires > order->expires
                                                 ? order->replaced_expires
                                                 : order->expires);
    *change = signet_put(ACME_REPLACEMENTS, key, expected, fields, 3,
                         signet_text_bytes(SIGNET_TEXT("{}")));
    return SIGNET_OK;
}

/* Whether the order that marked it is one that counts no more. */
static int32_t is_invalid(signet_call_t *call, const acme_request_t *request,
                          const signet_record_t *mark, int *invalid)
{
    acme_order_t other;
    signet_text_t state = SIGNET_TEXT(ACME_INVALID);
    *invalid = 0;
    if (signet_record_integer(mark, "done") != 0) {
        return SIGNET_OK;
    }
    int32_t status = acme_order_get(call, request->acme, request->directory,
                                    signet_record_text(mark, "order"), &other);
    if (status == SIGNET_OK) {
        status = acme_order_state(call, request->acme, request->directory, &other, &state);
    } else if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    *invalid = signet_text_is(state, ACME_INVALID);
    return status;
}

int32_t acme_replace_mark(signet_call_t *call, const acme_request_t *request,
                          const acme_order_t *order, signet_change_t *change)
{
    const signet_record_t *mark = NULL;
    int invalid = 0;
    int32_t status = acme_stored_get(call, request->acme, ACME_REPLACEMENTS,
                                     request->directory->name, order->replaced, &mark);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return put(call, request, order, SIGNET_VERSION_ABSENT, 0, change);
    }
    if (status == SIGNET_OK) {
        status = is_invalid(call, request, mark, &invalid);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    return invalid ? put(call, request, order, mark->version, 0, change)
                   : acme_replace_refuse(call);
}

int32_t acme_replace_finish(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order, signet_change_t *change)
{
    return put(call, request, order, SIGNET_VERSION_ANY, 1, change);
}
