/* Renewal: the same profile, authority and names, with the same key or a new one. */
#ifndef CA_RENEW_H
#define CA_RENEW_H

#include "ca.h"

#include "record/record.h"

#include <signet/ca.h>

/* signet.ca/1 renew. */
int32_t ca_renew(void *instance, signet_call_t *call, const signet_renew_request_t *request,
                 const signet_certificate_t **certificate);
/* When a certificate is best renewed, for protocols to tell (RFC 9773, 4.2): what was set for it,
 * or the last third of its life but for its last sixth. */
void ca_renew_window(signet_certificate_t *certificate);
/* What else bears on it: not before the profile permits, unless something was set; and at once,
 * whatever was set, where it is revoked or the key that signed it is compromised. */
void ca_renew_adjust(const ca_t *ca, ca_record_t *record);
/* Sets it for an order of replacements, in a job: who ordered them was asked for permission then.
 * What is not valid any more is left alone. */
int32_t ca_renew_ordered(ca_t *ca, signet_call_t *call, signet_text_t key, int64_t from,
                         int64_t before, signet_text_t order);
/* signet.inventory/1 hint. */
int32_t ca_renew_hint(void *instance, signet_call_t *call, signet_text_t authority,
                      signet_bytes_t serial, int64_t from, int64_t before,
                      const signet_certificate_t **certificate);

#endif
