/* auth-oidc: bearer tokens (JWT) of named issuers. */
#ifndef OIDC_H
#define OIDC_H

#include <signet/sdk/outbound.h>
#include <signet/signet.h>

#include "key/source.h"

/* An issuer: its settings, checked, and its keys. */
typedef struct oidc_issuer {
    const signet_setting_t *settings;
    signet_text_t name;
    signet_text_t url; /* as `iss` has it */
    signet_text_t actor;
    signet_text_t person;
    signet_text_t display;
    signet_text_t tenant;
    int64_t leeway_ms;
    int64_t longest_ms; /* from iat to exp */
    char *own_actor;    /* memory of `actor` where it was not set */
    oidc_source_t *source;
} oidc_issuer_t;

/* One instance. */
typedef struct oidc_auth {
    const signet_host_t *host;
    oidc_issuer_t *issuers;
    uint64_t issuer_count;
} oidc_auth_t;

/* signet.auth/1. [worker] */
int32_t oidc_authenticate(void *instance, signet_call_t *call,
                          const signet_credential_t *credential, const signet_actor_t **actor);

#endif
