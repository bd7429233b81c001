/* Words for key usages, and object identifiers by name. */
#ifndef CA_USAGE_H
#define CA_USAGE_H

#include "pool.h"

#include <signet/option.h>
#include <signet/sdk/x509.h>

/* The bits of key usages given as TEXTS ("digitalSignature", …). INVALID at the setting. */
int32_t ca_usage_bits(signet_call_t *call, const signet_setting_t *list, uint32_t *bits);
/* Encoded OIDs, in the pool, of TEXTS that are short names of extended key usages ("serverAuth") or
 * dotted. anyExtendedKeyUsage is refused. INVALID at the setting. */
int32_t ca_usage_oids(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list,
                      signet_bytes_t **oids, uint64_t *count);
/* The dotted OID of id-kp-OCSPSigning. */
#define CA_USAGE_OCSP_SIGNING "1.3.6.1.5.5.7.3.9"

#endif
