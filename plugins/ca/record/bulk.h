/* Many revocations at once. An order is a record of the collection ca.bulk; the certificates that
 * it names are in ca.bulk-parts, keyed "ID/NUMBER", and go as they are revoked. */
#ifndef CA_BULK_H
#define CA_BULK_H

#include "ca.h"

#include <signet/ca.h>

#define CA_BULK "ca.bulk"
#define CA_BULK_PARTS "ca.bulk-parts"
#define CA_BULK_FIELDS 15U
#define CA_BULK_PART_KEYS 500U /* certificates in one part */
#define CA_BULK_MAX 20000U     /* certificates in one order */

int32_t ca_bulk_declare(signet_call_t *call, const signet_store_t *store);
/* A change that puts an order; `fields` has room for CA_BULK_FIELDS. */
signet_change_t ca_bulk_put(const signet_bulk_t *bulk, int64_t invalid_since, uint64_t expected,
                            signet_field_t *fields);
/* The part behind `cursor` (empty: the first one) of the order `id`, as a page of one or none. */
int32_t ca_bulk_next_part(signet_call_t *call, const signet_store_t *store, signet_text_t id,
                          signet_text_t cursor, const signet_page_t **page);
int32_t ca_bulk_decode(signet_call_t *call, const signet_record_t *stored, signet_bulk_t **bulk);
/* signet.ca/1 revoke_many and bulk. */
int32_t ca_bulk_revoke(void *instance, signet_call_t *call, const signet_bulk_request_t *request,
                       const signet_bulk_t **bulk);
int32_t ca_bulk_get(void *instance, signet_call_t *call, signet_text_t id,
                    const signet_bulk_t **bulk);
/* Registers the job that carries orders out. */
int32_t ca_bulk_start(ca_t *ca, signet_call_t *call);
/* Carries a replacement on: tells clients to renew, and revokes what is replaced or late. */
int32_t ca_bulk_replace(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                        signet_bulk_t *bulk);
/* When clients of the certificate at `place` of `count` shall begin to renew: spread evenly, with
 * time left for those that come late. */
int64_t ca_bulk_renew_from(const signet_bulk_t *bulk, uint64_t place);
/* Has it look for orders now. */
int32_t ca_bulk_wake(ca_t *ca, signet_call_t *call);

#endif
