/* What can be configured. */
#ifndef OIDC_OPTION_H
#define OIDC_OPTION_H

#include "oidc.h"

extern const signet_option_t oidc_options[];
#define OIDC_OPTION_COUNT 1

/* Reads the issuers and checks what no declaration can say. INVALID with file and line. */
int32_t oidc_option_read(signet_call_t *call, oidc_auth_t *auth);

#endif
