/* What the journal is told of a signature, so that `journal verify` can hold it against the log of
 * the process that has the key. */
#ifndef CA_SIGNED_H
#define CA_SIGNED_H

#include <signet/http.h>

#define CA_SIGNED_PAIRS 2U

/* "signed", the SHA-256 of the message; and "keys", the instance that has the key, where it lives
 * in a process of its own. Raises `*count`. [worker] */
int32_t ca_signed_pairs(signet_call_t *call, const signet_provider_t *keys, signet_bytes_t message,
                        signet_pair_t *pairs, uint64_t *count);

#endif
