/* Words for key usages, and object identifiers by name. */
#ifndef CA_USAGE_H
#define CA_USAGE_H

#include "pool.h"

#include <signet/option.h>
#include <signet/sdk/x509.h>

/* The bits of key usages given as TEXTS ("digitalSignature", …). INVALID at the setting. */
int32_t ca_usage_bits(signet_call_t *call, const signet_setting_t *list, uint32_t *bits);
/* Encoded OIDs, in the pool, of TEXTS that are short names of extended key usages ("serverAuth") or
 * dotted; `any`: whether anyExtendedKeyUsage may be among them. INVALID at the setting. */
int32_t ca_usage_oids(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list, int any,
                      signet_bytes_t **oids, uint64_t *count);
/* The dotted OID behind a short name of an extended key usage; else the text itself. */
signet_text_t ca_usage_dotted(signet_text_t name);
#define CA_USAGE_SERVER "1.3.6.1.5.5.7.3.1"
#define CA_USAGE_OCSP_SIGNING "1.3.6.1.5.5.7.3.9"
#define CA_USAGE_ANY "2.5.29.37.0"

#endif
