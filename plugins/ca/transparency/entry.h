/* Precertificates (RFC 6962, 3.1 and 3.2): the poison, and the to-be-signed part that certificate
 * and precertificate share. */
#ifndef CA_ENTRY_H
#define CA_ENTRY_H

#include <signet/sdk/text.h>

/* The critical extension that makes a precertificate useless, whole. */
extern const signet_bytes_t ca_entry_poison;
extern const signet_bytes_t ca_oid_poison;
extern const signet_bytes_t ca_oid_scts;

/* A to-be-signed part with its one extension `oid` replaced by another whole one, or left out where
 * `other` is empty. INTERNAL ("transparency.entry") where it does not have it exactly once. */
int32_t ca_entry_replace(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t oid,
                         signet_bytes_t other, signet_bytes_t *replaced);
/* The to-be-signed part of a certificate out of its precertificate's: the list of SCTs stands where
 * the poison stood. What came out is held against the precertificate once more: all other octets
 * are the same, or INTERNAL ("lint.precertificate"). `bare` is what the logs signed. */
int32_t ca_entry_complete(signet_call_t *call, signet_bytes_t precertificate, signet_bytes_t bare,
                          signet_bytes_t scts, signet_bytes_t *tbs);

#endif
