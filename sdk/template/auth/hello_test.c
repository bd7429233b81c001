/* Runs the plugin in this process, without a host. */
#include <check.h>
#include <signet/check.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

static signet_check_t *world;
static signet_call_t *call;

static void setup(void)
{
    world = signet_check_begin();
    call = signet_check_call(world, NULL, NULL);
    signet_text_t path = signet_format(call, "%s/secret", signet_check_folder(world));
    signet_bytes_t secret = signet_text_bytes(SIGNET_TEXT("open sesame\n"));
    ck_assert_int_eq(signet_file_write(call, path, secret, 0600), SIGNET_OK);
    ck_assert_int_eq(signet_check_open(world, "auth-hello", "hello", "secret = \"file:secret\";"),
                     SIGNET_OK);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

static int32_t show(const char *scheme, const char *value, const signet_actor_t **actor)
{
    const signet_provider_t *provider = signet_check_find(world, SIGNET_AUTH_INTERFACE, "hello");
    const signet_auth_interface_t *auth = provider->interface;
    const signet_credential_t credential = {
        .size = sizeof credential, .scheme = signet_text(scheme), .value = signet_text(value)};
    call->services->clear(call);
    return auth->authenticate(provider->instance, call, &credential, actor);
}

START_TEST(lets_in_who_has_the_secret)
{
    const signet_actor_t *actor = NULL;
    ck_assert_int_eq(show("bearer", "open sesame", &actor), SIGNET_UNSUPPORTED);
    ck_assert_int_eq(show("hello", "open says me", &actor), SIGNET_UNAUTHENTICATED);
    ck_assert_int_eq(show("hello", "", &actor), SIGNET_UNAUTHENTICATED);
    ck_assert_ptr_null(actor);
    ck_assert_int_eq(show("hello", "open sesame", &actor), SIGNET_OK);
    ck_assert(signet_text_is(actor->grants[0].role, SIGNET_ROLE_AUDITOR));
}
END_TEST

START_TEST(keeps_the_contract)
{
    ck_assert_uint_eq(signet_check_conform(world, "hello", 0, signet_check_print, NULL), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hello");
    TCase *cases = tcase_create("hello");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, lets_in_who_has_the_secret);
    tcase_add_test(cases, keeps_the_contract);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
