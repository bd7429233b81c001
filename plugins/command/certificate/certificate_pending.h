/* Requests that wait for the approval of others. */
#ifndef CERTIFICATE_PENDING_H
#define CERTIFICATE_PENDING_H

#include "certificate.h"

/* Shows what a request for a certificate was answered: the certificate; or, where it waits for
 * approval, says so and ends with PENDING, with --wait only once it is decided. [worker] */
int32_t certificate_answered(signet_call_t *call, const signet_command_input_t *input,
                             const signet_client_response_t *response);

#endif
