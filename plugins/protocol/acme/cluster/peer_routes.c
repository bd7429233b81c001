/* What the other nodes ask. */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>

#include "cluster.h"
#include "option.h"
#include "perspective.h"
#include "validate/caa.h"

#define QUESTION_MAX (UINT64_C(16) * 1024)

static int32_t read_question(const acme_t *acme, signet_call_t *call, const signet_request_t *http,
                             const char *const *names, uint64_t count,
                             const signet_json_t **question)
{
    int32_t status = acme_cluster_admit(call, acme->cluster, http);
    return status == SIGNET_OK ? signet_http_json(call, http, QUESTION_MAX, names, count, question)
                               : status;
}

int32_t acme_peer_nonce(void *instance, signet_call_t *call, const signet_request_t *http,
                        signet_exchange_t *exchange)
{
    static const char *const names[] = {"nonce"};
    const acme_t *acme = instance;
    const signet_json_t *question = NULL;
    signet_text_t nonce;
    int32_t status = read_question(acme, call, http, names, 1, &question);
    if (status == SIGNET_OK) {
        status = signet_http_json_text(call, question, "nonce", &nonce);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    status = acme_nonce_redeem_own(call, acme->nonces, nonce);
    if (status != SIGNET_OK && status != SIGNET_INVALID) {
        return status;
    }
    call->services->clear(call);
    signet_json_writer_t writer = signet_json_writer(call, 64);
    signet_json_begin_object(&writer, NULL);
    signet_json_boolean(&writer, "redeemed", status == SIGNET_OK);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, SIGNET_TEXT(""));
}

static int32_t read_proof(signet_call_t *call, const signet_json_t *question, acme_proof_t *proof,
                          signet_text_t *challenge)
{
    signet_text_t directory;
    const struct {
        const char *name;
        signet_text_t *text;
    } members[] = {
        {"directory", &directory},
        {"challenge", challenge},
        {"type", &proof->identifier_type},
        {"identifier", &proof->identifier},
        {"token", &proof->token},
        {"key_authorization", &proof->key_authorization},
        {"thumbprint", &proof->thumbprint},
        {"base", &proof->base},
        {"account_url", &proof->account_url},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        int32_t status = signet_json_get_text(call, question, members[i].name, members[i].text);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    const signet_json_t *wildcard = signet_json_get(question, "wildcard");
    proof->wildcard = wildcard != NULL && wildcard->integer != 0;
    const signet_json_t *caa_only = signet_json_get(question, "caa_only");
    proof->caa_only = caa_only != NULL && caa_only->integer != 0;
    proof->directory = acme_directory_find(proof->acme, directory);
    if (proof->directory == NULL) {
        return signet_fail(call, SIGNET_NOT_FOUND, "acme.directory",
                           "This node has no directory %.*s.", SIGNET_FORMAT(directory));
    }
    return SIGNET_OK;
}

/* The challenge and CAA, as this node sees them. */
static int32_t look(signet_call_t *call, const acme_proof_t *proof, signet_text_t challenge,
                    acme_outcome_t *outcome)
{
    const acme_caa_question_t question = {
        .directory = proof->directory,
        .account = proof->account_url,
        .identifier = proof->identifier,
        .method = challenge,
        .wildcard = proof->wildcard,
        .ends = signet_monotonic() + ACME_CAA_TIMEOUT_MS,
    };
    outcome->valid = proof->caa_only;
    int32_t status =
        proof->caa_only ? SIGNET_OK : acme_validate_challenge(call, proof, challenge, outcome);
    return status == SIGNET_OK && outcome->valid &&
                   acme_caa_applies(proof->directory, proof->identifier_type, proof->identifier)
               ? acme_caa_check(call, proof->acme, &question, outcome)
               : status;
}

int32_t acme_peer_validate(void *instance, signet_call_t *call, const signet_request_t *http,
                           signet_exchange_t *exchange)
{
    static const char *const names[] = {
        "directory",  "challenge",         "type", "identifier",  "wildcard", "token",
        "thumbprint", "key_authorization", "base", "account_url", "caa_only"};
    const acme_t *acme = instance;
    const signet_json_t *question = NULL;
    signet_text_t challenge = {NULL, 0};
    acme_proof_t proof = {.acme = acme};
    acme_outcome_t outcome = {.valid = 0};
    int32_t status =
        read_question(acme, call, http, names, sizeof names / sizeof *names, &question);
    if (status == SIGNET_OK) {
        status = read_proof(call, question, &proof, &challenge);
    }
    if (status == SIGNET_OK) {
        status = look(call, &proof, challenge, &outcome);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_boolean(&writer, "valid", outcome.valid);
    signet_json_text(&writer, "error_type", outcome.error_type);
    signet_json_text(&writer, "error_detail", outcome.error_detail);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, SIGNET_TEXT(""));
}
