/* Names and records that challenges in the DNS look for. */
#ifndef ACME_DNS_RECORD_H
#define ACME_DNS_RECORD_H

#include <signet/sdk/text.h>

/* Where dns-account-01 looks: "_LABEL._acme-challenge.NAME", the label from the account's URL
 * (draft-ietf-acme-dns-account-label-03). [any] */
int32_t acme_dns_account_name(signet_call_t *call, signet_text_t account_url,
                              signet_text_t identifier, signet_text_t *name);
/* The character strings of a TXT record (RFC 1035, 3.3.14), joined; the empty text where the record
 * is malformed. [any] */
int32_t acme_dns_text(signet_call_t *call, signet_bytes_t record, signet_text_t *text);

#endif
