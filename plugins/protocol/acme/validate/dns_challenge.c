/* dns-01 (RFC 8555, 8.4). */
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "validate.h"

#define TIMEOUT_MS 10000

/* Whether the character strings of a TXT record (RFC 1035, 3.3.14), joined, are this text. */
static int is_text(signet_bytes_t record, signet_text_t text)
{
    uint64_t matched = 0;
    for (uint64_t i = 0; i < record.length;) {
        uint64_t length = record.data[i++];
        if (length > record.length - i || length > text.length - matched) {
            return 0;
        }
        const signet_bytes_t part = {record.data + i, length};
        const signet_text_t wanted = {text.data + matched, length};
        if (!signet_text_equal(signet_bytes_text(part), wanted)) {
            return 0;
        }
        matched += length;
        i += length;
    }
    return matched == text.length;
}

int32_t acme_validate_dns(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome)
{
    signet_bytes_t digest = {NULL, 0};
    acme_dns_answer_t answer;
    signet_text_t name =
        signet_format(call, "_acme-challenge.%.*s", SIGNET_FORMAT(proof->identifier));
    int32_t status = name.data != NULL
                         ? signet_sha256(call, signet_text_bytes(proof->key_authorization), &digest)
                         : SIGNET_NO_MEMORY;
    if (status == SIGNET_OK) {
        status = acme_dns_ask(call, proof->acme->dns, name, ACME_DNS_TXT,
                              signet_monotonic() + TIMEOUT_MS, &answer);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    if (answer.failed) {
        acme_outcome_fail(call, outcome, "dns", "%.*s", SIGNET_FORMAT(answer.message));
        return SIGNET_OK;
    }
    signet_text_t wanted = signet_base64url(call, digest);
    for (uint64_t i = 0; i < answer.count; i++) {
        if (is_text(answer.records[i], wanted)) {
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
