/* Routes of orders and authorizations. */
#ifndef ACME_ORDER_H
#define ACME_ORDER_H

#include "protocol/request.h"
#include "record.h"

/* newOrder (RFC 8555, 7.4). */
int32_t acme_order_new(void *instance, signet_call_t *call, const signet_request_t *http,
                       signet_exchange_t *exchange);
/* An order's own resource. */
int32_t acme_order_read(void *instance, signet_call_t *call, const signet_request_t *http,
                        signet_exchange_t *exchange);
/* finalize (7.4). */
int32_t acme_order_finalize(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange);
/* The certificate of an order, and with another chain (7.4.2). */
int32_t acme_order_certificate(void *instance, signet_call_t *call, const signet_request_t *http,
                               signet_exchange_t *exchange);
/* newAuthz (7.4.1). */
int32_t acme_authorization_preauthorize(void *instance, signet_call_t *call,
                                        const signet_request_t *http, signet_exchange_t *exchange);
/* An authorization: read, deactivate (7.5, 7.5.2). */
int32_t acme_authorization_change(void *instance, signet_call_t *call, const signet_request_t *http,
                                  signet_exchange_t *exchange);
/* A challenge: read, respond to (7.5.1). */
int32_t acme_authorization_challenge(void *instance, signet_call_t *call,
                                     const signet_request_t *http, signet_exchange_t *exchange);

/* Verifies the request and finds the order that its path names, if the account owns it; otherwise
 * it does not exist. [worker] */
int32_t acme_order_open(void *instance, signet_call_t *call, const signet_request_t *http,
                        signet_exchange_t *exchange, acme_request_t *request, acme_order_t *order);
/* Answers with an order in a state. [worker] */
int32_t acme_order_answer(signet_call_t *call, const acme_request_t *request, uint32_t status,
                          const acme_order_t *order, signet_text_t state);
/* Reads an identifier and checks that the directory issues for it, or for names below it. Errors of
 * the protocol. [any] */
int32_t acme_order_identifier(signet_call_t *call, const acme_request_t *request,
                              const signet_json_t *item, int scope, acme_identifier_t *identifier);
/* The change that makes a pending authorization of the order's account, living as long. [any] */
int32_t acme_authorization_new(signet_call_t *call, const acme_request_t *request,
                               const acme_order_t *order, const acme_identifier_t *identifier,
                               int scope, signet_text_t *id, signet_change_t *change);
/* Answers with an authorization. [any] */
int32_t acme_authorization_answer(signet_call_t *call, const acme_request_t *request,
                                  uint32_t status, const acme_authorization_t *authorization);
/* Asks the CA for the certificate and stores what came of it; with an empty csr, whether a request
 * that waited for approval was granted. [worker] */
int32_t acme_order_issue(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                         signet_bytes_t csr);
/* INVALID ("acme.badCSR") unless a request names what the order names, no more and no less, for
 * another key than the account's. [any] */
int32_t acme_order_match(signet_call_t *call, const acme_request_t *request,
                         const acme_order_t *order, signet_bytes_t csr);

#endif
