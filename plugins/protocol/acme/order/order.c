#include "order.h"

#include "protocol/chaos.h"
#include "protocol/problem.h"

#define RETRY_AFTER_S 3

int32_t acme_order_open(void *instance, signet_call_t *call, const signet_request_t *http,
                        signet_exchange_t *exchange, acme_request_t *request, acme_order_t *order)
{
    int32_t status = acme_request_verify(instance, call, http, exchange, ACME_BY_ACCOUNT, request);
    if (status != SIGNET_OK) {
        return status;
    }
    status = acme_order_get(call, request->acme, request->directory,
                            SIGNET_AT(signet_pair_t, http->parameters, 1)->value, order);
    int missing = status == SIGNET_NOT_FOUND ||
                  (status == SIGNET_OK && !signet_text_equal(order->account, request->account.id));
    if (missing) {
        call->services->clear(call);
        return acme_fail_missing(call, "order");
    }
    return status;
}

/* Names below one domain may share its authorization, which is listed once. */
static int is_first(const acme_order_t *order, uint64_t place)
{
    for (uint64_t i = 0; i < place; i++) {
        if (signet_text_equal(order->authorizations[i], order->authorizations[place])) {
            return 0;
        }
    }
    return 1;
}

static void write_order(signet_json_writer_t *writer, signet_call_t *call,
                        const acme_request_t *request, const acme_order_t *order,
                        signet_text_t state)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "status", state);
    signet_json_time(writer, "expires", order->expires);
    signet_json_begin_array(writer, "identifiers");
    for (uint64_t i = 0; i < order->count; i++) {
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "type", order->identifiers[i].type);
        signet_json_text(writer, "value", order->identifiers[i].value);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
    signet_json_text(writer, "profile", order->profile);
    if (order->not_before > 0) {
        signet_json_time(writer, "notBefore", order->not_before);
    }
    if (order->not_after > 0) {
        signet_json_time(writer, "notAfter", order->not_after);
    }
    if (order->replaces.length > 0) {
        signet_json_text(writer, "replaces", order->replaces);
    }
    if (order->error_type.length > 0) {
        acme_problem_write(writer, "error", order->error_type, order->error_detail, 0);
    }
    signet_json_begin_array(writer, "authorizations");
    int reversed = acme_chaos_reorders(request->acme->chaos);
    for (uint64_t i = 0; i < order->count; i++) {
        uint64_t place = reversed ? order->count - 1 - i : i;
        if (is_first(order, place)) {
            signet_json_text(writer, NULL,
                             acme_request_url(call, request, "authorization/%.*s",
                                              SIGNET_FORMAT(order->authorizations[place])));
        }
    }
    signet_json_end_array(writer);
    signet_json_text(
        writer, "finalize",
        acme_request_url(call, request, "order/%.*s/finalize", SIGNET_FORMAT(order->id)));
    if (signet_text_is(state, ACME_VALID)) {
        signet_json_text(
            writer, "certificate",
            acme_request_url(call, request, "certificate/%.*s", SIGNET_FORMAT(order->id)));
    }
    signet_json_end_object(writer);
}

int32_t acme_order_answer(signet_call_t *call, const acme_request_t *request, uint32_t status,
                          const acme_order_t *order, signet_text_t state)
{
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    write_order(&writer, call, request, order, state);
    const acme_answer_t answer = {
        .status = status,
        .location = acme_request_url(call, request, "order/%.*s", SIGNET_FORMAT(order->id)),
        .retry_after_s = signet_text_is(state, ACME_PROCESSING) ? RETRY_AFTER_S : 0,
    };
    return acme_request_answer_json(call, request, &answer, &writer);
}

int32_t acme_order_read(void *instance, signet_call_t *call, const signet_request_t *http,
                        signet_exchange_t *exchange)
{
    acme_request_t request;
    acme_order_t order;
    signet_text_t state = {NULL, 0};
    int32_t status = acme_order_open(instance, call, http, exchange, &request, &order);
    if (status == SIGNET_OK) {
        status = acme_request_reads(call, &request);
    }
    if (status == SIGNET_OK && signet_text_is(order.state, ACME_PROCESSING)) {
        status = acme_order_issue(call, &request, &order, (signet_bytes_t){NULL, 0});
    }
    if (status == SIGNET_OK) {
        status = acme_order_state(call, request.acme, request.directory, &order, &state);
    }
    return status == SIGNET_OK ? acme_order_answer(call, &request, 200, &order, state) : status;
}
