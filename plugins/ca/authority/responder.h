/* A certificate for an OCSP responder that answers on for a key that is given up. */
#ifndef CA_RESPONDER_H
#define CA_RESPONDER_H

#include "authority/lifecycle.h"
#include "record/record.h"

/* Certifies the responder that the change names with the key at `key_uri`, until `until` or until
 * the authority's own certificate ends: once, so that asked for again it is the same. By all rules
 * of its profile but the validity. INVALID, DENIED, NOT_FOUND. */
int32_t ca_responder_certify(const ca_lifecycle_t *life, signet_call_t *call,
                             ca_authority_t *authority, signet_text_t key_uri, int64_t until,
                             const signet_certificate_t **certificate);
/* Whether the change names one that its profile permits, before anything is done. */
int32_t ca_responder_check(const ca_lifecycle_t *life, signet_call_t *call,
                           ca_authority_t *authority);

#endif
