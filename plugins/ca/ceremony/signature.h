/* A signature by an authority's key in a ceremony: made once its intent is in the transcript, and
 * verified before anything is done with it. */
#ifndef CA_SIGNATURE_H
#define CA_SIGNATURE_H

#include "ceremony/session.h"

/* Loads an authority's certificate and those above it. Keys that this ceremony has not unlocked are
 * left alone: such an authority counts as offline until it is. */
int32_t ca_signature_load(ca_session_t *session, signet_call_t *call, ca_authority_t *authority);
/* Readies an authority to sign: unlocked, loaded, in force. */
int32_t ca_signature_ready(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                           ca_authority_t *authority);
/* Signs the step's tbs with the key `uri` of `authority` and verifies with `spki`. INTERNAL
 * ("signature.wrong") where the key made a wrong one. */
int32_t ca_signature_make(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                          const ca_authority_t *authority, signet_text_t uri, uint32_t purpose,
                          signet_bytes_t spki, signet_bytes_t *signature);

#endif
