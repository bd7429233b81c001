/* What the journal is told of tokens. */
#ifndef TOKEN_JOURNAL_H
#define TOKEN_JOURNAL_H

#include <signet/sdk/record.h>

#include "token.h"
#include "token_record.h"

/* Makes changes durable with an entry about a token, in the journal of the call's tenant.
 * [worker] */
int32_t token_journal(const token_auth_t *auth, signet_call_t *call, const char *event,
                      const token_t *token, const signet_change_t *changes, uint64_t count);

#endif
