#include "rest_reason.h"

#include <signet/inventory.h>
#include <signet/sdk/error.h>

#define LAST_REASON 10

static const char *const names[LAST_REASON + 1] = {
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", NULL, /* 7 is not used */
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise",
};

signet_text_t rest_reason_name(int32_t reason)
{
    if (reason < 0 || reason > LAST_REASON)
        return (signet_text_t){NULL, 0};
    return signet_text(names[reason]);
}

int32_t rest_reason_read(signet_call_t *call, const signet_json_t *object, int32_t *reason)
{
    const signet_json_t *member = signet_json_get(object, "reason");
    *reason = SIGNET_REASON_UNSPECIFIED;
    if (member == NULL)
        return SIGNET_OK;
    if (member->kind == SIGNET_JSON_INTEGER && member->integer >= 0 &&
        member->integer <= LAST_REASON) {
        *reason = (int32_t)member->integer;
        return SIGNET_OK;
    }
    if (member->kind == SIGNET_JSON_TEXT)
        for (int32_t i = 0; i <= LAST_REASON; i++)
            if (names[i] != NULL && signet_text_equal_nocase(member->text, signet_text(names[i]))) {
                *reason = i;
                return SIGNET_OK;
            }
    return signet_fail_field(call, SIGNET_INVALID, "request.reason-invalid", "reason",
                             "reason must be one of RFC 5280: unspecified, keyCompromise, "
                             "cACompromise, affiliationChanged, superseded, "
                             "cessationOfOperation, certificateHold, privilegeWithdrawn, "
                             "aACompromise, or its number.");
}
