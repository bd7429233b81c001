/* Tokens for the provider's staff in a tenant: made with the tenant's consent, or by breaking the
 * glass. Either way for a while only, with a reason, and both journals tell. */
#ifndef TOKEN_ENTRY_H
#define TOKEN_ENTRY_H

#include <signet/sdk/json.h>

#include "token.h"
#include "token_record.h"

#define TOKEN_ENTRY_AGREED "agreed"
#define TOKEN_ENTRY_GLASS "break-glass"

/* Fills tenant, person, entry and reason of a token from the members "tenant", "reason" and
 * "break_glass" of a request, and shortens its life. A token for the call's own tenant has none of
 * the last two. INVALID, NOT_FOUND ("token.tenant-not-found"). [worker] */
int32_t token_entry_read(const token_auth_t *auth, signet_call_t *call, const signet_json_t *body,
                         token_t *token);
/* Whether a token is for another tenant than the call's. [any] */
int token_is_entry(const token_t *token);
/* Makes the token durable, once those who must agree have: persons of the tenant, or for a broken
 * glass another administrator of the provider. `text` is the token itself. PENDING
 * ("approval.pending", field: the request's id) until then. [worker] */
int32_t token_entry_create(const token_auth_t *auth, signet_call_t *call, token_t *token,
                           signet_text_t approval, signet_text_t *text);

#endif
