/* Rules that count need all certificates that were issued before a profile had them: their keys in
 * the index, the certificates that are valid on the reservations of their holders. A job sees to
 * that and then marks the rule as counted, in the collection ca.counted; until then requests under
 * the rule are put off. The mark goes when no profile has the rule any more. */
#ifndef CA_COUNTED_H
#define CA_COUNTED_H

#include "ca.h"

/* Declares the collection, takes back marks of rules that are gone, and adds the job where
 * something is to be counted. */
int32_t ca_counted_start(ca_t *ca, signet_call_t *call);
/* Whether the keys of all certificates are in the index. BUSY ("profile.not-counted"). */
int32_t ca_counted_keys(ca_t *ca, signet_call_t *call, const signet_store_t *store);
/* Whether all valid certificates of the profile are on reservations. BUSY ("profile.not-counted").
 */
int32_t ca_counted_profile(ca_t *ca, signet_call_t *call, const signet_store_t *store,
                           const ca_profile_t *profile);

#endif
