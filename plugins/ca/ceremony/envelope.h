/* Something secret under one person's certificate: CMS AuthEnvelopedData (RFC 5083) with AES-256 in
 * GCM, to an RSA (OAEP) or EC (ECDH) key. */
#ifndef CA_ENVELOPE_H
#define CA_ENVELOPE_H

#include "ceremony/participant.h"

/* Closes an envelope. UNSUPPORTED where the key of the certificate can only sign. */
int32_t ca_envelope_seal(signet_call_t *call, const ca_participant_t *to, signet_bytes_t secret,
                         signet_bytes_t *envelope);
/* Opens one into locked memory of exactly `length` octets. DENIED. */
int32_t ca_envelope_open(signet_call_t *call, const ca_participant_t *as, signet_bytes_t envelope,
                         uint8_t *secret, uint64_t length);

#endif
