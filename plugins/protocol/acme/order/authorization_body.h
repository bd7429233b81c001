/* The body of an authorization's record. */
#ifndef ACME_AUTHORIZATION_BODY_H
#define ACME_AUTHORIZATION_BODY_H

#include "record.h"

int32_t acme_authorization_body_read(signet_call_t *call, signet_bytes_t body,
                                     acme_authorization_t *authorization);
int32_t acme_authorization_body_write(signet_call_t *call,
                                      const acme_authorization_t *authorization,
                                      signet_text_t *body);

#endif
