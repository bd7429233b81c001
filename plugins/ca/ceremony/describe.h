/* What is about to be signed, in lines that people can read: every field of a certificate or a
 * revocation list, from its own octets. The transcript's check makes the same lines again. */
#ifndef CA_DESCRIBE_H
#define CA_DESCRIBE_H

#include <signet/sdk/crl.h>

/* The lines of a certificate. */
int32_t ca_describe_certificate(signet_call_t *call, const signet_x509_t *x509,
                                signet_text_t **lines, uint64_t *count);
/* The lines of a revocation list, one for each entry. */
int32_t ca_describe_crl(signet_call_t *call, const signet_crl_t *crl, signet_text_t **lines,
                        uint64_t *count);

#endif
