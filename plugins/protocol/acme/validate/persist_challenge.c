/* dns-persist-01 (draft-ietf-acme-dns-persist-02). What is looked for stands in the DNS before
 * there is an order: nothing of the order is in it. */
#include <signet/sdk/encode.h>

#include "dns_challenge.h"
#include "dns_record.h"
#include "persist_record.h"

/* The URIs that stand for the account: hashed ones, or, in the earlier form, the account's own. */
static int32_t find_uris(signet_call_t *call, const acme_proof_t *proof,
                         acme_persist_wanted_t *wanted)
{
    if (proof->directory->persist_plain) {
        wanted->uris[0] = proof->account_url;
        wanted->uris[1] = proof->account_url;
        return SIGNET_OK;
    }
    signet_text_t prefix = acme_persist_prefix(call, proof->base);
    if (prefix.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    int32_t status = acme_persist_uri(call, prefix, proof->identifier, proof->thumbprint,
                                      proof->account_url, &wanted->uris[0]);
    return status == SIGNET_OK ? acme_persist_uri(call, prefix, SIGNET_TEXT("*"), proof->thumbprint,
                                                  proof->account_url, &wanted->uris[1])
                               : status;
}

int32_t acme_validate_persist(signet_call_t *call, const acme_proof_t *proof,
                              acme_outcome_t *outcome)
{
    acme_persist_wanted_t wanted = {.issuers = proof->directory->issuer_domain_names,
                                    .wildcard = proof->wildcard,
                                    .now = signet_now()};
    acme_dns_answer_t answer = {.failed = 1};
    const char *why = "there is none";
    signet_text_t name =
        signet_format(call, "_validation-persist.%.*s", SIGNET_FORMAT(proof->identifier));
    int32_t status = name.data != NULL ? find_uris(call, proof, &wanted) : SIGNET_NO_MEMORY;
    if (status == SIGNET_OK) {
        status = acme_dns_texts(call, proof, name, &answer, outcome);
    }
    if (status != SIGNET_OK || answer.failed) {
        return status;
    }
    for (uint64_t i = 0; i < answer.count; i++) {
        signet_text_t text;
        int64_t until = 0;
        status = acme_dns_text(call, answer.records[i], &text);
        if (status != SIGNET_OK) {
            return status;
        }
        why = acme_persist_judge(text, &wanted, &until);
        if (why == NULL) {
            int64_t longest = wanted.now + ACME_PERSIST_REUSE_MS;
            *outcome = (acme_outcome_t){
                .valid = 1, .good_until = until > 0 && until < longest ? until : longest};
            return SIGNET_OK;
        }
    }
    acme_outcome_fail(call, outcome, answer.count > 0 ? "unauthorized" : "dns",
                      "No TXT record at %.*s permits this account: of the last, %s.",
                      SIGNET_FORMAT(name), why);
    return SIGNET_OK;
}
