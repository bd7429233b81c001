#include "malformed.h"

#include <signet/sdk/error.h>
#include <stdio.h>
#include <string.h>

/* How people call what a reason calls by its short word. */
static const char *spoken(const char *kind)
{
    if (strcmp(kind, "csr") == 0) {
        return "certification request";
    }
    if (strcmp(kind, "crl") == 0) {
        return "revocation list";
    }
    return strcmp(kind, "key") == 0 ? "public key" : kind;
}

int32_t signet_malformed(signet_call_t *call, const char *kind, const char *what)
{
    char reason[64];
    snprintf(reason, sizeof(reason), "%s.malformed", kind);
    return signet_fail(call, SIGNET_INVALID, reason, "The %s is malformed: %s.", spoken(kind),
                       what);
}
