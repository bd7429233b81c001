/* Recovery keys: what archived keys are wrapped to. Only the public part is used to archive; the
 * private one deciphers in its backend. */
#ifndef CA_RECOVERY_KEY_H
#define CA_RECOVERY_KEY_H

#include "pool.h"

#include <signet/key.h>
#include <signet/option.h>

typedef struct ca_recovery_key {
    signet_text_t name;
    signet_text_t tenant;
    signet_text_t keys;      /* the instance of signet.key/1 */
    signet_text_t key;       /* name or URI in it */
    signet_text_t algorithm; /* SIGNET_DECRYPT_* */
    uint32_t recoverers;     /* how many persons must agree to each recovery, besides who asks */
    const signet_setting_t *roles;
} ca_recovery_key_t;

/* Fills one from its settings. INVALID at the setting. */
int32_t ca_recovery_key_configure(signet_call_t *call, const signet_setting_t *setting,
                                  ca_recovery_key_t *key);
/* Wraps a secret to the public part, and says by its SHA-256 which key that was. UNAVAILABLE
 * ("archive.recovery-key") where the backend does not have it, or not for this purpose. */
int32_t ca_recovery_key_wrap(signet_call_t *call, const ca_recovery_key_t *key,
                             signet_bytes_t secret, signet_bytes_t *wrapped,
                             signet_bytes_t *identity);
/* Unwraps it. UNAVAILABLE ("archive.recovery-key") as above, or where it is not the key of this
 * identity any more; CORRUPT ("archive.record") where it does not open. */
int32_t ca_recovery_key_unwrap(signet_call_t *call, const ca_recovery_key_t *key,
                               signet_bytes_t wrapped, signet_bytes_t identity,
                               signet_text_t algorithm, signet_bytes_t *secret);

#endif
