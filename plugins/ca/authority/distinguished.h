/* Distinguished names as people write them. */
#ifndef CA_DISTINGUISHED_H
#define CA_DISTINGUISHED_H

#include <signet/option.h>
#include <signet/sdk/x509.h>

#define CA_NAME_MAX_ATTRIBUTES 16U

/* "CN=Root,O=Example,C=DE" (RFC 4514, most specific first; '\' before ',', '+', '=', '\' and '"' is
 * dropped; no multi-valued RDN) to an encoded Name. INVALID at the setting. */
int32_t ca_distinguished_encode(signet_call_t *call, const signet_setting_t *setting,
                                signet_bytes_t *name);
/* Whether a Name lies in the subtree below another, DER both: whether it begins with its RDNs (RFC
 * 5280, 4.2.1.10). Values compare as text, whatever their string types, without regard to the case
 * of ASCII letters and to the number of spaces (RFC 5280, 7.1, as verifiers do it). INVALID for
 * what is no Name. */
int32_t ca_distinguished_within(signet_call_t *call, signet_bytes_t name, signet_bytes_t base,
                                int *within);
/* Whether a value may stand in a name: well-formed UTF-8 without control characters, not empty. */
int ca_distinguished_value(signet_text_t value);

#endif
