/* signet.approval/1: what one person asks for and others must agree to. */
#ifndef CA_APPROVAL_H
#define CA_APPROVAL_H

#include "approval/matter.h"

/* The interface; its instance is the CA's. */
extern const signet_approval_interface_t ca_approval_interface;

/* As the interface has it. */
int32_t ca_approval_require(void *instance, signet_call_t *call,
                            const signet_approval_matter_t *matter,
                            const signet_approval_t **approval);
int32_t ca_approval_finish(void *instance, signet_call_t *call, const signet_approval_t *approval,
                           signet_text_t result, const signet_change_t **change);
int32_t ca_approval_get(void *instance, signet_call_t *call, signet_text_t id,
                        const signet_approval_t **approval);
int32_t ca_approval_query(void *instance, signet_call_t *call, const signet_approval_query_t *query,
                          const signet_approval_page_t **page);
/* What `require` answers for a matter as it stands, whatever its digest: OK where it is approved,
 * PENDING, or an error. CONFLICT where another than its requester asks. */
int32_t ca_approval_standing(signet_call_t *call, const ca_matter_t *matter);
/* A change that takes `finish` back, where what was to be done was not: the version is that after
 * `finish`. */
int32_t ca_approval_reopen(signet_call_t *call, const signet_approval_t *approval,
                           const signet_change_t **change);
/* The job: closes what has expired and tells of what waits for too long, in all tenants. */
int32_t ca_approval_sweep(void *instance, signet_call_t *call);

#endif
