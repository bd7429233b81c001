/* What a transcript must say of a key that was destroyed, for the ceremony and for its check. */
#ifndef CA_DESTROYED_H
#define CA_DESTROYED_H

#include "ceremony/reading.h"

#include <signet/sdk/crl.h>

#define CA_DESTROYED_WITNESSES 2U
#define CA_DESTROYED_DIGEST "SHA-256 of the key"
#define CA_DESTROYED_OVERRIDE "No last list is asked for, because"
#define CA_DESTROYED_NEVER "Certificate: none was ever issued for this key"
/* What the witnesses sign, with the SHA-256 behind it. */
#define CA_DESTROYED_WITNESSED "Destroyed before our eyes: SHA-256 of the key: "

/* Holds a last list against the certificate of the key: by the same name and key. INVALID
 * ("crl.last"). */
int32_t ca_destroyed_list(signet_call_t *call, signet_bytes_t certificate,
                          const signet_crl_t *list);
/* The line "done" of such a step, which the line `announced` announced: the key is the one that was
 * announced and that of the authority with this subject, enough witnesses signed for it, and the
 * last list is by it and good for long enough, or the script said why there is none. */
int32_t ca_destroyed_check(signet_call_t *call, const ca_reading_t *reading, uint64_t announced,
                           uint64_t done, signet_text_t subject);

#endif
