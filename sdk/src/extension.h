/* Extensions of requests and certificates. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_EXTENSION_H
#define SIGNET_SDK_SRC_EXTENSION_H

#include <signet/sdk/x509.h>

/* Reads Extensions (RFC 5280, 4.1). INVALID ("KIND.malformed", "KIND.duplicate-extension"),
 * TOO_LARGE ("KIND.too-many-extensions"). */
int32_t signet_extensions_parse(signet_call_t *call, const char *kind, signet_bytes_t value,
                                const signet_extension_t **extensions, uint64_t *count);

#endif
