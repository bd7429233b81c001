/* Whether a private key belongs to a public one. */
#ifndef CA_MATCH_H
#define CA_MATCH_H

#include <signet/call.h>

/* PrivateKeyInfo against SubjectPublicKeyInfo, DER both. INVALID ("archive.key-mismatch"). */
int32_t ca_match_key(signet_call_t *call, signet_bytes_t private_key, signet_bytes_t spki);

#endif
