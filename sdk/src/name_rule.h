/* The canonical forms of each type of name. Internal to the SDK.
 *
 * Each function answers NULL, or the rule that the value breaks as the end of a sentence ("it ends
 * with a dot"). Where memory is short the answer is NULL, the call's error is set, and the
 * canonical text has no data. */
#ifndef SIGNET_SDK_SRC_NAME_RULE_H
#define SIGNET_SDK_SRC_NAME_RULE_H

#include <signet/sdk/name.h>

#define SIGNET_NAME_OTHER 0 /* upn */
#define SIGNET_NAME_EMAIL 1
#define SIGNET_NAME_DNS 2
#define SIGNET_NAME_URI 6
#define SIGNET_NAME_IP 7
#define SIGNET_NAME_CN 0xff

/* A host's DNS name; `wildcard` allows '*' as the first label. */
const char *signet_name_rule_dns(signet_call_t *call, signet_text_t value, int wildcard,
                                 signet_text_t *canonical);
/* An address as text: its octets, 4 or 16, and the form of RFC 5952. */
const char *signet_name_rule_ip(signet_call_t *call, signet_text_t value, signet_text_t *canonical,
                                signet_bytes_t *octets);
const char *signet_name_rule_email(signet_call_t *call, signet_text_t value,
                                   signet_text_t *canonical);
const char *signet_name_rule_uri(signet_call_t *call, signet_text_t value,
                                 signet_text_t *canonical);
const char *signet_name_rule_cn(signet_text_t value);

/* The host of a canonical URI with an authority, without port; empty where there is none. */
signet_text_t signet_uri_host(signet_text_t uri);

#endif
