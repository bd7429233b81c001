/* Revocation, hold and release. */
#ifndef CA_REVOKE_H
#define CA_REVOKE_H

#include "ca.h"

#include <signet/ca.h>

/* signet.ca/1 revoke, revoke_by_key and release. */
int32_t ca_revoke(void *instance, signet_call_t *call, const signet_revoke_request_t *request,
                  const signet_certificate_t **certificate);
int32_t ca_revoke_by_key(void *instance, signet_call_t *call, signet_bytes_t der,
                         const signet_revoke_request_t *request,
                         const signet_certificate_t **certificate);
/* Revokes what an order of many names, by its key "authority/serial", in a job: who ordered it was
 * asked for permission then. One that is revoked already is as wanted. */
int32_t ca_revoke_ordered(ca_t *ca, signet_call_t *call, signet_text_t key,
                          const signet_revoke_request_t *request, signet_text_t order);
int32_t ca_release(void *instance, signet_call_t *call, signet_text_t authority,
                   signet_bytes_t serial, const signet_certificate_t **certificate);

#endif
