/* newOrder: identifiers are checked, valid authorizations are used again, others are made. */
#include <signet/sdk/encode.h>
#include <signet/sdk/name.h>

#include "attest/device.h"
#include "attest/identity.h"
#include "credential/binding.h"
#include "limit/limit.h"
#include "order.h"
#include "protocol/problem.h"
#include "replace.h"
#include "stored.h"

#define EVENT_REPLACEMENT "acme.replacement-ordered"

static int32_t reject(signet_call_t *call, signet_text_t value, const char *why)
{
    return acme_fail(call, "rejectedIdentifier", "%.*s is refused: %s.", SIGNET_FORMAT(value), why);
}

/* "192.0.2.1" as a dns identifier, and whatever else ends in a number (RFC 1123, 2.1). */
static int ends_in_number(signet_text_t name)
{
    uint64_t start = name.length;
    while (start > 0 && name.data[start - 1] != '.') {
        start--;
    }
    for (uint64_t i = start; i < name.length; i++) {
        if (name.data[i] < '0' || name.data[i] > '9') {
            return 0;
        }
    }
    return 1;
}

static int is_permitted(const acme_directory_t *directory, signet_text_t value)
{
    const signet_setting_t *names = directory->names;
    if (names == NULL || names->member_count == 0) {
        return 1;
    }
    for (uint64_t i = 0; i < names->member_count; i++) {
        if (signet_text_matches(value, SIGNET_AT(signet_setting_t, names->members, i)->text)) {
            return 1;
        }
    }
    return 0;
}

static int32_t check_device(signet_call_t *call, const acme_request_t *request, const char *type,
                            signet_text_t value, acme_identifier_t *identifier)
{
    const acme_device_t device = {.identifier = identifier};
    if (!acme_identity_valid(call, type, value)) {
        return acme_fail(call, "malformed", "%.*s is no identifier of the type %s.",
                         SIGNET_FORMAT(value), type);
    }
    *identifier = (acme_identifier_t){signet_text(type), value};
    return acme_device_check(call, request, &device);
}

/* A whole domain is as good as the names below it that the directory issues for. */
static int is_permitted_above(signet_call_t *call, const acme_directory_t *directory,
                              signet_text_t value)
{
    signet_text_t below = signet_format(call, "*.%.*s", SIGNET_FORMAT(value));
    return is_permitted(directory, value) || (below.data != NULL && is_permitted(directory, below));
}

int32_t acme_order_identifier(signet_call_t *call, const acme_request_t *request,
                              const signet_json_t *item, int scope, acme_identifier_t *identifier)
{
    const acme_directory_t *directory = request->directory;
    signet_canonical_t name;
    signet_text_t type;
    signet_text_t value;
    if (item->kind != SIGNET_JSON_OBJECT ||
        signet_json_get_text(call, item, "type", &type) != SIGNET_OK ||
        signet_json_get_text(call, item, "value", &value) != SIGNET_OK) {
        call->services->clear(call);
        return acme_fail(call, "malformed", "An identifier has type and value.");
    }
    const char *device = acme_identity_type(type);
    if (device != NULL && (directory->challenges & ACME_DEVICE_ATTEST_01) != 0) {
        return check_device(call, request, device, value, identifier);
    }
    int dns = signet_text_is(type, "dns");
    if (!dns && !signet_text_is(type, "ip")) {
        return acme_fail(call, "unsupportedIdentifier",
                         "Identifiers of the type %.*s are not issued here.", SIGNET_FORMAT(type));
    }
    int32_t status = signet_name_canonical(call, dns ? "dns" : "ip", value, &name);
    if (status != SIGNET_OK) {
        if (status == SIGNET_NO_MEMORY) {
            return status;
        }
        call->services->clear(call);
        return reject(call, value, dns ? "it is no name of a host" : "it is no address");
    }
    if (dns && ends_in_number(name.value)) {
        return reject(call, value, "it is no name of a host");
    }
    if (scope == ACME_SCOPE_SUBDOMAINS && !dns) {
        return reject(call, value, "an address has no subdomains");
    }
    if (scope == ACME_SCOPE_SUBDOMAINS ? !is_permitted_above(call, directory, name.value)
                                       : !is_permitted(directory, name.value)) {
        return reject(call, value, "the directory does not issue for it");
    }
    if (signet_text_starts(name.value, "*.") && (directory->challenges & ACME_FOR_WILDCARDS) == 0) {
        return reject(call, value, "wildcards need a challenge in the DNS, none is offered here");
    }
    *identifier = (acme_identifier_t){dns ? SIGNET_TEXT("dns") : SIGNET_TEXT("ip"), name.value};
    return SIGNET_OK;
}

static int is_known(const acme_identifier_t *identifiers, uint64_t count,
                    const acme_identifier_t *identifier)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_equal(identifiers[i].type, identifier->type) &&
            signet_text_equal(identifiers[i].value, identifier->value)) {
            return 1;
        }
    }
    return 0;
}

/* The domain above the name that the client controls and would rather prove (RFC 9444, 4.2); left
 * alone where the directory does not authorize whole domains. */
static int32_t read_ancestor(signet_call_t *call, const acme_request_t *request,
                             const signet_json_t *item, const acme_identifier_t *identifier,
                             signet_text_t *ancestor)
{
    signet_canonical_t name;
    signet_text_t text = {NULL, 0};
    *ancestor = text;
    int32_t status = signet_json_get_text(call, item, "ancestorDomain", &text);
    if (status != SIGNET_OK || text.length == 0 || !request->directory->subdomains) {
        return status;
    }
    status = signet_name_canonical(call, "dns", text, &name);
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    signet_text_t below =
        status == SIGNET_OK ? signet_format(call, ".%.*s", SIGNET_FORMAT(name.value)) : text;
    const char *end = signet_text_string(call, below);
    if (end == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (status != SIGNET_OK || !signet_text_is(identifier->type, "dns") ||
        !signet_text_ends(identifier->value, end)) {
        call->services->clear(call);
        return acme_fail(call, "malformed", "%.*s is no domain above %.*s.", SIGNET_FORMAT(text),
                         SIGNET_FORMAT(identifier->value));
    }
    *ancestor = name.value;
    return is_permitted_above(call, request->directory, name.value)
               ? SIGNET_OK
               : reject(call, text, "the directory does not issue for all that is below it");
}

static int32_t read_identifiers(signet_call_t *call, const acme_request_t *request,
                                acme_order_t *order)
{
    const signet_json_t *list = signet_json_get(request->body, "identifiers");
    if (list == NULL || list->kind != SIGNET_JSON_ARRAY || list->count == 0 ||
        list->count > ACME_IDENTIFIERS_MAX) {
        return acme_fail(call, "malformed", "identifiers must be a list of 1 to %u.",
                         ACME_IDENTIFIERS_MAX);
    }
    acme_identifier_t *identifiers = signet_alloc(call, list->count, sizeof *identifiers);
    signet_text_t *ids = signet_alloc(call, list->count, sizeof *ids);
    signet_text_t *ancestors = signet_alloc(call, list->count, sizeof *ancestors);
    int32_t status =
        identifiers != NULL && ids != NULL && ancestors != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < list->count; i++) {
        acme_identifier_t *next = &identifiers[order->count];
        status = acme_order_identifier(call, request, &list->items[i], ACME_SCOPE_NAME, next);
        if (status == SIGNET_OK) {
            status = read_ancestor(call, request, &list->items[i], next, &ancestors[order->count]);
        }
        if (status == SIGNET_OK && !is_known(identifiers, order->count, next)) {
            order->count++;
        }
    }
    order->identifiers = identifiers;
    order->authorizations = ids;
    order->ancestors = ancestors;
    return status;
}

static int32_t read_profile(signet_call_t *call, const acme_request_t *request, acme_order_t *order)
{
    const signet_setting_t *profiles = request->directory->profiles;
    int32_t status = signet_json_get_text(call, request->body, "profile", &order->profile);
    if (status != SIGNET_OK) {
        return status;
    }
    if (order->profile.length == 0) {
        order->profile = SIGNET_AT(signet_setting_t, profiles->members, 0)->text;
        return SIGNET_OK;
    }
    for (uint64_t i = 0; i < profiles->member_count; i++) {
        if (signet_text_equal(SIGNET_AT(signet_setting_t, profiles->members, i)->text,
                              order->profile)) {
            return SIGNET_OK;
        }
    }
    return acme_fail(call, "invalidProfile", "There is no profile %.*s here.",
                     SIGNET_FORMAT(order->profile));
}

static int32_t read_time(signet_call_t *call, const acme_request_t *request, const char *name,
                         int64_t *time)
{
    signet_text_t text;
    int32_t status = signet_json_get_text(call, request->body, name, &text);
    if (status != SIGNET_OK || text.length == 0) {
        return status;
    }
    status = signet_time_parse(call, text, time);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY) {
        return status;
    }
    call->services->clear(call);
    return acme_fail(call, "malformed", "%s must be a time of RFC 3339.", name);
}

static void offer(acme_authorization_t *authorization, uint32_t challenges)
{
    static const struct {
        uint32_t challenge;
        const char *type;
        int wildcard;
        int address;
    } offers[] = {
        {ACME_HTTP_01, "http-01", 0, 1},
        {ACME_DNS_01, "dns-01", 1, 0},
        {ACME_DNS_ACCOUNT_01, "dns-account-01", 1, 0},
        {ACME_DNS_PERSIST_01, "dns-persist-01", 1, 0},
        {ACME_TLS_ALPN_01, "tls-alpn-01", 0, 1},
    };
    if (acme_identity_type(authorization->identifier.type) != NULL) {
        authorization->challenges[authorization->challenge_count++] = (acme_challenge_t){
            .type = SIGNET_TEXT("device-attest-01"), .state = SIGNET_TEXT(ACME_PENDING)};
        return;
    }
    int address = signet_text_is(authorization->identifier.type, "ip");
    int below = authorization->wildcard || authorization->subdomains;
    for (uint64_t i = 0; i < sizeof offers / sizeof *offers; i++) {
        if ((challenges & offers[i].challenge) != 0 && (!below || offers[i].wildcard) &&
            (!address || offers[i].address)) {
            authorization->challenges[authorization->challenge_count++] = (acme_challenge_t){
                .type = signet_text(offers[i].type), .state = SIGNET_TEXT(ACME_PENDING)};
        }
    }
}

int32_t acme_authorization_new(signet_call_t *call, const acme_request_t *request,
                               const acme_order_t *order, const acme_identifier_t *identifier,
                               int scope, signet_text_t *id, signet_change_t *change)
{
    acme_authorization_t authorization = {.account = order->account,
                                          .identifier = *identifier,
                                          .wildcard = scope == ACME_SCOPE_WILDCARD,
                                          .subdomains = scope == ACME_SCOPE_SUBDOMAINS,
                                          .state = SIGNET_TEXT(ACME_PENDING),
                                          .expires = order->expires};
    offer(&authorization, request->directory->challenges);
    if (authorization.challenge_count == 0) {
        return reject(call, identifier->value, "no challenge is offered for it");
    }
    int32_t status = acme_new_id(call, id);
    if (status == SIGNET_OK) {
        authorization.id = *id;
        status = acme_new_id(call, &authorization.token);
    }
    return status == SIGNET_OK
               ? acme_authorization_put(call, request->directory->name, &authorization, change)
               : status;
}

/* One for an identifier that none covers: for the name, or for the domain above it, which names of
 * the same order share. */
static int32_t authorize_new(signet_call_t *call, const acme_request_t *request,
                             const acme_order_t *order, uint64_t index, signet_text_t *ids,
                             signet_change_t *changes, uint64_t *change_count)
{
    acme_identifier_t identifier = order->identifiers[index];
    int scope = ACME_SCOPE_NAME;
    if (order->ancestors[index].length > 0) {
        identifier.value = order->ancestors[index];
        scope = ACME_SCOPE_SUBDOMAINS;
    } else if (signet_text_starts(identifier.value, "*.")) {
        identifier.value.data += 2;
        identifier.value.length -= 2;
        scope = ACME_SCOPE_WILDCARD;
    }
    for (uint64_t i = 0; scope == ACME_SCOPE_SUBDOMAINS && i < index; i++) {
        if (signet_text_equal(order->ancestors[i], identifier.value)) {
            ids[index] = ids[i];
            return SIGNET_OK;
        }
    }
    return acme_authorization_new(call, request, order, &identifier, scope, &ids[index],
                                  &changes[(*change_count)++]);
}

/* Authorizations for all identifiers: those that are valid as long as the order, and new ones,
 * whose changes are added. */
static int32_t authorize(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                         signet_change_t *changes, uint64_t *change_count)
{
    signet_text_t *ids = signet_alloc(call, order->count, sizeof *ids);
    int32_t status = ids != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < order->count; i++) {
        acme_authorization_t found;
        /* An attestation is for one key, and so for one certificate. */
        status =
            acme_identity_type(order->identifiers[i].type) != NULL
                ? SIGNET_NOT_FOUND
                : acme_authorization_cover(call, request->acme, request->directory, order->account,
                                           &order->identifiers[i], order->expires, &found);
        if (status == SIGNET_OK) {
            ids[i] = found.id;
        } else if (status == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            status = authorize_new(call, request, order, i, ids, changes, change_count);
        }
    }
    order->authorizations = ids;
    return status;
}

/* What replaces a certificate is marked with the order, and journaled. */
static int32_t commit_order(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order, signet_change_t *changes, uint64_t count)
{
    if (order->replaces.length == 0) {
        return acme_stored_commit(call, request->acme, changes, count);
    }
    int32_t status = acme_replace_mark(call, request, order, &changes[count]);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_pair_t fields[] = {
        signet_pair("order", order->id),
        signet_pair("certificate", order->replaced),
    };
    status = acme_stored_journal(call, request->acme, changes, count + 1, EVENT_REPLACEMENT,
                                 acme_account_actor(call, request->directory, order->account),
                                 fields, sizeof fields / sizeof *fields);
    if (status == SIGNET_CONFLICT) {
        /* Another order for the same certificate at the same time. */
        call->services->clear(call);
        return acme_replace_refuse(call);
    }
    return status;
}

int32_t acme_order_new(void *instance, signet_call_t *call, const signet_request_t *http,
                       signet_exchange_t *exchange)
{
    acme_request_t request;
    signet_text_t state = {NULL, 0};
    uint64_t change_count = 0;
    /* What is replaced is looked for by the instance itself, before the account is the actor. */
    int32_t status = acme_request_verify(instance, call, http, exchange,
                                         ACME_BY_ACCOUNT | ACME_AS_NOBODY, &request);
    if (status == SIGNET_OK) {
        status = acme_request_acts(call, &request);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    acme_order_t order = {
        .account = request.account.id, .state = SIGNET_TEXT(ACME_PENDING), .created = signet_now()};
    order.expires = order.created + request.directory->order_ms;
    status = read_identifiers(call, &request, &order);
    if (status == SIGNET_OK) {
        status = read_profile(call, &request, &order);
    }
    if (status == SIGNET_OK) {
        status = acme_binding_covers(call, &request, &order);
    }
    if (status == SIGNET_OK) {
        status = acme_replace_check(call, &request, &order);
    }
    if (status == SIGNET_OK) {
        status = acme_request_become(call, &request, request.directory->role);
    }
    /* Renewals that were asked for must not fail for their number (RFC 9773, 5). */
    if (status == SIGNET_OK && order.replaces.length == 0) {
        status = acme_limit_order(call, &request, &order);
    }
    if (status == SIGNET_OK) {
        status = read_time(call, &request, "notBefore", &order.not_before);
    }
    if (status == SIGNET_OK) {
        status = read_time(call, &request, "notAfter", &order.not_after);
    }
    if (status == SIGNET_OK && order.not_after > 0 &&
        (order.not_after <= order.created || order.not_after <= order.not_before)) {
        status =
            acme_fail(call, "malformed", "notAfter must be later than notBefore, and than now.");
    }
    if (status == SIGNET_OK) {
        status = acme_new_id(call, &order.id);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_change_t *changes = signet_alloc(call, order.count + 2, sizeof *changes);
    if (changes == NULL) {
        return SIGNET_NO_MEMORY;
    }
    status = authorize(call, &request, &order, changes, &change_count);
    if (status == SIGNET_OK) {
        status = acme_order_put(call, request.directory, &order, &changes[change_count++]);
    }
    if (status == SIGNET_OK) {
        status = commit_order(call, &request, &order, changes, change_count);
    }
    if (status == SIGNET_OK) {
        status = acme_order_state(call, request.acme, request.directory, &order, &state);
    }
    return status == SIGNET_OK ? acme_order_answer(call, &request, 201, &order, state) : status;
}
