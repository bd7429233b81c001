#include "recheck.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdio.h>

#include "cluster/perspective.h"
#include "protocol/problem.h"
#include "stored.h"
#include "validate/caa.h"

#define MESSAGE_MAX 512U

/* One name that is looked at. */
typedef struct look {
    signet_queue_item_t item; /* first */
    const acme_t *acme;
    acme_caa_question_t question;
    acme_authorization_t authorization;
    int same; /* the authorization is for this very name, and remembers the look */
    int done;
    int32_t status;
    int permitted;
    char message[MESSAGE_MAX];
} look_t;

static void work(signet_queue_item_t *item, signet_call_t *child)
{
    look_t *look = (look_t *)item;
    acme_outcome_t outcome = {0};
    acme_proof_t proof = {
        .acme = look->acme,
        .directory = look->question.directory,
        .identifier_type = SIGNET_TEXT("dns"),
        .identifier = look->question.identifier,
        .wildcard = look->question.wildcard,
        .account_url = look->question.account,
        .caa_only = 1,
    };
    look->status = acme_caa_check(child, look->acme, &look->question, &outcome);
    if (look->status == SIGNET_OK) {
        look->status = acme_perspectives_confirm(child, &proof, look->question.method, &outcome);
    }
    look->done = 1;
    if (look->status == SIGNET_OK) {
        look->permitted = outcome.valid;
        (void)snprintf(look->message, sizeof look->message, "%.*s",
                       SIGNET_FORMAT(outcome.error_detail));
    }
}

/* The challenge by which the authorization became valid. */
static signet_text_t method_of(const acme_authorization_t *authorization)
{
    for (uint64_t i = 0; i < authorization->challenge_count; i++) {
        if (signet_text_is(authorization->challenges[i].state, ACME_VALID)) {
            return authorization->challenges[i].type;
        }
    }
    return (signet_text_t){NULL, 0};
}

/* Whether the name has to be looked at; `look` then is what is needed for it. */
static int32_t prepare(signet_call_t *call, const acme_request_t *request,
                       const acme_order_t *order, uint64_t index, look_t *look, int *needed)
{
    const acme_directory_t *directory = request->directory;
    acme_identifier_t identifier = order->identifiers[index];
    acme_authorization_t *authorization = &look->authorization;
    int wildcard = signet_text_starts(identifier.value, "*.");
    if (wildcard) {
        identifier.value.data += 2;
        identifier.value.length -= 2;
    }
    *needed = acme_caa_applies(directory, identifier.type, identifier.value);
    if (!*needed) {
        return SIGNET_OK;
    }
    int32_t status = acme_authorization_get(call, request->acme, directory->name,
                                            order->authorizations[index], authorization);
    if (status != SIGNET_OK) {
        return status;
    }
    look->acme = request->acme;
    look->item = (signet_queue_item_t){.work = work};
    look->same = wildcard == authorization->wildcard &&
                 signet_text_equal(identifier.value, authorization->identifier.value);
    *needed = !look->same || authorization->caa_checked <= signet_now() - directory->caa_ms;
    look->question = (acme_caa_question_t){
        .directory = directory,
        .account = acme_request_url(call, request, "account/%.*s", SIGNET_FORMAT(order->account)),
        .identifier = identifier.value,
        .method = method_of(authorization),
        .wildcard = wildcard,
        .ends = signet_monotonic() + ACME_CAA_TIMEOUT_MS,
    };
    return look->question.account.data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

/* Remembers what was permitted, also where another name was not. */
static int32_t store(signet_call_t *call, const acme_request_t *request,
                     signet_queue_item_t *const *items, uint64_t count)
{
    uint64_t change_count = 0;
    signet_change_t *changes = signet_alloc(call, count, sizeof *changes);
    int32_t status = changes != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        look_t *look = (look_t *)items[i];
        if (look->same && look->permitted) {
            look->authorization.caa_checked = signet_now();
            status = acme_authorization_put(call, request->directory->name, &look->authorization,
                                            &changes[change_count++]);
        }
    }
    if (status == SIGNET_OK && change_count > 0) {
        status = acme_stored_commit(call, request->acme, changes, change_count);
    }
    if (status == SIGNET_CONFLICT) {
        /* Another request looked at the same time, or one was deactivated: nothing is remembered.
         */
        call->services->clear(call);
        return SIGNET_OK;
    }
    return status;
}

static int32_t judge(signet_call_t *call, signet_queue_item_t *const *items, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const look_t *look = (const look_t *)items[i];
        if (!look->done || look->status != SIGNET_OK) {
            return signet_fail(call, SIGNET_UNAVAILABLE, "acme.serverInternal",
                               "CAA records could not be looked at; try again.");
        }
        if (!look->permitted) {
            return acme_fail(call, "caa", "%s", look->message);
        }
    }
    return SIGNET_OK;
}

int32_t acme_order_recheck(signet_call_t *call, const acme_request_t *request,
                           const acme_order_t *order)
{
    uint64_t count = 0;
    if (request->directory->caa == ACME_CAA_OFF) {
        return SIGNET_OK;
    }
    signet_queue_item_t **items = signet_alloc(call, order->count, sizeof(signet_queue_item_t *));
    look_t *looks = signet_alloc(call, order->count, sizeof *looks);
    int32_t status = items != NULL && looks != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < order->count; i++) {
        int needed = 0;
        status = prepare(call, request, order, i, &looks[count], &needed);
        if (status == SIGNET_OK && needed) {
            items[count] = &looks[count].item;
            count++;
        }
    }
    if (status != SIGNET_OK || count == 0) {
        return status;
    }
    signet_queue_run(request->acme->queue, call, items, count);
    status = store(call, request, items, count);
    return status == SIGNET_OK ? judge(call, items, count) : status;
}
