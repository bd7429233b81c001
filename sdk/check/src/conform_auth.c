/* signet.auth/1: whatever a client shows, nobody is let in by mistake. */
#include "conform.h"

#include <string.h>

#define LONG 8192

static int32_t authenticate(conform_t *conform, signet_call_t *call, void *context)
{
    const signet_auth_interface_t *auth = conform->interface;
    const signet_actor_t *actor = NULL;
    return auth->authenticate(conform->self, call, context, &actor);
}

static void refuses(conform_t *conform, const char *name, const char *scheme, signet_text_t value,
                    signet_bytes_t certificate)
{
    signet_credential_t credential = {.size = sizeof credential,
                                      .scheme = signet_text(scheme),
                                      .value = value,
                                      .certificate = certificate,
                                      .peer = SIGNET_TEXT("192.0.2.1")};
    signet_call_t *call = signet_check_call(conform->check, NULL, NULL);
    int32_t status = authenticate(conform, call, &credential);
    const char *fault = NULL;
    if (status != SIGNET_UNSUPPORTED && status != SIGNET_UNAUTHENTICATED) {
        fault = conform_status(conform, call, status, SIGNET_UNAUTHENTICATED);
    } else {
        fault = conform_error(conform, call, status);
    }
    conform_case(conform, name, fault);
    signet_check_call_end(call);
}

void conform_auth(conform_t *conform)
{
    static const uint8_t octets[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    const signet_bytes_t none = {NULL, 0};
    char large[LONG];
    memset(large, 'A', sizeof large);
    refuses(conform, "refuses nothing at all", "", (signet_text_t){NULL, 0}, none);
    refuses(conform, "refuses an empty bearer token", "bearer", (signet_text_t){NULL, 0}, none);
    refuses(conform, "refuses an unknown bearer token", "bearer", SIGNET_TEXT("none.of.ours"),
            none);
    refuses(conform, "refuses a large bearer token", "bearer", (signet_text_t){large, LONG}, none);
    refuses(conform, "refuses octets that are no text", "bearer",
            SIGNET_TEXT("\xff\xfe\x01\r\n\x1b"), none);
    refuses(conform, "refuses a user and password", "basic", SIGNET_TEXT("YTpi"), none);
    refuses(conform, "refuses an unknown scheme", "x-unknown", SIGNET_TEXT("x"), none);
    refuses(conform, "refuses a certificate that is none", "", (signet_text_t){NULL, 0},
            (signet_bytes_t){octets, sizeof octets});
    signet_credential_t credential = {.size = sizeof credential,
                                      .scheme = SIGNET_TEXT("bearer"),
                                      .value = SIGNET_TEXT("none.of.ours"),
                                      .peer = SIGNET_TEXT("192.0.2.1")};
    conform_threads(conform, authenticate, &credential);
    conform_allocations(conform, authenticate, &credential);
}
