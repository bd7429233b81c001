/* The second person that the granting of powerful roles takes. */
#ifndef TOKEN_SECOND_H
#define TOKEN_SECOND_H

#include <signet/ext/draft/approval.h>
#include <signet/ext/draft/tenant.h>

#include "token.h"

/* The agreement of another administrator, where one is needed. */
typedef struct token_second {
    const signet_provider_t *provider;
    const signet_approval_t *approval; /* NULL: none is needed */
} token_second_t;

/* Whether a token may be made now: OK; PENDING ("approval.pending", field: the request's id) where
 * another administrator must agree first. `id` names the request that was put down before, or is
 * empty. The first administrators are made without, over a listener that knows its peers by their
 * uid, or in a tenant by who broke the glass, as long as no two persons hold an administrator's
 * token there. [worker] */
int32_t token_second_require(const token_auth_t *auth, signet_call_t *call, const token_t *token,
                             signet_text_t id, token_second_t *second);
/* The same for the provider's staff in a tenant, whose call this is: its approvers must agree.
 * UNSUPPORTED where nobody keeps approvals. [worker] */
int32_t token_second_consent(signet_call_t *call, const token_t *token,
                             const signet_tenant_t *tenant, signet_text_t id,
                             token_second_t *second);
/* Makes the token durable in the tenant of `call` and journals it, with the end of the agreement
 * that it took. [worker] */
int32_t token_second_store(const token_auth_t *auth, signet_call_t *call, const char *event,
                           const token_second_t *second, const token_t *token);

#endif
