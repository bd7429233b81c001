/* Signet's own authorities: their chains by signet.ca/1, their certificates by signet.inventory/1.
 *
 * Both are asked as "system:INSTANCE", an auditor of the authority's tenant: nobody is logged in
 * yet, and what is read here is not shown to anybody. */
#ifndef CERTIFICATE_OWN_H
#define CERTIFICATE_OWN_H

#include "certificate_authority.h"

/* What to validate against now, to be released; NULL where the authority's certificates are not
 * accepted in its state, or with the error set. [worker] */
certificate_trust_t *certificate_own_trust(signet_call_t *asking, signet_text_t ca,
                                           certificate_authority_t *authority);
/* Whether the inventory has this very certificate, issued by the authority and valid: 1 with its
 * profile in the arena of `call`; 0 with `why`; or the status of a failure, set on `call`.
 * [worker] */
int32_t certificate_own_check(signet_call_t *call, signet_call_t *asking, signet_text_t ca,
                              const certificate_authority_t *authority,
                              certificate_client_t *client, const char **why);

#endif
