/* Trust in who attests devices, and in other nodes: roots from a file, and chains up to them. */
#ifndef ACME_TRUST_H
#define ACME_TRUST_H

#include <signet/option.h>
#include <signet/sdk/text.h>

typedef struct acme_trust acme_trust_t;

/* Reads certificates in PEM from the file of a setting. Free with acme_trust_free. INVALID
 * with file and line, NOT_FOUND. [worker] */
int32_t acme_trust_open(signet_call_t *call, const signet_setting_t *path, acme_trust_t **roots);
void acme_trust_free(acme_trust_t *roots);
/* Whether the first certificate, an end entity's, leads to a root by the others, all of them valid
 * now. NULL, or why not, in the arena or static. [any] */
const char *acme_trust_refusal(signet_call_t *call, const acme_trust_t *roots,
                               const signet_bytes_t *certificates, uint64_t count);

#endif
