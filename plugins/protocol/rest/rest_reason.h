/* Revocation reasons by the names of RFC 5280, 5.3.1. */
#ifndef REST_REASON_H
#define REST_REASON_H

#include <signet/sdk/json.h>

/* The name of a reason; empty where the number has none. [any] */
signet_text_t rest_reason_name(int32_t reason);
/* The member `reason` of a body, a name or a number; 0 where it is missing. Which reasons may be
 * used is the CA's to say. INVALID. [any] */
int32_t rest_reason_read(signet_call_t *call, const signet_json_t *object, int32_t *reason);

#endif
