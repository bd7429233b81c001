/* What notifiers, exporters and those who call them share: what a failed delivery means. */
#ifndef SIGNET_SDK_DELIVERY_H
#define SIGNET_SDK_DELIVERY_H

#include <signet/call.h>

#define SIGNET_DELIVERY_RETRY 1   /* it is tried again, soon at first and then ever more rarely */
#define SIGNET_DELIVERY_HELD 2    /* an operator is needed; it is kept, and tried rarely */
#define SIGNET_DELIVERY_REFUSED 3 /* it will never be taken */

/* What a status of notify or deliver, other than OK, says of what was to be delivered (see
 * signet/ext/draft/notifier.h). [any] */
int signet_delivery_verdict(int32_t status);
/* The error of the call, with the time after which to try again; for those who learn it from their
 * receiver. Returns its status. [any] */
int32_t signet_delivery_retry_after(signet_call_t *call, int64_t retry_after_ms);

#endif
