/* Request ids: the same request asked again answers the first certificate. The collection
 * ca.requests, keyed by the id. */
#ifndef CA_REQUEST_H
#define CA_REQUEST_H

#include "record/record.h"

#include <signet/ca.h>

#define CA_REQUESTS "ca.requests"
#define CA_REQUEST_FIELDS 3U
#define CA_REQUEST_ID_MAX 256U

int32_t ca_request_declare(signet_call_t *call, const signet_store_t *store);
/* A request as this version knows it, whatever size the caller's has. */
signet_issue_request_t ca_request_take(const signet_issue_request_t *request);
/* A digest of all that was asked, and by whom. */
int32_t ca_request_digest(signet_call_t *call, const signet_issue_request_t *request,
                          signet_bytes_t *digest);
/* What is known under the request's id: `*record` is set where it was answered before, NULL where
 * the id is new. A record in the state "precertificate" is to be gone on with. CONFLICT (another
 * request; or one that was abandoned), BUSY (in flight). */
int32_t ca_request_find(signet_call_t *call, const signet_store_t *store,
                        const signet_issue_request_t *request, signet_bytes_t digest,
                        ca_record_t **record);
/* A change that takes the id for the certificate with this key; `fields` has room for
 * CA_REQUEST_FIELDS. */
signet_change_t ca_request_put(const signet_issue_request_t *request, signet_bytes_t digest,
                               signet_text_t key, int64_t now, signet_field_t *fields);

#endif
