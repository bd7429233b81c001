/* Whose device it is: an attestation says which, the operator says whether it may have
 * certificates. */
#ifndef ACME_ATTEST_DEVICE_H
#define ACME_ATTEST_DEVICE_H

#include "order/record.h"
#include "protocol/request.h"

/* What an attestation has proved of a device; spki is empty before there is one. */
typedef struct acme_device {
    const acme_identifier_t *identifier;
    signet_text_t profile;
    signet_text_t format;
    signet_bytes_t spki;
} acme_device_t;

/* OK where the device is on the directory's list or is named, without '*', by the credential that
 * the account is bound by, or where the policy of the configuration permits it, which is asked once
 * there is an attestation. DENIED ("acme.rejectedIdentifier"), UNAVAILABLE (list, policy).
 * [worker] */
int32_t acme_device_check(signet_call_t *call, const acme_request_t *request,
                          const acme_device_t *device);

#endif
