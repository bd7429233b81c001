#include "login.h"

#include <check.h>
#include <signet/sdk/text.h>
#include <stdio.h>

const signet_actor_t *actor;
char detail[512];

static signet_call_t *visitor; /* nobody yet */

void login_end(void)
{
    if (visitor != NULL)
        signet_check_call_end(visitor);
    visitor = NULL;
}

int32_t login_with(signet_check_t *check, signet_bytes_t certificate, const signet_bytes_t *chain,
                   uint64_t count)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTH_INTERFACE, "mtls");
    ck_assert_ptr_nonnull(provider);
    const signet_auth_interface_t *auth = provider->interface;
    signet_credential_t credential = {.size = sizeof credential,
                                      .certificate = certificate,
                                      .chain = chain,
                                      .chain_count = count};
    login_end();
    visitor = signet_check_call(check, NULL, NULL);
    actor = NULL;
    int32_t status = auth->authenticate(provider->instance, visitor, &credential, &actor);
    const signet_error_t *error = visitor->services->error(visitor);
    snprintf(detail, sizeof detail, "%.*s",
             SIGNET_FORMAT(error ? error->detail : (signet_text_t){0}));
    if (status != SIGNET_OK)
        ck_assert_ptr_nonnull(error);
    return status;
}

int32_t login(signet_check_t *check, const made_t *made, const made_t *besides)
{
    signet_bytes_t der = make_der(made->certificate);
    signet_bytes_t chain = {NULL, 0};
    if (besides != NULL)
        chain = make_der(besides->certificate);
    int32_t status = login_with(check, der, &chain, besides != NULL);
    OPENSSL_free((void *)(uintptr_t)der.data);
    OPENSSL_free((void *)(uintptr_t)chain.data);
    return status;
}
