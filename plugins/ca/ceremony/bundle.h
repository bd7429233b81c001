/* What the online side needs of a ceremony, as one signed file: a chain of lines like a transcript,
 * with the certificates and lists that were signed, signed by everyone who was present. */
#ifndef CA_BUNDLE_H
#define CA_BUNDLE_H

#include "ca.h"
#include "ceremony/reading.h"

#define CA_BUNDLE_FORMAT "signet-bundle/1"

/* Reads a bundle and verifies that at least `quorum` of the trusted people signed it, and at least
 * as many as it says itself. `trusted` is PEM with their certificates. INVALID, DENIED
 * ("bundle.signers"). */
int32_t ca_bundle_open(signet_call_t *call, signet_bytes_t file, signet_text_t trusted,
                       uint64_t quorum, ca_reading_t *reading);
/* Whether a transcript is the one that the bundle came from, and holds it. INVALID. */
int32_t ca_bundle_match(signet_call_t *call, signet_bytes_t bundle, const ca_reading_t *transcript);

#endif
