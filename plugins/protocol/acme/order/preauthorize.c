/* newAuthz: an authorization without an order (RFC 8555, 7.4.1), also for all names below one
 * (RFC 9444). */
#include <signet/sdk/encode.h>

#include "attest/identity.h"
#include "credential/binding.h"
#include "limit/limit.h"
#include "order.h"
#include "protocol/problem.h"
#include "stored.h"

static int32_t read_scope(signet_call_t *call, const acme_request_t *request, int *scope)
{
    const signet_json_t *member = signet_json_get(request->body, "subdomainAuthAllowed");
    *scope = ACME_SCOPE_NAME;
    if (member == NULL || (member->kind == SIGNET_JSON_BOOLEAN && member->integer == 0)) {
        return SIGNET_OK;
    }
    if (member->kind != SIGNET_JSON_BOOLEAN) {
        return acme_fail(call, "malformed", "subdomainAuthAllowed must be a boolean.");
    }
    *scope = ACME_SCOPE_SUBDOMAINS;
    return request->directory->subdomains
               ? SIGNET_OK
               : acme_fail(call, "unauthorized",
                           "This directory does not authorize whole domains at once.");
}

/* A new one, or one that is valid long enough already. */
static int32_t authorize(signet_call_t *call, const acme_request_t *request,
                         const acme_order_t *order, int scope, acme_authorization_t *authorization,
                         int *found)
{
    signet_change_t change;
    signet_text_t id;
    int32_t status =
        acme_authorization_find(call, request->acme, request->directory, order->account,
                                order->identifiers, scope, order->expires, authorization);
    *found = status == SIGNET_OK;
    if (status != SIGNET_NOT_FOUND) {
        return status;
    }
    call->services->clear(call);
    status = acme_authorization_new(call, request, order, order->identifiers, scope, &id, &change);
    if (status == SIGNET_OK) {
        status = acme_stored_commit(call, request->acme, &change, 1);
    }
    return status == SIGNET_OK ? acme_authorization_get(call, request->acme,
                                                        request->directory->name, id, authorization)
                               : status;
}

int32_t acme_authorization_preauthorize(void *instance, signet_call_t *call,
                                        const signet_request_t *http, signet_exchange_t *exchange)
{
    acme_request_t request;
    acme_identifier_t identifier = {{NULL, 0}, {NULL, 0}};
    acme_authorization_t authorization;
    int scope = ACME_SCOPE_NAME;
    int found = 0;
    int32_t status = acme_request_verify(instance, call, http, exchange, ACME_BY_ACCOUNT, &request);
    if (status == SIGNET_OK) {
        status = acme_request_acts(call, &request);
    }
    if (status == SIGNET_OK) {
        status = read_scope(call, &request, &scope);
    }
    const signet_json_t *item =
        status == SIGNET_OK ? signet_json_get(request.body, "identifier") : NULL;
    if (status == SIGNET_OK && item == NULL) {
        status = acme_fail(call, "malformed", "identifier is missing.");
    }
    if (status == SIGNET_OK) {
        status = acme_order_identifier(call, &request, item, scope, &identifier);
    }
    if (status == SIGNET_OK && signet_text_starts(identifier.value, "*.")) {
        status = acme_fail(call, "malformed", "A wildcard is authorized with its order alone.");
    }
    if (status == SIGNET_OK && acme_identity_type(identifier.type) != NULL) {
        status =
            acme_fail(call, "unsupportedIdentifier", "A device is attested for one order alone.");
    }
    acme_order_t order = {.account = status == SIGNET_OK ? request.account.id : SIGNET_TEXT(""),
                          .identifiers = &identifier,
                          .count = 1};
    if (status == SIGNET_OK) {
        order.expires = signet_now() + request.directory->order_ms;
        status = acme_binding_covers(call, &request, &order);
    }
    if (status == SIGNET_OK) {
        status = acme_limit_order(call, &request, &order);
    }
    if (status == SIGNET_OK) {
        status = authorize(call, &request, &order, scope, &authorization, &found);
    }
    return status == SIGNET_OK
               ? acme_authorization_answer(call, &request, found ? 200 : 201, &authorization)
               : status;
}
