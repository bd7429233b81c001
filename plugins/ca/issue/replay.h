/* A certificate on record, built anew as the configuration says now. */
#ifndef CA_REPLAY_H
#define CA_REPLAY_H

#include "ca.h"
#include "record/record.h"

#define CA_REPLAY_SAME 1
#define CA_REPLAY_DIFFERENT 2
#define CA_REPLAY_REFUSED 3

/* Builds it from what the record keeps of the request: subject, names, times, fields, and the key
 * and the values of extensions from the certificate. `detail` says what differs, or why it is
 * refused. Roles, approval, keys that came back and policies elsewhere are not asked. Fails only
 * where the record cannot be read. */
int32_t ca_replay(ca_t *ca, signet_call_t *call, const ca_record_t *record, int *outcome,
                  signet_text_t *detail);

#endif
