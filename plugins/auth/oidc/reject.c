#include "reject.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>

#define CAUSE_MAX 512U

int32_t oidc_reject(signet_call_t *call, const char *format, ...)
{
    char cause[CAUSE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(cause, sizeof cause, format, arguments);
    va_end(arguments);
    if (length < 0) {
        cause[0] = 0;
    }
    return signet_fail(call, SIGNET_UNAUTHENTICATED, "oidc.rejected", "%s", cause);
}

/* The message of the error that is set, in memory that outlives it. */
static void take_cause(signet_call_t *call, char *cause)
{
    const signet_error_t *error = call->services->error(call);
    signet_text_t message = error ? error->message : (signet_text_t){NULL, 0};
    (void)snprintf(cause, CAUSE_MAX, "%.*s", SIGNET_FORMAT(message));
    call->services->clear(call);
}

int32_t oidc_reject_again(signet_call_t *call, const char *what)
{
    char cause[CAUSE_MAX];
    take_cause(call, cause);
    return oidc_reject(call, "%s: %s", what, cause);
}

int32_t oidc_refuse(signet_call_t *call, signet_text_t issuer)
{
    char cause[CAUSE_MAX];
    char detail[2 * CAUSE_MAX];
    take_cause(call, cause);
    (void)snprintf(detail, sizeof detail, "A token of %.*s is refused: %s", SIGNET_FORMAT(issuer),
                   cause);
    return signet_fail_detail(call, SIGNET_UNAUTHENTICATED, "oidc.invalid", detail,
                              "The token is not valid here. Get a new one for this service from "
                              "its issuer; the log of the node says what is wrong with it.");
}
