/* Certificates that were found in use: the collection ca.found, keyed by fingerprint. Nothing that
 * speaks of what was issued ever reads it. */
#ifndef CA_FOUND_H
#define CA_FOUND_H

#include "ca.h"

int32_t ca_found_declare(signet_call_t *call, const signet_store_t *store);
/* signet.inventory/1 found. */
int32_t ca_found_record(void *instance, signet_call_t *call, signet_text_t source,
                        const signet_found_t *found, const signet_certificate_t **certificate);
/* The page of a search for the state "found". `certificates` has room for query->limit. */
int32_t ca_found_query(const ca_t *ca, signet_call_t *call, const signet_certificate_query_t *query,
                       signet_certificate_page_t *page, const signet_certificate_t **certificates);

#endif
