/* The snippets of the author guide that belong to no template, compiled and run. */
#include <check.h>
#include <signet/check.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/outbound.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

static int32_t keep(signet_call_t *call, signet_text_t name, signet_text_t body)
{
    signet_journal_t journal;
    int32_t status = signet_journal(call, SIGNET_TEXT(""), &journal);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_field_t field = signet_field_time("greeted_at", signet_now());
    signet_change_t change =
        signet_put("hello.names", name, SIGNET_VERSION_ABSENT, &field, 1, signet_text_bytes(body));
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT("hello.name-kept"),
                            .object = signet_format(call, "name:%.*s", SIGNET_FORMAT(name))};
    return journal.interface->commit(journal.instance, call, &change, 1, &entry);
}

static int32_t tell(signet_call_t *call, signet_outbound_t *outbound, signet_text_t url,
                    signet_text_t json)
{
    const signet_pair_t type = signet_pair("content-type", SIGNET_TEXT("application/json"));
    const signet_outbound_request_t request = {
        .url = url, .headers = &type, .header_count = 1, .body = signet_text_bytes(json)};
    const signet_outbound_response_t *response = NULL;
    int32_t status = signet_outbound_send(call, outbound, &request, &response);
    if (status == SIGNET_OK && response->status != 200) {
        status = signet_fail(call, SIGNET_UNAVAILABLE, "pager.refused",
                             "The pager answers %u: see whether its key is still valid.",
                             response->status);
    }
    return status;
}

static signet_check_t *world;
static signet_call_t *call;

static void setup(void)
{
    world = signet_check_begin();
    call = signet_check_call(world, "tester", "auditor");
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

static void open_plugin(const char *plugin, const char *name, const char *settings)
{
    ck_assert_int_eq(signet_check_open(world, plugin, name, settings), SIGNET_OK);
}

START_TEST(keeps_a_name)
{
    static const signet_field_declaration_t field = {
        .size = sizeof field, .type = SIGNET_VALUE_TIME, .name = SIGNET_TEXT_INIT("greeted_at")};
    static const signet_collection_t collection = {.size = sizeof collection,
                                                   .revision = 1,
                                                   .name = SIGNET_TEXT_INIT("hello.names"),
                                                   .fields = &field,
                                                   .field_count = 1};
    signet_store_t store;
    const signet_record_t *record = NULL;
    signet_text_t path = signet_format(call, "%s/secret", signet_check_folder(world));
    ck_assert_int_eq(signet_file_write(call, path, signet_text_bytes(SIGNET_TEXT("secret")), 0600),
                     SIGNET_OK);
    open_plugin("store-sqlite", "store", "path = \"test.db\";");
    open_plugin("key-file", "keys", "folder = \".\"; passphrase = \"file:secret\";");
    open_plugin("journal", "journal", "");
    ck_assert_int_eq(signet_store(call, SIGNET_TEXT(""), &store), SIGNET_OK);
    ck_assert_int_eq(store.interface->declare(store.instance, call, &collection), SIGNET_OK);
    ck_assert_int_eq(keep(call, SIGNET_TEXT("Ada"), SIGNET_TEXT("{}")), SIGNET_OK);
    ck_assert_int_eq(store.interface->get(store.instance, call, SIGNET_TEXT("hello.names"),
                                          SIGNET_TEXT("Ada"), &record),
                     SIGNET_OK);
    ck_assert_int_eq(keep(call, SIGNET_TEXT("Ada"), SIGNET_TEXT("{}")), SIGNET_CONFLICT);
}
END_TEST

/* Another plugin's host and settings will do for a dialer. */
START_TEST(tells_nobody_in_the_clear)
{
    static const signet_setting_t none = {.size = sizeof none, .type = SIGNET_OPTION_GROUP};
    signet_outbound_t *outbound = NULL;
    const signet_host_t host = {.size = sizeof host, .settings = &none};
    ck_assert_int_eq(signet_outbound_open(call, &host, NULL, &outbound), SIGNET_OK);
    ck_assert_int_eq(
        tell(call, outbound, signet_text(signet_check_receiver(world)), SIGNET_TEXT("{}")),
        SIGNET_INVALID);
    ck_assert_ptr_null(signet_check_received(world));
    call->services->clear(call);
    ck_assert_int_eq(tell(call, outbound, SIGNET_TEXT("https://127.0.0.1:9/"), SIGNET_TEXT("{}")),
                     SIGNET_DENIED);
    signet_outbound_close(outbound);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guide");
    TCase *cases = tcase_create("guide");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, keeps_a_name);
    tcase_add_test(cases, tells_nobody_in_the_clear);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
