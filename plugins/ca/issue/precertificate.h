/* From a precertificate on record to its certificate (RFC 6962, 3.1). */
#ifndef CA_PRECERTIFICATE_H
#define CA_PRECERTIFICATE_H

#include "issue/signing.h"
#include "profile/draft.h"

/* Whether certificates with this content need SCTs. */
int ca_precertificate_wanted(const ca_content_t *content);
/* The same content with the poison. */
int32_t ca_precertificate_content(signet_call_t *call, const ca_content_t *content,
                                  const ca_content_t **poisoned);
/* Has the precertificate in signing->record logged and makes the certificate's to-be-signed part of
 * it; the record becomes the certificate's, as far as it is known. UNAVAILABLE
 * ("transparency.logs"): the precertificate stays as it is. */
int32_t ca_precertificate_log(ca_t *ca, signet_call_t *call, ca_signing_t *signing,
                              signet_bytes_t *tbs);
/* Goes on with a precertificate that an earlier attempt of the same request left. What may have
 * changed since is checked again: authority, profile, blocked keys. CONFLICT
 * ("precertificate.stale") where another request is needed. */
int32_t ca_precertificate_resume(ca_t *ca, signet_call_t *call, const ca_draft_t *draft,
                                 ca_record_t *record);

#endif
