/* The entries of a list that is to be signed: those of the list before and those of a file. */
#ifndef CA_REVOKED_H
#define CA_REVOKED_H

#include "ceremony/session.h"

#include <signet/sdk/crl.h>

/* Reads a file of newly revoked certificates: lines "SERIAL TIME REASON [INVALID_SINCE]", times as
 * RFC 3339, reasons by their names in RFC 5280; '#' begins a comment. INVALID names the line. */
int32_t ca_revoked_parse(signet_call_t *call, signet_text_t text, signet_crl_entry_t **entries,
                         uint64_t *count);
/* The encoded entries: all of the list before (which may be NULL) but those of expired certificates
 * that the step's option `expired` shows, and those of the file that `revoked` names. */
int32_t ca_revoked_gather(signet_call_t *call, ca_step_t *step, const signet_crl_t *previous,
                          signet_bytes_t *entries);
/* Says every value of the list that the step's tbs is. */
int32_t ca_revoked_present(signet_call_t *call, ca_step_t *step, signet_bytes_t identifier);

#endif
