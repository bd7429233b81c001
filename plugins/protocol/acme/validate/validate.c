#include "validate.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/jose.h>
#include <signet/sdk/name.h>

#include "account/record.h"
#include "caa.h"
#include "cluster/perspective.h"
#include "option.h"
#include "order/record.h"
#include "protocol/chaos.h"
#include "stored.h"

#define EVENT_VALIDATED "acme.identifier-validated"
#define SWEEP_PAGE 100U

static const struct {
    const char *type;
    int32_t (*validate)(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome);
} challenges[] = {
    {"http-01", acme_validate_http},
    {"dns-01", acme_validate_dns},
    {"dns-account-01", acme_validate_dns_account},
    {"dns-persist-01", acme_validate_persist},
    {"tls-alpn-01", acme_validate_tls},
};

void acme_outcome_fail(signet_call_t *call, acme_outcome_t *outcome, const char *type,
                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    outcome->error_detail = signet_format_list(call, format, arguments);
    va_end(arguments);
    outcome->error_type = signet_text(type);
    outcome->valid = 0;
}

int32_t acme_validate_addresses_of(signet_call_t *call, const acme_proof_t *proof,
                                   signet_text_t host, int64_t ends, acme_addresses_t *addresses,
                                   acme_outcome_t *outcome)
{
    acme_dns_answer_t answer;
    signet_canonical_t literal;
    *addresses = (acme_addresses_t){0};
    if (signet_name_canonical(call, "ip", host, &literal) == SIGNET_OK) {
        addresses->texts[addresses->count++] = literal.value;
        return SIGNET_OK;
    }
    call->services->clear(call);
    int32_t status = acme_dns_addresses(call, proof->acme->dns, host, ends, &answer);
    if (status != SIGNET_OK) {
        return status;
    }
    if (answer.failed) {
        acme_outcome_fail(call, outcome, "dns", "%.*s", SIGNET_FORMAT(answer.message));
    } else if (answer.count == 0) {
        acme_outcome_fail(call, outcome, "dns", "%.*s has no address.", SIGNET_FORMAT(host));
    }
    for (uint64_t i = 0; i < answer.count && i < ACME_ADDRESSES_MAX; i++) {
        addresses->texts[addresses->count++] = signet_bytes_text(answer.records[i]);
    }
    return SIGNET_OK;
}

int32_t acme_validate_addresses(signet_call_t *call, const acme_proof_t *proof, int64_t ends,
                                acme_addresses_t *addresses, acme_outcome_t *outcome)
{
    return acme_validate_addresses_of(call, proof, proof->identifier, ends, addresses, outcome);
}

/* What of the proof follows from the account. */
static int32_t read_account(signet_call_t *call, acme_proof_t *proof,
                            const acme_authorization_t *authorization)
{
    acme_account_t account;
    signet_public_key_t key;
    signet_bytes_t thumbprint;
    int32_t status =
        acme_account_get(call, proof->acme, proof->directory, authorization->account, &account);
    if (status == SIGNET_OK) {
        status = signet_public_key_parse(call, account.spki, &key);
    }
    if (status == SIGNET_OK) {
        status = signet_jwk_thumbprint(call, &key, &thumbprint);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    proof->thumbprint = signet_base64url(call, thumbprint);
    proof->account_url = signet_format(call, "%.*s/account/%.*s", SIGNET_FORMAT(proof->base),
                                       SIGNET_FORMAT(authorization->account));
    proof->key_authorization = signet_format(call, "%.*s.%.*s", SIGNET_FORMAT(authorization->token),
                                             SIGNET_FORMAT(proof->thumbprint));
    return proof->account_url.data != NULL && proof->key_authorization.data != NULL
               ? SIGNET_OK
               : signet_status(call);
}

int32_t acme_validate_challenge(signet_call_t *call, const acme_proof_t *proof,
                                signet_text_t challenge, acme_outcome_t *outcome)
{
    *outcome = (acme_outcome_t){0};
    for (uint64_t i = 0; i < sizeof challenges / sizeof *challenges; i++) {
        if (signet_text_is(challenge, challenges[i].type)) {
            return challenges[i].validate(call, proof, outcome);
        }
    }
    acme_outcome_fail(call, outcome, "serverInternal", "This challenge is not offered any more.");
    return SIGNET_OK;
}

static int32_t try_challenge(signet_call_t *call, acme_proof_t *proof,
                             const acme_authorization_t *authorization,
                             const acme_challenge_t *challenge, acme_outcome_t *outcome)
{
    int32_t status = read_account(call, proof, authorization);
    return status == SIGNET_OK ? acme_validate_challenge(call, proof, challenge->type, outcome)
                               : status;
}

/* What is proved may be issued only where the records of the name permit it. */
static int32_t try_caa(signet_call_t *call, const acme_proof_t *proof,
                       acme_authorization_t *authorization, const acme_challenge_t *challenge,
                       acme_outcome_t *outcome)
{
    const acme_caa_question_t question = {
        .directory = proof->directory,
        .account = proof->account_url,
        .identifier = proof->identifier,
        .method = challenge->type,
        .wildcard = authorization->wildcard,
        .ends = signet_monotonic() + ACME_CAA_TIMEOUT_MS,
    };
    if (!outcome->valid ||
        !acme_caa_applies(proof->directory, proof->identifier_type, proof->identifier)) {
        return SIGNET_OK;
    }
    int64_t good_until = outcome->good_until;
    int32_t status = acme_caa_check(call, proof->acme, &question, outcome);
    outcome->good_until = good_until;
    authorization->caa_checked = status == SIGNET_OK && outcome->valid ? signet_now() : 0;
    return status;
}

int32_t acme_validate_store(signet_call_t *call, const acme_proof_t *proof,
                            acme_authorization_t *authorization, acme_challenge_t *challenge,
                            const acme_outcome_t *outcome)
{
    signet_change_t change;
    int64_t now = signet_now();
    authorization->state = signet_text(outcome->valid ? ACME_VALID : ACME_INVALID);
    challenge->state = authorization->state;
    challenge->validated = outcome->valid ? now : 0;
    challenge->error_type = outcome->error_type;
    challenge->error_detail = outcome->error_detail;
    if (outcome->valid) {
        authorization->expires = now + proof->directory->authorization_ms;
        if (outcome->good_until > 0 && outcome->good_until < authorization->expires) {
            authorization->expires = outcome->good_until;
        }
    }
    int32_t status = acme_authorization_put(call, proof->directory->name, authorization, &change);
    if (status != SIGNET_OK) {
        return status;
    }
    if (!outcome->valid) {
        return acme_stored_commit(call, proof->acme, &change, 1);
    }
    const signet_pair_t fields[] = {
        signet_pair("challenge", challenge->type),
        signet_pair("identifier", proof->identifier),
        signet_pair("authorization", authorization->id),
        signet_pair("perspectives", proof->perspectives),
    };
    uint64_t count = sizeof fields / sizeof *fields - (proof->perspectives.length == 0);
    return acme_stored_journal(call, proof->acme, &change, 1, EVENT_VALIDATED,
                               acme_account_actor(call, proof->directory, authorization->account),
                               fields, count);
}

int32_t acme_validate(acme_t *acme, signet_call_t *call, signet_text_t directory, signet_text_t id)
{
    acme_authorization_t authorization;
    acme_challenge_t *challenge = NULL;
    acme_outcome_t outcome;
    acme_proof_t proof = {.acme = acme, .directory = acme_directory_find(acme, directory)};
    if (proof.directory == NULL) {
        return SIGNET_OK;
    }
    int32_t status = call->services->set_tenant(call, proof.directory->tenant);
    if (status == SIGNET_OK) {
        status = acme_authorization_get(call, acme, directory, id, &authorization);
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < authorization.challenge_count; i++) {
        if (signet_text_is(authorization.challenges[i].state, ACME_PROCESSING)) {
            challenge = &authorization.challenges[i];
        }
    }
    if (status != SIGNET_OK || challenge == NULL ||
        !signet_text_is(authorization.state, ACME_PROCESSING)) {
        return status;
    }
    proof.identifier_type = authorization.identifier.type;
    proof.identifier = authorization.identifier.value;
    proof.token = authorization.token;
    proof.wildcard = authorization.wildcard || authorization.subdomains;
    proof.base = authorization.base;
    acme_chaos_validation(acme->chaos);
    status = try_challenge(call, &proof, &authorization, challenge, &outcome);
    if (status == SIGNET_OK) {
        status = try_caa(call, &proof, &authorization, challenge, &outcome);
    }
    if (status == SIGNET_OK) {
        status = acme_perspectives_confirm(call, &proof, challenge->type, &outcome);
    }
    if (status == SIGNET_OK) {
        status = acme_validate_store(call, &proof, &authorization, challenge, &outcome);
    }
    /* Deactivated meanwhile, or another job came to it first. */
    if (status == SIGNET_CONFLICT) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    return status;
}

int32_t acme_validate_sweep(acme_t *acme, signet_call_t *call)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < acme->directory_count; i++) {
        const signet_page_t *page = NULL;
        signet_text_t directory = acme->directories[i].name;
        const signet_field_t value = signet_field_text("processing", directory);
        status = call->services->set_tenant(call, acme->directories[i].tenant);
        if (status != SIGNET_OK) {
            return status;
        }
        status = acme_stored_query(call, acme, ACME_AUTHORIZATIONS, &value, SIGNET_QUERY_NO_BODY,
                                   SWEEP_PAGE, (signet_text_t){NULL, 0}, &page);
        for (uint64_t j = 0; status == SIGNET_OK && j < page->count; j++) {
            acme_queue_put(acme, call, directory, acme_stored_id(page->records[j]));
        }
    }
    return status;
}
