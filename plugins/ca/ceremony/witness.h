/* What witnesses sign: what was written down while a step was done. */
#ifndef CA_WITNESS_H
#define CA_WITNESS_H

#include "ceremony/session.h"

/* Asks for each value that the step's option `record` names. `recorded` has room for one more. */
int32_t ca_witness_ask(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                       signet_text_t **recorded, uint64_t *count);
/* Each witness who is present signs them, in a line "witnessed". */
int32_t ca_witness_sign(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                        const signet_text_t *recorded, uint64_t count);

#endif
