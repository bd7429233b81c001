/* auth-token: bearer tokens, random, expiring, limited to roles, hashed where they are stored. */
#ifndef TOKEN_H
#define TOKEN_H

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/text.h>
#include <signet/signet.h>

#include "token_cache.h"

/* One instance. */
typedef struct token_auth {
    const signet_host_t *host;
    signet_text_t store; /* names of instances; empty: the sole one */
    signet_text_t journal;
    int64_t default_ttl_ms;
    int64_t maximum_ttl_ms;
    int64_t tenant_ttl_ms; /* of the provider's staff in a tenant */
    int second_person;     /* roles that decide are granted by two, where there are approvals */
    token_cache_t *cache;
} token_auth_t;

/* signet.auth/1. [worker] */
int32_t token_authenticate(void *instance, signet_call_t *call,
                           const signet_credential_t *credential, const signet_actor_t **actor);

/* Handlers of the routes below /v1/tokens. [worker] */
int32_t token_create(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange);
int32_t token_list(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange);
int32_t token_revoke(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange);

/* The job that removes tokens some time after they expired. [worker] */
int32_t token_sweep(void *instance, signet_call_t *call);

#endif
