/* Verifying with a key that is ready. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_VERIFY_H
#define SIGNET_SDK_SRC_VERIFY_H

#include "thread_state.h"

/* The algorithm of this name for a key of this family; NULL with UNSUPPORTED set. */
const signet_algorithm_t *signet_algorithm_suited(signet_call_t *call, signet_text_t name,
                                                  int family);
/* OK, or DENIED ("signature.wrong"). */
int32_t signet_verify_ready(signet_call_t *call, signet_ready_key_t *ready,
                            const signet_algorithm_t *algorithm, signet_bytes_t message,
                            signet_bytes_t signature);

/* Whether a key may have made a signature of this algorithm: one for RSASSA-PSS alone (`pss`) makes
 * no other, and where it is bound to one algorithm (`only`), that. DENIED. */
int32_t signet_algorithm_bound(signet_call_t *call, int pss, signet_text_t only,
                               const signet_algorithm_t *algorithm);

#endif
