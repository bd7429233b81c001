/* Structures of the TPM library specification, part 2: fields in network order, one behind the
 * other. A reader that has met its end stays failed. */
#ifndef ACME_ATTEST_TPM_READER_H
#define ACME_ATTEST_TPM_READER_H

#include <signet/sdk/text.h>

typedef struct acme_tpm_reader {
    const uint8_t *next;
    uint64_t left;
    int failed;
} acme_tpm_reader_t;

acme_tpm_reader_t acme_tpm_reader(signet_bytes_t input);
uint16_t acme_tpm_uint16(acme_tpm_reader_t *reader);
uint32_t acme_tpm_uint32(acme_tpm_reader_t *reader);
/* `length` octets. [any] */
signet_bytes_t acme_tpm_octets(acme_tpm_reader_t *reader, uint64_t length);
/* TPM2B_*: octets behind their length. [any] */
signet_bytes_t acme_tpm_sized(acme_tpm_reader_t *reader);
/* Whether all was read, and nothing failed. [any] */
int acme_tpm_done(const acme_tpm_reader_t *reader);

#endif
