/* A certificate as an answer. */
#ifndef REST_CERTIFICATE_H
#define REST_CERTIFICATE_H

#include <signet/sdk/json.h>
#include <signet/signet.h>

#include "rest.h"

/* The members of a certificate's object that lists hold as well: all but PEM. [any] */
void rest_certificate_members(signet_json_writer_t *writer,
                              const signet_certificate_t *certificate);
/* Its object without PEM. [any] */
void rest_certificate_summary(signet_json_writer_t *writer,
                              const signet_certificate_t *certificate);
/* Answers one certificate in a form of rest_media.h. `asked` 1: with what was asked for.
 * NOT_FOUND where the form needs a certificate and only an intent is left. [worker] */
int32_t rest_certificate_answer(const rest_t *rest, signet_call_t *call,
                                signet_exchange_t *exchange, uint32_t status, int media,
                                const signet_certificate_t *certificate, int asked,
                                signet_text_t location);
/* Answers one certificate in JSON, with its private key in PEM, which is handed out once.
 * [worker] */
int32_t rest_certificate_answer_key(const rest_t *rest, signet_call_t *call,
                                    signet_exchange_t *exchange, uint32_t status,
                                    const signet_certificate_t *certificate, signet_text_t key,
                                    signet_text_t location);
/* Answers its object without PEM. [any] */
int32_t rest_certificate_answer_summary(signet_call_t *call, signet_exchange_t *exchange,
                                        const signet_certificate_t *certificate);
/* Where it is found: "/v1/certificates/AUTHORITY/SERIAL". [any] */
signet_text_t rest_certificate_location(signet_call_t *call,
                                        const signet_certificate_t *certificate);

#endif
