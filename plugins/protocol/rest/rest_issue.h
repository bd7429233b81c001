/* What requests for new certificates have in common. */
#ifndef REST_ISSUE_H
#define REST_ISSUE_H

#include <signet/sdk/json.h>

#include "rest.h"

/* A certificate request in a body: PEM under either label in use, or base64 of DER. [any] */
int32_t rest_read_csr(signet_call_t *call, signet_text_t text, signet_bytes_t *csr);
/* The request id from the header Idempotency-Key, unique to caller and key; empty without one.
 * [any] */
int32_t rest_read_key(signet_call_t *call, const signet_request_t *request,
                      signet_text_t *request_id);
/* A member `validity`, a duration in ms; 0 where it is missing. [any] */
int32_t rest_read_duration(signet_call_t *call, const signet_json_t *body, int64_t *validity);

/* Reads a body that asks for a certificate: csr, or generate and subject, authority, names,
 * not_before, not_after, validity, fields. With `profile` set the body has none and no password;
 * else it must name it, and `password` becomes what shall protect a key that is made. INVALID,
 * TOO_LARGE. [any] */
int32_t rest_issue_body(signet_call_t *call, const signet_request_t *request, signet_text_t profile,
                        signet_issue_request_t *issue, signet_text_t *password);

/* Answers a certificate with the private key that was made for it: PKCS#12, or JSON with the key in
 * PEM. [worker] */
int32_t rest_issue_answer_key(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                              int pkcs12, signet_text_t password,
                              const signet_certificate_t *certificate);

#endif
