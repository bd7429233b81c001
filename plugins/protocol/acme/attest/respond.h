/* device-attest-01 (draft-ietf-acme-device-attest-09): the response holds the attestation, which
 * is judged at once; and what finalize must find of it again. */
#ifndef ACME_ATTEST_RESPOND_H
#define ACME_ATTEST_RESPOND_H

#include <signet/ca.h>

#include "order/record.h"
#include "protocol/request.h"

/* Judges the attestation in a response and stores what came of it: challenge and authorization are
 * valid or invalid afterwards. INVALID ("acme.malformed") where the response has none; nothing is
 * stored then. [worker] */
int32_t acme_attest_respond(signet_call_t *call, const acme_request_t *request,
                            acme_authorization_t *authorization, acme_challenge_t *challenge);
/* Whether a request for a certificate is for the key that the attestations of the order's devices
 * are for, which still must be permitted. What the CA must know of it goes into `issue`: the
 * attestation, and names without devices' own, which certificates do not show. An order without
 * devices is left alone. INVALID ("acme.badCSR"), DENIED. [worker] */
int32_t acme_attest_finalize(signet_call_t *call, const acme_request_t *request,
                             const acme_order_t *order, signet_bytes_t der,
                             signet_issue_request_t *issue);

#endif
