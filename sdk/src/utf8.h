/* One character of UTF-8. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_UTF8_H
#define SIGNET_SDK_SRC_UTF8_H

#include <signet/base.h>

/* The octets that the well-formed character (RFC 3629) at `data` takes, 1 to 4; 0 where what stands
 * there is ill-formed or cut off. `length` is at least 1. */
uint64_t signet_utf8_length(const uint8_t *data, uint64_t length);

#endif
