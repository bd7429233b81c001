#include "sdk_test.h"

#include "sdk_plugin.h"

#include <signet/sdk/error.h>

START_TEST(sets_the_error_once)
{
    ck_assert_int_eq(signet_status(call), SIGNET_INTERNAL);
    ck_assert_int_eq(signet_fail(call, SIGNET_DENIED, "a.first", "No %s.", "way"), SIGNET_DENIED);
    signet_fail(call, SIGNET_INVALID, "a.second", "Later.");
    const signet_error_t *error = call->services->error(call);
    ck_assert_int_eq(error->status, SIGNET_DENIED);
    expect_text(error->reason, "a.first");
    expect_text(error->message, "No way.");
    ck_assert_uint_eq(error->detail.length, 0);
    ck_assert_uint_eq(error->field.length, 0);
    ck_assert_int_eq(signet_status(call), SIGNET_DENIED);
    call->services->clear(call);
    ck_assert_ptr_null(call->services->error(call));
    ck_assert_int_eq(signet_fail_field(call, SIGNET_INVALID, "a.field", "csr", "Bad %d.", 1),
                     SIGNET_INVALID);
    expect_text(call->services->error(call)->field, "csr");
    call->services->clear(call);
    ck_assert_int_eq(
        signet_fail_detail(call, SIGNET_UNAVAILABLE, "a.detail", "errno 5", "Not now."),
        SIGNET_UNAVAILABLE);
    expect_text(call->services->error(call)->detail, "errno 5");
    expect_text(call->services->error(call)->message, "Not now.");
    call->services->clear(call);
    expect_error(signet_fail_memory(call), SIGNET_NO_MEMORY, "memory.exhausted");
}
END_TEST

START_TEST(messages_are_utf8_and_bounded)
{
    signet_fail(call, SIGNET_INVALID, "a.b", "a\xff%s", "\xc3");
    expect_text(call->services->error(call)->message, "a??");
    call->services->clear(call);
    char longer[5000];
    memset(longer, 'x', sizeof longer);
    /* An euro sign lies across the place where the message is cut. */
    memcpy(longer + 1022, "\xe2\x82\xac", 3);
    longer[sizeof longer - 1] = 0;
    signet_fail(call, SIGNET_INVALID, "a.b", "%s", longer);
    const signet_error_t *error = call->services->error(call);
    ck_assert_uint_lt(error->message.length, 1100);
    ck_assert(signet_text_valid(error->message));
}
END_TEST

START_TEST(names_statuses)
{
    ck_assert_str_eq(signet_status_name(SIGNET_OK), "ok");
    ck_assert_str_eq(signet_status_name(SIGNET_INVALID), "invalid");
    ck_assert_str_eq(signet_status_name(SIGNET_NOT_FOUND), "not-found");
    ck_assert_str_eq(signet_status_name(SIGNET_WOULD_BLOCK), "would-block");
    ck_assert_str_eq(signet_status_name(SIGNET_UNSUPPORTED), "unsupported");
    ck_assert_str_eq(signet_status_name(SIGNET_INTERNAL), "internal");
    ck_assert_str_eq(signet_status_name(-99), "internal");
    ck_assert_str_eq(signet_status_name(INT32_MIN), "internal");
    ck_assert_str_eq(signet_status_name(1), "internal");
}
END_TEST

START_TEST(logs)
{
    static signet_plugin_t plugin;
    plugin = plugin_descriptor();
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_OK);
    ck_assert(!signet_check_logged(check, "test.happened"));
    signet_log(plugin_host, NULL, SIGNET_LOG_INFO, "test.happened", "It is %d.", 1);
    ck_assert(signet_check_logged(check, "test.happened"));
    signet_log_error(plugin_host, call, SIGNET_LOG_ERROR, "test.no-error");
    ck_assert(!signet_check_logged(check, "test.no-error"));
    signet_fail_detail(call, SIGNET_INVALID, "a.b", "why", "Message.");
    signet_log_error(plugin_host, call, SIGNET_LOG_ERROR, "test.failed");
    ck_assert(signet_check_logged(check, "test.failed"));
}
END_TEST

SDK_RUN("sdk-error", sets_the_error_once, messages_are_utf8_and_bounded, names_statuses, logs)
