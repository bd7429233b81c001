/* A request to a directory, from its signature to its answer. */
#ifndef ACME_REQUEST_H
#define ACME_REQUEST_H

#include "account/record.h"
#include "acme.h"
#include "jws.h"

/* Who may have signed. */
#define ACME_BY_ACCOUNT 1U /* an account that is valid, by "kid" */
#define ACME_BY_KEY 2U     /* the key that the request itself carries, by "jwk" */
/* The call is left without an actor: acme_request_become follows. */
#define ACME_AS_NOBODY 4U

typedef struct acme_request {
    acme_t *acme;
    const acme_directory_t *directory;
    const signet_request_t *http;
    signet_exchange_t *exchange;
    signet_text_t base; /* "https://acme.example/acme/NAME" */
    acme_jws_t jws;
    signet_public_key_t key;   /* that the signature was verified with */
    acme_account_t account;    /* id is empty where the key alone signed */
    const signet_json_t *body; /* the payload, an object; NULL: a POST that is a GET */
} acme_request_t;

/* Finds the directory. NOT_FOUND. [any] */
int32_t acme_request_begin(acme_t *acme, signet_call_t *call, const signet_request_t *http,
                           signet_exchange_t *exchange, acme_request_t *request);
/* Begins and verifies a POST: media type, form, nonce, URL, key and signature (RFC 8555, 6.2 to
 * 6.5). `by` are ACME_BY_*; an account becomes the call's actor. [worker] */
int32_t acme_request_verify(acme_t *acme, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange, uint32_t by, acme_request_t *request);
/* Makes the account the call's actor: with the directory's role, or with another one, for what it
 * proved to be entitled to. [any] */
int32_t acme_request_become(signet_call_t *call, const acme_request_t *request, signet_text_t role);
/* INVALID unless the payload is empty: what is read is asked for by POST-as-GET (6.3). [any] */
int32_t acme_request_reads(signet_call_t *call, const acme_request_t *request);
/* INVALID where the payload is empty. [any] */
int32_t acme_request_acts(signet_call_t *call, const acme_request_t *request);
/* A URL below the directory, from printf. [any] */
__attribute__((format(printf, 3, 4))) signet_text_t
acme_request_url(signet_call_t *call, const acme_request_t *request, const char *format, ...);

/* What an answer has beside its body. */
typedef struct acme_answer {
    uint32_t status;
    signet_text_t type;         /* empty: application/json */
    signet_text_t location;     /* empty: none */
    const signet_text_t *links; /* whole values of Link headers */
    uint64_t link_count;
    int64_t retry_after_s; /* 0: none */
} acme_answer_t;

/* Answers with a new nonce and the link to the directory. [any] */
int32_t acme_request_answer(signet_call_t *call, const acme_request_t *request,
                            const acme_answer_t *answer, signet_bytes_t body);
int32_t acme_request_answer_json(signet_call_t *call, const acme_request_t *request,
                                 const acme_answer_t *answer, const signet_json_writer_t *writer);
/* Answers an error as a problem document (RFC 8555, 6.7); for routes. [any] */
int32_t acme_request_fail(void *instance, signet_call_t *call, const signet_request_t *http,
                          const signet_error_t *error, signet_exchange_t *exchange);

#endif
