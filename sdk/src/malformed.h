/* The errors of the SDK's parsers. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_MALFORMED_H
#define SIGNET_SDK_SRC_MALFORMED_H

#include <signet/call.h>

/* Fails with INVALID and the reason "KIND.malformed" for `kind` "csr", "certificate", "crl", "key"
 * or "name". `what` ends the sentence that begins with "The KIND is malformed: ". */
int32_t signet_malformed(signet_call_t *call, const char *kind, const char *what);

#endif
