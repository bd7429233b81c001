/* auth-certificate: TLS clients with certificates of authorities that configuration names. */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include <signet/auth.h>

#include "certificate_authority.h"
#include "certificate_cache.h"

/* One instance. */
typedef struct certificate_auth {
    const signet_host_t *host;
    signet_text_t ca; /* the instance with Signet's own authorities; empty: the sole one */
    certificate_authority_t *authorities;
    uint64_t authority_count;
    const signet_setting_t *rules; /* a list; NULL: none */
    certificate_cache_t *cache;
} certificate_auth_t;

/* signet.auth/1. [worker] */
int32_t certificate_authenticate(void *instance, signet_call_t *call,
                                 const signet_credential_t *credential,
                                 const signet_actor_t **actor);

#endif
