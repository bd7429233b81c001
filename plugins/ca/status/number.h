/* Numbers of revocation lists: the collection ca.list_numbers, keyed "authority/generation/scope",
 * remembers the highest that was given. Whoever signs a list takes one first, and a number is never
 * given twice. */
#ifndef CA_STATUS_NUMBER_H
#define CA_STATUS_NUMBER_H

#include "ca.h"

#include <signet/ext/draft/status.h>

int32_t ca_list_number_declare(signet_call_t *call, const signet_store_t *store);
/* As signet_status_interface_t.number, for whoever may. */
int32_t ca_list_number(ca_t *ca, signet_call_t *call, const signet_list_number_t *request,
                       signet_bytes_t *number);

#endif
