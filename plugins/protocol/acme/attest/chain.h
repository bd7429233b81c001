/* Trust in whoever attests: roots from a file, and chains up to them. */
#ifndef ACME_ATTEST_CHAIN_H
#define ACME_ATTEST_CHAIN_H

#include <signet/option.h>
#include <signet/sdk/text.h>

typedef struct acme_attest_roots acme_attest_roots_t;

/* Reads certificates in PEM from the file of a setting. Free with acme_attest_roots_free. INVALID
 * with file and line, NOT_FOUND. [worker] */
int32_t acme_attest_roots_open(signet_call_t *call, const signet_setting_t *path,
                               acme_attest_roots_t **roots);
void acme_attest_roots_free(acme_attest_roots_t *roots);
/* Whether the first certificate, an end entity's, leads to a root by the others, all of them valid
 * now. NULL, or why not, in the arena or static. [any] */
const char *acme_attest_chain(signet_call_t *call, const acme_attest_roots_t *roots,
                              const signet_bytes_t *certificates, uint64_t count);

#endif
