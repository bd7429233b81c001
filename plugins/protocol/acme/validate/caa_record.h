/* What a set of CAA records says about one certificate (RFC 8659, RFC 8657). Nothing here asks the
 * DNS. */
#ifndef ACME_CAA_RECORD_H
#define ACME_CAA_RECORD_H

#include <signet/sdk/text.h>

/* What is to be issued, and by whom. */
typedef struct acme_caa_asker {
    const signet_text_t *identities; /* domain names that the CA goes by in records */
    uint64_t identity_count;
    signet_text_t account; /* its URL */
    signet_text_t method;  /* that the name was validated by: "dns-01" */
    int wildcard;
} acme_caa_asker_t;

/* NULL where the records permit issuance, as none do; otherwise why they do not, a part of a
 * sentence. What is malformed, and what is marked critical and not known here, refuses. `records`
 * are their data, as on the wire. [any] */
const char *acme_caa_refusal(const signet_bytes_t *records, uint64_t count,
                             const acme_caa_asker_t *asker);

#endif
