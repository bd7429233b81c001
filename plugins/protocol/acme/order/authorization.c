#include "attest/respond.h"
#include "directory.h"
#include "order.h"
#include "protocol/chaos.h"
#include "protocol/problem.h"
#include "stored.h"
#include "validate/queue.h"

#define RETRY_AFTER_S 1

static int32_t open_authorization(void *instance, signet_call_t *call, const signet_request_t *http,
                                  signet_exchange_t *exchange, acme_request_t *request,
                                  acme_authorization_t *authorization)
{
    int32_t status = acme_request_verify(instance, call, http, exchange, ACME_BY_ACCOUNT, request);
    if (status != SIGNET_OK) {
        return status;
    }
    status =
        acme_authorization_get(call, request->acme, request->directory->name,
                               SIGNET_AT(signet_pair_t, http->parameters, 1)->value, authorization);
    int missing =
        status == SIGNET_NOT_FOUND ||
        (status == SIGNET_OK && !signet_text_equal(authorization->account, request->account.id));
    if (missing) {
        call->services->clear(call);
        return acme_fail_missing(call, "authorization");
    }
    return status;
}

static signet_text_t challenge_url(signet_call_t *call, const acme_request_t *request,
                                   const acme_authorization_t *authorization,
                                   const acme_challenge_t *challenge)
{
    return acme_request_url(call, request, "challenge/%.*s/%.*s", SIGNET_FORMAT(authorization->id),
                            SIGNET_FORMAT(challenge->type));
}

static void write_challenge(signet_json_writer_t *writer, signet_call_t *call,
                            const acme_request_t *request,
                            const acme_authorization_t *authorization,
                            const acme_challenge_t *challenge)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "type", challenge->type);
    signet_json_text(writer, "url", challenge_url(call, request, authorization, challenge));
    signet_json_text(writer, "status", challenge->state);
    if (signet_text_is(challenge->type, "dns-persist-01")) {
        acme_directory_issuers(writer, request->directory);
    } else {
        signet_json_text(writer, "token", authorization->token);
    }
    if (challenge->validated > 0) {
        signet_json_time(writer, "validated", challenge->validated);
    }
    if (challenge->error_type.length > 0) {
        acme_problem_write(writer, "error", challenge->error_type, challenge->error_detail, 0);
    }
    signet_json_end_object(writer);
}

/* What was tried is all there is to see once it is decided (RFC 8555, 7.1.4). */
static int is_shown(const acme_authorization_t *authorization, const acme_challenge_t *challenge)
{
    return signet_text_is(authorization->state, ACME_PENDING) ||
           !signet_text_is(challenge->state, ACME_PENDING);
}

int32_t acme_authorization_answer(signet_call_t *call, const acme_request_t *request,
                                  uint32_t status, const acme_authorization_t *authorization)
{
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    signet_text_t state = acme_authorization_state(authorization);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "status", state);
    signet_json_time(&writer, "expires", authorization->expires);
    signet_json_begin_object(&writer, "identifier");
    signet_json_text(&writer, "type", authorization->identifier.type);
    signet_json_text(&writer, "value", authorization->identifier.value);
    signet_json_end_object(&writer);
    signet_json_begin_array(&writer, "challenges");
    int reversed = acme_chaos_reorders(request->acme->chaos);
    for (uint64_t i = 0; i < authorization->challenge_count; i++) {
        const acme_challenge_t *challenge =
            &authorization->challenges[reversed ? authorization->challenge_count - 1 - i : i];
        if (is_shown(authorization, challenge)) {
            write_challenge(&writer, call, request, authorization, challenge);
        }
    }
    signet_json_end_array(&writer);
    if (authorization->wildcard) {
        signet_json_boolean(&writer, "wildcard", 1);
    }
    if (authorization->subdomains) {
        signet_json_boolean(&writer, "subdomainAuthAllowed", 1);
    }
    signet_json_end_object(&writer);
    const acme_answer_t answer = {
        .status = status,
        .location = status == 201 ? acme_request_url(call, request, "authorization/%.*s",
                                                     SIGNET_FORMAT(authorization->id))
                                  : (signet_text_t){NULL, 0},
        .retry_after_s = signet_text_is(authorization->state, ACME_PROCESSING) ? RETRY_AFTER_S : 0,
    };
    return acme_request_answer_json(call, request, &answer, &writer);
}

static int32_t store_authorization(signet_call_t *call, const acme_request_t *request,
                                   const acme_authorization_t *authorization)
{
    signet_change_t change;
    int32_t status = acme_authorization_put(call, request->directory->name, authorization, &change);
    return status == SIGNET_OK ? acme_stored_commit(call, request->acme, &change, 1) : status;
}

int32_t acme_authorization_change(void *instance, signet_call_t *call, const signet_request_t *http,
                                  signet_exchange_t *exchange)
{
    acme_request_t request;
    acme_authorization_t authorization;
    signet_text_t wanted;
    int32_t status = open_authorization(instance, call, http, exchange, &request, &authorization);
    if (status != SIGNET_OK || request.body == NULL) {
        return status == SIGNET_OK ? acme_authorization_answer(call, &request, 200, &authorization)
                                   : status;
    }
    status = signet_json_get_text(call, request.body, "status", &wanted);
    if (status == SIGNET_OK && !signet_text_is(wanted, ACME_DEACTIVATED)) {
        status =
            acme_fail(call, "malformed", "An authorization's status can become deactivated alone.");
    }
    if (status == SIGNET_OK) {
        signet_text_t state = acme_authorization_state(&authorization);
        if (!signet_text_is(state, ACME_PENDING) && !signet_text_is(state, ACME_VALID)) {
            status =
                acme_fail(call, "malformed", "The authorization is %.*s.", SIGNET_FORMAT(state));
        }
    }
    if (status == SIGNET_OK) {
        authorization.state = SIGNET_TEXT(ACME_DEACTIVATED);
        status = store_authorization(call, &request, &authorization);
    }
    return status == SIGNET_OK ? acme_authorization_answer(call, &request, 200, &authorization)
                               : status;
}

static acme_challenge_t *find_challenge(acme_authorization_t *authorization, signet_text_t type)
{
    for (uint64_t i = 0; i < authorization->challenge_count; i++) {
        if (signet_text_equal(authorization->challenges[i].type, type)) {
            return &authorization->challenges[i];
        }
    }
    return NULL;
}

static int32_t answer_challenge(signet_call_t *call, const acme_request_t *request,
                                const acme_authorization_t *authorization,
                                const acme_challenge_t *challenge)
{
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_text_t up =
        acme_request_url(call, request, "authorization/%.*s", SIGNET_FORMAT(authorization->id));
    signet_text_t link = signet_format(call, "<%.*s>;rel=\"up\"", SIGNET_FORMAT(up));
    write_challenge(&writer, call, request, authorization, challenge);
    const acme_answer_t answer = {
        .status = 200,
        .links = &link,
        .link_count = 1,
        .retry_after_s = signet_text_is(challenge->state, ACME_PROCESSING) ? RETRY_AFTER_S : 0,
    };
    return acme_request_answer_json(call, request, &answer, &writer);
}

/* Has a pending challenge validated. What was responded to before is only shown. */
static int32_t respond(signet_call_t *call, const acme_request_t *request,
                       acme_authorization_t *authorization, acme_challenge_t *challenge)
{
    if (!signet_text_is(authorization->state, ACME_PENDING)) {
        return SIGNET_OK;
    }
    if (!signet_text_is(acme_authorization_state(authorization), ACME_PENDING)) {
        return acme_fail(call, "malformed", "The authorization has expired.");
    }
    if (signet_text_is(challenge->type, "device-attest-01")) {
        return acme_attest_respond(call, request, authorization, challenge);
    }
    authorization->base = request->base;
    authorization->state = SIGNET_TEXT(ACME_PROCESSING);
    challenge->state = SIGNET_TEXT(ACME_PROCESSING);
    int32_t status = store_authorization(call, request, authorization);
    if (status == SIGNET_CONFLICT) {
        /* Responded to twice at once. */
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK) {
        acme_queue_put(request->acme, call, request->directory->name, authorization->id);
    }
    return status;
}

int32_t acme_authorization_challenge(void *instance, signet_call_t *call,
                                     const signet_request_t *http, signet_exchange_t *exchange)
{
    acme_request_t request;
    acme_authorization_t authorization;
    int32_t status = open_authorization(instance, call, http, exchange, &request, &authorization);
    if (status != SIGNET_OK) {
        return status;
    }
    acme_challenge_t *challenge =
        find_challenge(&authorization, SIGNET_AT(signet_pair_t, http->parameters, 2)->value);
    if (challenge == NULL) {
        return acme_fail_missing(call, "challenge");
    }
    if (request.body != NULL) {
        status = respond(call, &request, &authorization, challenge);
    }
    return status == SIGNET_OK ? answer_challenge(call, &request, &authorization, challenge)
                               : status;
}
