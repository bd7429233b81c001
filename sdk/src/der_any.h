/* Values of any type. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_DER_ANY_H
#define SIGNET_SDK_SRC_DER_ANY_H

#include <signet/sdk/der.h>

/* Reads one value of any type and checks it down to its leaves: strict DER, contents that fit
 * their universal types, at most 16 levels deep. 0 or -1. */
int signet_der_any(signet_der_t *der, signet_der_item_t *item);

#endif
