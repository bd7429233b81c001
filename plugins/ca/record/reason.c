#include "record/reason.h"

#include <signet/inventory.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

typedef struct reason {
    int32_t number;
    int for_authorities;
    const char *word;
} reason_t;

static const reason_t reasons[] = {
    {SIGNET_REASON_UNSPECIFIED, 0, "unspecified"},
    {SIGNET_REASON_KEY_COMPROMISE, 0, "keyCompromise"},
    {SIGNET_REASON_CA_COMPROMISE, 1, "cACompromise"},
    {SIGNET_REASON_AFFILIATION_CHANGED, 0, "affiliationChanged"},
    {SIGNET_REASON_SUPERSEDED, 0, "superseded"},
    {SIGNET_REASON_CESSATION_OF_OPERATION, 0, "cessationOfOperation"},
    {SIGNET_REASON_CERTIFICATE_HOLD, 0, "certificateHold"},
    {SIGNET_REASON_PRIVILEGE_WITHDRAWN, 0, "privilegeWithdrawn"},
    {SIGNET_REASON_AA_COMPROMISE, 1, "aACompromise"},
};

int32_t ca_reason_check(signet_call_t *call, int32_t reason, int is_ca, signet_text_t *word)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].number != reason)
            continue;
        if (reasons[i].for_authorities && !is_ca)
            return signet_fail_field(call, SIGNET_INVALID, "certificate.reason", "reason",
                                     "the reason %s is for certificates of authorities alone",
                                     reasons[i].word);
        *word = signet_text(reasons[i].word);
        return SIGNET_OK;
    }
    return signet_fail_field(call, SIGNET_INVALID, "certificate.reason", "reason",
                             "%d is no reason of revocation; use 0, 1, 3, 4, 5, 6 or 9, and for "
                             "authorities also 2 and 10",
                             (int)reason);
}
