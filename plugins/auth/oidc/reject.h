/* Why a token is refused: for the log. The client gets one answer for all causes. */
#ifndef OIDC_REJECT_H
#define OIDC_REJECT_H

#include <signet/call.h>

/* Sets UNAUTHENTICATED with a cause; oidc_authenticate makes the answer of it. */
__attribute__((format(printf, 2, 3))) int32_t oidc_reject(signet_call_t *call, const char *format,
                                                          ...);
/* The same in place of the error that is set, whose message follows `what`. */
int32_t oidc_reject_again(signet_call_t *call, const char *what);
/* The one answer, with the cause that is set as its detail. */
int32_t oidc_refuse(signet_call_t *call, signet_text_t issuer);

#endif
