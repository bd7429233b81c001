#include "profile/validity.h"

#include <signet/sdk/error.h>

#define SECOND_MS 1000

/* The last time that RFC 5280 can write: 9999-12-31T23:59:59Z. */
#define LAST_TIME INT64_C(253402300799000)

static int64_t whole_second(int64_t time)
{
    return time - time % SECOND_MS;
}

static int32_t refuse(signet_call_t *call, const char *field, const char *message)
{
    return signet_fail_field(call, SIGNET_INVALID, "profile.validity", field, "%s", message);
}

static int32_t clip(signet_call_t *call, const ca_profile_t *profile,
                    const ca_authority_t *authority, int64_t *not_before, int64_t *not_after)
{
    int outside = *not_after > authority->not_after;
    if (outside && !profile->clip)
        return signet_fail_field(call, SIGNET_INVALID, "profile.validity-exceeds-issuer",
                                 "not_after",
                                 "the certificate would outlive its issuer \"%.*s\"; ask for a "
                                 "shorter validity or renew the authority",
                                 SIGNET_FORMAT(authority->name));
    if (outside)
        *not_after = authority->not_after;
    if (*not_before < authority->not_before)
        *not_before = authority->not_before;
    return SIGNET_OK;
}

/* The end asked for, as a time or as a duration; INT64_MAX where none was. */
static int32_t asked_end(signet_call_t *call, const signet_issue_request_t *request, int64_t now,
                         int64_t *end)
{
    *end = request->not_after != 0 ? whole_second(request->not_after) : INT64_MAX;
    if (!SIGNET_HAS(request, validity_ms))
        return SIGNET_OK;
    if (request->not_after != 0)
        return refuse(call, "validity", "ask for a validity or for not_after, not for both");
    int64_t begin = request->not_before != 0 ? request->not_before : now;
    if (request->validity_ms < 0 || request->validity_ms > LAST_TIME - begin)
        return refuse(call, "validity", "the validity asked for is no possible one");
    *end = whole_second(begin + request->validity_ms) - SECOND_MS;
    return SIGNET_OK;
}

int32_t ca_validity(signet_call_t *call, const ca_profile_t *profile,
                    const ca_authority_t *authority, const signet_issue_request_t *request,
                    int64_t now, int64_t *not_before, int64_t *not_after)
{
    int64_t earliest = whole_second(now - profile->backdate_ms);
    *not_before = earliest;
    if (request->not_before != 0) {
        if (request->not_before < earliest)
            return refuse(call, "not_before", "not_before lies in the past");
        if (request->not_before > now + profile->validity_ms)
            return refuse(call, "not_before", "not_before lies too far in the future");
        *not_before = whole_second(request->not_before);
    }
    *not_after = *not_before + whole_second(profile->validity_ms) - SECOND_MS;
    if (*not_after > LAST_TIME)
        *not_after = LAST_TIME;
    int64_t end = 0;
    int32_t status = asked_end(call, request, now, &end);
    if (end < *not_after)
        *not_after = end;
    if (status == SIGNET_OK)
        status = clip(call, profile, authority, not_before, not_after);
    if (status != SIGNET_OK)
        return status;
    if (*not_after <= *not_before || *not_after <= now)
        return refuse(call, "not_after", "not_after does not lie after not_before and after now");
    return SIGNET_OK;
}
