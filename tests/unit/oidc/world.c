#include "world.h"

#include "tenants.h"

#include <signet/auth.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

signet_check_t *world_check;
signet_call_t *world_call;
peer_t world_issuer;

void world_begin(void)
{
    world_check = signet_check_begin();
    world_call = signet_check_call(world_check, "token:test", "officer");
    ck_assert_int_eq(signet_check_open_linked(world_check, &tenants_plugin, "tenants", ""),
                     SIGNET_OK);
    peer_start(&world_issuer, OIDC_ISSUER, signet_check_folder(world_check), OIDC_PEER);
}

void world_end(void)
{
    peer_stop(&world_issuer);
    signet_check_call_end(world_call);
    signet_check_end(world_check);
}

int32_t world_open(const char *settings)
{
    char block[8192];
    int length =
        snprintf(block, sizeof block, "issuers = ({ name = \"ci\"; issuer = \"%s\"; %s });",
                 world_issuer.url, settings);
    ck_assert_int_lt(length, (int)sizeof block);
    return signet_check_open(world_check, "auth-oidc", "oidc", block);
}

void world_open_usual(const char *settings)
{
    char block[8192];
    int length =
        snprintf(block, sizeof block, "audiences = [\"signet\"]; %s %s", WORLD_OUTBOUND, settings);
    ck_assert_int_lt(length, (int)sizeof block);
    int32_t status = world_open(block);
    ck_assert_msg(status == SIGNET_OK, "%d: %.*s", status,
                  SIGNET_FORMAT(signet_check_error(world_check)->message));
    world_fetch();
}

void world_close(void)
{
    signet_check_close(world_check, "oidc");
}

signet_text_t world_tell(const char *format, ...)
{
    char line[16384];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    ck_assert(length > 0 && length < (int)sizeof line);
    return signet_text_copy(world_call, signet_text(peer_tell(&world_issuer, line)));
}

void world_fetch(void)
{
    ck_assert_int_eq(signet_check_run_job(world_check, "oidc", "fetch-1"), SIGNET_OK);
}

int32_t world_authenticate(signet_text_t token, signet_call_t **call, const signet_actor_t **actor)
{
    const signet_provider_t *provider =
        signet_check_find(world_check, SIGNET_AUTH_INTERFACE, "oidc");
    ck_assert_ptr_nonnull(provider);
    const signet_auth_interface_t *interface = provider->interface;
    const signet_credential_t credential = {.size = sizeof credential,
                                            .scheme = SIGNET_TEXT("bearer"),
                                            .value = token,
                                            .peer = SIGNET_TEXT("127.0.0.1")};
    *actor = NULL;
    *call = signet_check_call(world_check, "", "");
    int32_t status = interface->authenticate(provider->instance, *call, &credential, actor);
    ck_assert((status == SIGNET_OK) == (*actor != NULL));
    ck_assert((status == SIGNET_OK) == ((*call)->services->error(*call) == NULL));
    return status;
}

int32_t world_status(signet_text_t token)
{
    signet_call_t *call;
    const signet_actor_t *actor;
    int32_t status = world_authenticate(token, &call, &actor);
    signet_check_call_end(call);
    return status;
}

void world_refused(signet_text_t token, const char *cause)
{
    static char answer[512];
    signet_call_t *call;
    const signet_actor_t *actor;
    int32_t status = world_authenticate(token, &call, &actor);
    ck_assert_msg(status == SIGNET_UNAUTHENTICATED, "%d instead of \"%s\"", status, cause);
    const signet_error_t *error = call->services->error(call);
    ck_assert(signet_text_is(error->reason, "oidc.invalid"));
    ck_assert_msg(memmem(error->detail.data, error->detail.length, cause, strlen(cause)) != NULL,
                  "\"%.*s\" does not say \"%s\"", SIGNET_FORMAT(error->detail), cause);
    /* Whatever the cause, the client is told the same. */
    if (answer[0] == 0) {
        snprintf(answer, sizeof answer, "%.*s", SIGNET_FORMAT(error->message));
    }
    ck_assert(signet_text_is(error->message, answer));
    signet_check_call_end(call);
}
