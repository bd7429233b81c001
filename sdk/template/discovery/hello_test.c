/* Runs the plugin in this process, without a host. */
#include <check.h>
#include <signet/check.h>
#include <signet/ext/draft/discovery.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

static signet_check_t *world;
static signet_call_t *call;

/* It judges nothing: the smallest DER there is will do. */
static const char two[] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
                          "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

static void setup(void)
{
    world = signet_check_begin();
    call = signet_check_call(world, NULL, NULL);
    signet_text_t path = signet_format(call, "%s/two.pem", signet_check_folder(world));
    ck_assert_int_eq(signet_file_write(call, path, signet_text_bytes(signet_text(two)), 0600),
                     SIGNET_OK);
    ck_assert_int_eq(signet_check_open(world, "discovery-hello", "hello", "path = \"two.pem\";"),
                     SIGNET_OK);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

START_TEST(finds_them_in_pages)
{
    const signet_provider_t *provider =
        signet_check_find(world, SIGNET_DISCOVERY_INTERFACE, "hello");
    const signet_discovery_interface_t *discovery = provider->interface;
    const signet_discovery_page_t *page = NULL;
    ck_assert_int_eq(discovery->scan(provider->instance, call, (signet_text_t){NULL, 0}, 1, &page),
                     SIGNET_OK);
    ck_assert_uint_eq(page->count, 1);
    ck_assert_uint_eq(page->found[0]->der.length, 2);
    ck_assert_int_eq(discovery->scan(provider->instance, call, page->cursor, 10, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 1);
    ck_assert_uint_eq(page->cursor.length, 0);
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
    tcase_add_test(cases, finds_them_in_pages);
    tcase_add_test(cases, keeps_the_contract);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
