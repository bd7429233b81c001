#include <signet/ca.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "attest/respond.h"
#include "order.h"
#include "protocol/problem.h"
#include "recheck.h"
#include "replace.h"
#include "stored.h"
#include "waiting.h"

/* What the request id is a part of: unique per tenant, so that a certificate whose order was not
 * stored any more is found again. */
static signet_text_t request_id(signet_call_t *call, const acme_request_t *request,
                                const acme_order_t *order)
{
    return signet_format(call, "acme/%.*s/%.*s", SIGNET_FORMAT(request->directory->name),
                         SIGNET_FORMAT(order->request.length > 0 ? order->request : order->id));
}

static int32_t store_order(signet_call_t *call, const acme_request_t *request, acme_order_t *order)
{
    signet_change_t changes[3];
    uint64_t count = 1;
    int32_t status = acme_order_put(call, request->directory, order, &changes[0]);
    if (status == SIGNET_OK && order->replaced.length > 0 &&
        signet_text_is(order->state, ACME_VALID)) {
        status = acme_replace_finish(call, request, order, &changes[count++]);
    }
    if (status == SIGNET_OK && order->waiting.length > 0) {
        status = acme_waiting_change(call, request, order, &changes[count++]);
    }
    if (status == SIGNET_OK) {
        status = acme_stored_commit(call, request->acme, changes, count);
    }
    if (status == SIGNET_CONFLICT) {
        /* Another request for the same order came first, with the same certificate. */
        call->services->clear(call);
        return acme_order_get(call, request->acme, request->directory, order->id, order);
    }
    return status;
}

static int32_t ask_once(signet_call_t *call, const acme_request_t *request,
                        const acme_order_t *order, signet_bytes_t csr,
                        const signet_certificate_t **certificate)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_CA_INTERFACE), request->acme->ca);
    signet_issue_request_t issue = {
        .size = sizeof issue,
        .request_id = request_id(call, request, order),
        .profile = csr.length > 0 ? order->profile : SIGNET_TEXT(""),
        .authority = csr.length > 0 ? request->directory->authority : SIGNET_TEXT(""),
        .csr = csr,
        .not_before = csr.length > 0 ? order->not_before : 0,
        .not_after = csr.length > 0 ? order->not_after : 0,
    };
    if (provider == NULL || issue.request_id.data == NULL) {
        return signet_status(call);
    }
    int32_t status =
        csr.length > 0 ? acme_attest_finalize(call, request, order, csr, &issue) : SIGNET_OK;
    if (status == SIGNET_OK && order->renews && csr.length > 0) {
        signet_text_t serial;
        issue.replaces_authority = signet_text_split(order->replaced, '/', &serial);
        status = signet_hex_decode(call, serial, &issue.replaces_serial);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_ca_interface_t *ca = provider->interface;
    return ca->issue(provider->instance, call, &issue, certificate);
}

/* What is denied after the request was taken is so for good: whoever polls the order learns why. */
static int32_t give_up(signet_call_t *call, const acme_request_t *request, acme_order_t *order)
{
    const signet_error_t *error = call->services->error(call);
    order->state = SIGNET_TEXT(ACME_INVALID);
    order->error_type = acme_problem_type(error);
    order->error_detail = error->message;
    call->services->clear(call);
    return store_order(call, request, order);
}

/* Whether the CA would issue, but not as a renewal: what is replaced was revoked meanwhile, or was
 * when the request came first, or is not to be renewed yet. */
static int refuses_renewal(signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    return status == SIGNET_CONFLICT ||
           (error != NULL && (signet_text_starts(error->reason, "renewal.") ||
                              signet_text_is(error->reason, "profile.renewal-early") ||
                              signet_text_is(error->reason, "certificate.not-found") ||
                              signet_text_is(error->reason, "permission.certificate")));
}

/* An order that replaces a certificate is one for a certificate all the same. */
static int32_t ask(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                   signet_bytes_t csr, const signet_certificate_t **certificate)
{
    int32_t status = ask_once(call, request, order, csr, certificate);
    if (status != SIGNET_OK && order->renews && refuses_renewal(call, status)) {
        call->services->clear(call);
        order->renews = 0;
        status = ask_once(call, request, order, csr, certificate);
    }
    return status;
}

int32_t acme_order_issue(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                         signet_bytes_t csr)
{
    const signet_certificate_t *certificate = NULL;
    int32_t status = signet_text_is(order->state, ACME_VALID)
                         ? SIGNET_OK
                         : acme_order_recheck(call, request, order);
    if (status == SIGNET_OK) {
        status = ask(call, request, order, csr, &certificate);
    }
    if (status == SIGNET_PENDING) {
        call->services->clear(call);
        if (signet_text_is(order->state, ACME_PROCESSING)) {
            return SIGNET_OK;
        }
        order->state = SIGNET_TEXT(ACME_PROCESSING);
        status = csr.length > 0 ? acme_waiting_name(call, order, csr) : SIGNET_OK;
        return status == SIGNET_OK ? store_order(call, request, order) : status;
    }
    if (status == SIGNET_BUSY &&
        signet_text_is(call->services->error(call)->reason, "request.in-flight")) {
        /* The same request came twice at once, and the other one will be done in a moment. */
        call->services->clear(call);
        order->state = SIGNET_TEXT(ACME_PROCESSING);
        return SIGNET_OK;
    }
    if (status == SIGNET_CONFLICT) {
        call->services->clear(call);
        return acme_fail(call, "orderNotReady",
                         "The order was finalized with another request for a certificate.");
    }
    if (status == SIGNET_DENIED && csr.length == 0) {
        return give_up(call, request, order);
    }
    if (status != SIGNET_OK || certificate == NULL) {
        return status;
    }
    if (signet_text_is(order->state, ACME_VALID)) {
        return SIGNET_OK;
    }
    order->state = SIGNET_TEXT(ACME_VALID);
    order->authority = certificate->authority;
    order->serial = certificate->serial;
    return store_order(call, request, order);
}

static int32_t read_csr(signet_call_t *call, const acme_request_t *request, signet_bytes_t *csr)
{
    signet_text_t text = {NULL, 0};
    int32_t status = signet_json_get_text(call, request->body, "csr", &text);
    if (status == SIGNET_OK && text.length == 0) {
        status = acme_fail(call, "malformed", "csr is missing.");
    }
    if (status == SIGNET_OK) {
        status = signet_base64url_decode(call, text, csr);
    }
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY) {
        return status;
    }
    call->services->clear(call);
    return acme_fail(call, "badCSR", "csr must be DER in base64url.");
}

/* Issues; where an earlier order for the same waits for approval or was approved, by its request.
 */
static int32_t issue(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                     signet_bytes_t csr)
{
    const signet_bytes_t none = {NULL, 0};
    int32_t status = SIGNET_OK;
    if (!signet_text_is(order->state, ACME_VALID)) {
        status = acme_waiting_find(call, request, order, csr);
    }
    if (status != SIGNET_OK || order->request.length == 0) {
        return status == SIGNET_OK ? acme_order_issue(call, request, order, csr) : status;
    }
    status = acme_order_issue(call, request, order, none);
    if (status != SIGNET_NOT_FOUND && status != SIGNET_INVALID) {
        return status;
    }
    /* The CA does not know the request any more. */
    call->services->clear(call);
    order->request = (signet_text_t){NULL, 0};
    return acme_order_issue(call, request, order, csr);
}

int32_t acme_order_finalize(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange)
{
    acme_request_t request;
    acme_order_t order;
    signet_text_t state = {NULL, 0};
    signet_bytes_t csr = {NULL, 0};
    int32_t status = acme_order_open(instance, call, http, exchange, &request, &order);
    if (status == SIGNET_OK) {
        status = acme_request_acts(call, &request);
    }
    if (status == SIGNET_OK) {
        status = read_csr(call, &request, &csr);
    }
    if (status == SIGNET_OK) {
        status = acme_order_state(call, request.acme, request.directory, &order, &state);
    }
    /* A valid order answers the same request again (the CA compares it). */
    if (status == SIGNET_OK && !signet_text_is(state, ACME_READY) &&
        !signet_text_is(state, ACME_VALID)) {
        status =
            acme_fail(call, "orderNotReady", "The order is %.*s, not ready.", SIGNET_FORMAT(state));
    }
    if (status == SIGNET_OK) {
        status = acme_order_match(call, &request, &order, csr);
    }
    if (status == SIGNET_OK) {
        status = issue(call, &request, &order, csr);
    }
    return status == SIGNET_OK ? acme_order_answer(call, &request, 200, &order, order.state)
                               : status;
}
