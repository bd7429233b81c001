/* signet.status/1: what became of certificates, for those who tell the world. */
#ifndef CA_STATUS_H
#define CA_STATUS_H

#include "ca.h"

#include <signet/ext/draft/status.h>

extern const signet_status_interface_t ca_status;

int32_t ca_status_issuers(void *instance, signet_call_t *call,
                          const signet_status_issuer_t *const **issuers, uint64_t *count);
int32_t ca_status_get(void *instance, signet_call_t *call, signet_text_t authority,
                      uint64_t generation, signet_bytes_t serial, const signet_status_t **status);
int32_t ca_status_revoked(void *instance, signet_call_t *call, const signet_status_query_t *query,
                          const signet_status_page_t **page);
int32_t ca_status_number(void *instance, signet_call_t *call, const signet_list_number_t *request,
                         signet_bytes_t *number);
int32_t ca_status_certify(void *instance, signet_call_t *call, signet_text_t authority,
                          uint64_t generation, signet_text_t profile, signet_bytes_t public_key,
                          const signet_certificate_t **certificate);
/* The key of an authority, whichever tenant's. NOT_FOUND. */
int32_t ca_status_authority(ca_t *ca, signet_call_t *call, signet_text_t name, uint64_t generation,
                            ca_authority_t **authority);
/* DENIED to all but the host's own jobs. */
int32_t ca_status_job(signet_call_t *call);
/* A child call in the tenant of an authority, to be ended; NULL with the error set on `call`. */
signet_call_t *ca_status_enter(signet_call_t *call, const ca_authority_t *authority);

#endif
