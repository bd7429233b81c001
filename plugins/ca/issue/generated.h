/* Keys that are made for requesters: the certificate is asked for without a request of the key. */
#ifndef CA_GENERATED_H
#define CA_GENERATED_H

#include "profile/draft.h"

/* Whether the request asks for a key to be made. */
int ca_generated_wanted(const signet_issue_request_t *request);
/* Makes the key, and what a request for it would have said. It lives in the call's arena, which
 * wipes it. DENIED ("profile.generate-keys"), INVALID ("request.generate", "request.subject"),
 * UNSUPPORTED. */
int32_t ca_generated_make(signet_call_t *call, ca_draft_t *draft);

#endif
