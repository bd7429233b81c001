/* Public keys as OpenSSL's. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_KEY_LOAD_H
#define SIGNET_SDK_SRC_KEY_LOAD_H

#include "thread_state.h"

/* OpenSSL's key with a context of the verify operation (none where whole messages are signed).
 * INVALID
 * ("key.malformed") where OpenSSL refuses it, a point off its curve for instance; UNSUPPORTED for
 * a type that the OpenSSL at hand lacks. */
int32_t signet_key_load(signet_call_t *call, const signet_public_key_t *key,
                        signet_ready_key_t *ready);
/* Makes ready a verify context of `ready->key`. 0 or -1. */
int signet_key_prepare(signet_ready_key_t *ready, int family);
/* The thread's key of this EC type with its point replaced by that of `key`; it stays the
 * thread's. INVALID as above, UNSUPPORTED for other types. */
int32_t signet_key_point(signet_call_t *call, const signet_public_key_t *key,
                         signet_ready_key_t **ready);

#endif
