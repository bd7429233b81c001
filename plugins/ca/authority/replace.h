/* What follows a compromise: the parent revokes, and a further key is made. */
#ifndef CA_REPLACE_H
#define CA_REPLACE_H

#include "authority/lifecycle.h"

#include <signet/sdk/json.h>

/* Revokes the certificates of the authority's keys at its parent, where the parent is in service
 * here and has them on record; the others become lines of the file that a ceremony's step sign-crl
 * takes as `revoked`. life->revoked counts the former. With `act` 0 nothing is done. */
int32_t ca_replace_revoke(ca_lifecycle_t *life, signet_call_t *call, int act, signet_text_t *lines);
/* Makes a further key and has it certified or requested, where none is on its way. What fails is
 * said in life->problem. */
int32_t ca_replace_prepare(ca_lifecycle_t *life, signet_call_t *call);
/* Says what ca_replace_prepare would do, as members of the open object. */
int32_t ca_replace_rehearse(const ca_lifecycle_t *life, signet_call_t *call,
                            signet_json_writer_t *writer);

#endif
