/* Questions to the DNS, by libunbound: with the resolvers and trust anchors of the configuration,
 * never from a cache, each within a time. */
#ifndef ACME_DNS_H
#define ACME_DNS_H

#include <signet/host.h>
#include <signet/sdk/text.h>

#define ACME_DNS_A 1
#define ACME_DNS_TXT 16
#define ACME_DNS_AAAA 28
#define ACME_DNS_CAA 257

/* Records of one answer that are taken; one with more is refused. */
#define ACME_DNS_RECORDS_MAX 100

typedef struct acme_dns acme_dns_t;

/* The members of the option group `dns`. */
extern const signet_option_t acme_dns_options[];
#define ACME_DNS_OPTION_COUNT 4

/* What was answered. */
typedef struct acme_dns_answer {
    const signet_bytes_t *records; /* their data, as on the wire (RFC 1035, 3.3) */
    uint64_t count;
    int failed;            /* no answer that can be relied on */
    signet_text_t message; /* why */
} acme_dns_answer_t;

/* From the settings of the group, or NULL: the system's resolvers. INVALID with file and line (a
 * resolver, a zone), NOT_FOUND (a file of trust anchors). [worker] */
int32_t acme_dns_new(signet_call_t *call, const signet_setting_t *group, acme_dns_t **dns);
void acme_dns_free(acme_dns_t *dns);
/* Asks for records of `name`, following aliases. That there are none is an answer without records;
 * a server's failure, a signature that is wrong, and no answer by `ends` (monotonic, ms) are
 * failures in the answer. NO_MEMORY. [worker] */
int32_t acme_dns_ask(signet_call_t *call, acme_dns_t *dns, signet_text_t name, int type,
                     int64_t ends, acme_dns_answer_t *answer);
/* The addresses of a host as text, IPv6 first. A failure is one of both questions. [worker] */
int32_t acme_dns_addresses(signet_call_t *call, acme_dns_t *dns, signet_text_t name, int64_t ends,
                           acme_dns_answer_t *answer);

#endif
