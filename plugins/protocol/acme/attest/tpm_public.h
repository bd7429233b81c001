/* The public area of a key in a TPM (TPMT_PUBLIC, part 2, 12.2.4). */
#ifndef ACME_ATTEST_TPM_PUBLIC_H
#define ACME_ATTEST_TPM_PUBLIC_H

#include <signet/sdk/text.h>

typedef struct acme_tpm_public {
    uint16_t name_algorithm; /* TPM_ALG_ID */
    uint32_t attributes;     /* TPMA_OBJECT */
    signet_bytes_t spki;     /* as X.509 has it */
} acme_tpm_public_t;

/* TPMA_OBJECT (part 2, 8.3). */
#define ACME_TPM_FIXED_TPM (UINT32_C(1) << 1)
#define ACME_TPM_FIXED_PARENT (UINT32_C(1) << 4)
#define ACME_TPM_SENSITIVE_DATA_ORIGIN (UINT32_C(1) << 5)
#define ACME_TPM_RESTRICTED (UINT32_C(1) << 16)
#define ACME_TPM_SIGN (UINT32_C(1) << 18)

/* Reads one of an RSA or EC key. NULL, or what is wrong, as a sentence's end. [any] */
const char *acme_tpm_public_read(signet_call_t *call, signet_bytes_t input,
                                 acme_tpm_public_t *area);

#endif
