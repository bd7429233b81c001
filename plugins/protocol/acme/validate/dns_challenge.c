/* dns-01 (RFC 8555, 8.4) and dns-account-01 (draft-ietf-acme-dns-account-label-03), which differ in
 * the name that is asked for. */
#include "dns_challenge.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "dns_record.h"

#define TIMEOUT_MS 10000

int32_t acme_dns_texts(signet_call_t *call, const acme_proof_t *proof, signet_text_t name,
                       acme_dns_answer_t *answer, acme_outcome_t *outcome)
{
    int32_t status = acme_dns_ask(call, proof->acme->dns, name, ACME_DNS_TXT,
                                  signet_monotonic() + TIMEOUT_MS, answer);
    if (status == SIGNET_OK && answer->failed) {
        acme_outcome_fail(call, outcome, "dns", "%.*s", SIGNET_FORMAT(answer->message));
    }
    return status;
}

/* Whether a record at the name is the digest of the key authorization. */
static int32_t validate(signet_call_t *call, const acme_proof_t *proof, signet_text_t name,
                        acme_outcome_t *outcome)
{
    signet_bytes_t digest = {NULL, 0};
    acme_dns_answer_t answer = {.failed = 1};
    int32_t status = signet_sha256(call, signet_text_bytes(proof->key_authorization), &digest);
    if (status == SIGNET_OK) {
        status = acme_dns_texts(call, proof, name, &answer, outcome);
    }
    if (status != SIGNET_OK || answer.failed) {
        return status;
    }
    signet_text_t wanted = signet_base64url(call, digest);
    for (uint64_t i = 0; i < answer.count; i++) {
        signet_text_t text;
        status = acme_dns_text(call, answer.records[i], &text);
        if (status != SIGNET_OK) {
            return status;
        }
        if (signet_text_equal(text, wanted)) {
            outcome->valid = 1;
            return SIGNET_OK;
        }
    }
    acme_outcome_fail(call, outcome, answer.count > 0 ? "unauthorized" : "dns",
                      "There is no TXT record with the digest of the key authorization at %.*s, "
                      "but %llu others.",
                      SIGNET_FORMAT(name), (unsigned long long)answer.count);
    return SIGNET_OK;
}

int32_t acme_validate_dns(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome)
{
    signet_text_t name =
        signet_format(call, "_acme-challenge.%.*s", SIGNET_FORMAT(proof->identifier));
    return name.data != NULL ? validate(call, proof, name, outcome) : SIGNET_NO_MEMORY;
}

int32_t acme_validate_dns_account(signet_call_t *call, const acme_proof_t *proof,
                                  acme_outcome_t *outcome)
{
    signet_text_t name;
    int32_t status = acme_dns_account_name(call, proof->account_url, proof->identifier, &name);
    return status == SIGNET_OK ? validate(call, proof, name, outcome) : status;
}
