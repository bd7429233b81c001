/* A backend without a configured secret: empty, initialised, unlocked and locked as a ceremony does
 * it. */
#include "key_suite.h"

#include <signet/key.h>
#include <string.h>

static signet_bytes_t octets(const char *string)
{
    signet_text_t text = key_text(string);
    return (signet_bytes_t){(const uint8_t *)text.data, text.length};
}

static void assert_reason(signet_call_t *call, int32_t got, int32_t status, const char *reason)
{
    const signet_error_t *error = call->services->error(call);
    ck_assert_int_eq(got, status);
    ck_assert_ptr_nonnull(error);
    ck_assert_mem_eq(error->reason.data, reason, strlen(reason));
    call->services->clear(call);
}

void key_locked_walk(signet_check_t *check, const char *settings)
{
    const signet_key_t *key = NULL;
    signet_bytes_t signature = {0};
    signet_text_t description = {0};
    signet_check_mode(check, SIGNET_MODE_COMMAND);
    ck_assert_int_eq(signet_check_open(check, key_backend.plugin, "locked", settings), SIGNET_OK);
    signet_call_t *call = signet_check_call(check, "uid:0", "administrator");
    const signet_provider_t *provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "locked");
    const signet_key_interface_t *keys = provider->interface;
    void *instance = provider->instance;
    signet_key_request_t make = {.size = sizeof make,
                                 .purposes = SIGNET_PURPOSE_CERTIFICATE,
                                 .name = key_text("root"),
                                 .type = key_text(SIGNET_KEY_P256)};
    signet_token_request_t token = {
        .size = sizeof token, .officer_secret = octets("87654321"), .secret = octets("12341234")};

    /* Locked and empty: nothing can be made. */
    assert_reason(call, keys->generate(instance, call, &make, &key), SIGNET_UNAVAILABLE,
                  "key.locked");
    ck_assert_int_eq(keys->initialise(instance, call, &token, &description), SIGNET_OK);
    ck_assert_uint_gt(description.length, 0);
    assert_reason(call, keys->generate(instance, call, &make, &key), SIGNET_UNAVAILABLE,
                  "key.locked");
    ck_assert_int_eq(keys->unlock(instance, call, token.secret), SIGNET_OK);
    ck_assert_int_eq(keys->generate(instance, call, &make, &key), SIGNET_OK);
    ck_assert_uint_gt(key->origin.length, 0);
    signet_sign_request_t sign = key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "message");
    ck_assert_int_eq(keys->sign(instance, call, &sign, &signature), SIGNET_OK);

    /* Locked again it signs nothing, and is never initialised twice. */
    ck_assert_int_eq(keys->lock(instance, call), SIGNET_OK);
    assert_reason(call, keys->sign(instance, call, &sign, &signature), SIGNET_UNAVAILABLE,
                  "key.locked");
    assert_reason(call, keys->initialise(instance, call, &token, &description), SIGNET_EXISTS,
                  "key.token-exists");
    ck_assert_int_eq(keys->unlock(instance, call, octets("wrong secret")), SIGNET_DENIED);
    call->services->clear(call);
    ck_assert_int_eq(keys->unlock(instance, call, token.secret), SIGNET_OK);
    ck_assert_int_eq(keys->sign(instance, call, &sign, &signature), SIGNET_OK);
    ck_assert_int_eq(keys->lock(instance, call), SIGNET_OK);
    signet_check_call_end(call);

    /* A daemon is not started without its secret. */
    signet_check_mode(check, SIGNET_MODE_SERVE);
    ck_assert_int_eq(signet_check_open(check, key_backend.plugin, "daemon", settings),
                     SIGNET_INVALID);
}
