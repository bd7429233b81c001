/* Private keys in answers, and the passwords that protect them. */
#ifndef REST_KEY_H
#define REST_KEY_H

#include "rest.h"

#define REST_TYPE_PKCS12 "application/x-pkcs12"

/* Whether the header Accept asks for PKCS#12. [any] */
int rest_key_pkcs12_accepted(const signet_request_t *request);
/* Whether a password can protect what will be answered, before anything is done that is done once:
 * it may be missing where `required` is 0. INVALID ("password.length"). [any] */
int32_t rest_key_password(signet_call_t *call, signet_text_t password, int required);
/* Answers a private key and its certificate as PKCS#12; `authority` empty: without a chain, else
 * with that of the authority's key of this generation. [worker] */
int32_t rest_key_answer(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                        uint32_t status, signet_text_t authority, uint64_t generation,
                        signet_bytes_t private_key, signet_bytes_t certificate, signet_text_t name,
                        signet_text_t password, signet_text_t location);

#endif
