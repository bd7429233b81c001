/* What a transcript begins with: what ran, on what, by which script, with whom. */
#ifndef CA_EVIDENCE_H
#define CA_EVIDENCE_H

#include "ceremony/session.h"

/* Writes the first lines: "begin", "file" for the script and all that it includes, for the answers
 * of a rehearsal, for the program and every library that is loaded, then "participant",
 * "authority", "profile" and "plan". */
int32_t ca_evidence_write(ca_session_t *session, signet_call_t *call, signet_text_t answers);

#endif
