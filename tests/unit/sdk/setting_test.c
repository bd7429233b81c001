#include "sdk_test.h"

#include "sdk_plugin.h"

#include <signet/sdk/setting.h>

#define OPTION(type_, flags_, name_, default_)                                                     \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (type_), .flags = (flags_),                       \
        .name = SIGNET_TEXT_INIT(name_), .help = SIGNET_TEXT_INIT("Help."),                        \
        .default_value = SIGNET_TEXT_INIT(default_)                                                \
    }

static const signet_option_t element_options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "name", ""),
    OPTION(SIGNET_OPTION_DURATION, 0, "validity", "90d"),
};

static const signet_option_t limits_options[] = {
    OPTION(SIGNET_OPTION_SIZE, 0, "body", "64KiB"),
};

static const signet_option_t options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "title", ""),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("count"),
     .help = SIGNET_TEXT_INIT("Help."),
     .default_value = SIGNET_TEXT_INIT("3"),
     .minimum = 1,
     .maximum = 10},
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "enabled", "true"),
    OPTION(SIGNET_OPTION_DURATION, 0, "period", "30s"),
    OPTION(SIGNET_OPTION_SIZE, 0, "limit", ""),
    OPTION(SIGNET_OPTION_PATH, 0, "path", "data/x"),
    OPTION(SIGNET_OPTION_SECRET, 0, "pin", ""),
    OPTION(SIGNET_OPTION_TEXTS, 0, "names", "[\"a\", \"b\"]"),
    OPTION(SIGNET_OPTION_INSTANCE, 0, "store", ""),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("mode"),
     .help = SIGNET_TEXT_INIT("Help."),
     .default_value = SIGNET_TEXT_INIT("fast"),
     .choices = SIGNET_TEXT_INIT("fast|safe")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUP,
     .name = SIGNET_TEXT_INIT("limits"),
     .help = SIGNET_TEXT_INIT("Help."),
     .members = limits_options,
     .member_count = 1},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("profiles"),
     .help = SIGNET_TEXT_INIT("Help."),
     .members = element_options,
     .member_count = 2},
};

static int32_t open_with(const char *settings)
{
    static signet_plugin_t plugin;
    plugin = plugin_descriptor();
    plugin.options = options;
    plugin.option_count = sizeof options / sizeof *options;
    return signet_check_open_linked(check, &plugin, "one", settings);
}

START_TEST(fills_in_defaults)
{
    ck_assert_int_eq(open_with("title = \"x\";"), SIGNET_OK);
    const signet_setting_t *root = plugin_host->settings;
    ck_assert_uint_eq(root->type, SIGNET_OPTION_GROUP);
    expect_text(signet_setting_text(root, "title"), "x");
    ck_assert_int_eq(signet_setting_integer(root, "count", 0), 3);
    ck_assert_int_eq(signet_setting_integer(root, "enabled", 0), 1);
    ck_assert_int_eq(signet_setting_integer(root, "period", 0), 30000);
    ck_assert_int_eq(signet_setting_integer(root, "limit", 77), 77);
    expect_text(signet_setting_text(root, "mode"), "fast");
    expect_text(signet_setting_text(root, "path"),
                signet_format(call, "%s/data/x", signet_check_folder(check)).data);
    ck_assert_uint_eq(signet_setting_count(root, "names"), 2);
    expect_text(signet_setting_at(signet_setting(root, "names"), 1)->text, "b");
    ck_assert_ptr_null(signet_setting_at(signet_setting(root, "names"), 2));
    ck_assert_ptr_null(signet_setting_at(NULL, 0));
    ck_assert_ptr_null(signet_setting(root, "limits"));
    ck_assert_ptr_null(signet_setting(root, "undeclared"));
    ck_assert_ptr_null(signet_setting(NULL, "title"));
    ck_assert_uint_eq(signet_setting_count(root, "profiles"), 0);
    expect_text(signet_setting_text(root, "undeclared"), "");
}
END_TEST

START_TEST(reads_every_type)
{
    ck_assert_int_eq(open_with("title = \"x\"; count = 10; enabled = false; period = \"250ms\";\n"
                               "limit = \"2MiB\"; path = \"/abs\"; pin = \"env:PIN\";\n"
                               "names = (\"c\"); store = \"main\"; mode = \"safe\";\n"
                               "limits = { body = \"1GiB\"; };\n"
                               "profiles = ( { name = \"web\"; },\n"
                               "  { name = \"vpn\"; validity = \"1y\"; } );"),
                     SIGNET_OK);
    const signet_setting_t *root = plugin_host->settings;
    ck_assert_int_eq(signet_setting_integer(root, "count", 0), 10);
    ck_assert_int_eq(signet_setting_integer(root, "enabled", 5), 0);
    ck_assert_int_eq(signet_setting_integer(root, "period", 0), 250);
    ck_assert_int_eq(signet_setting_integer(root, "limit", 0), 2097152);
    expect_text(signet_setting_text(root, "path"), "/abs");
    expect_text(signet_setting_text(root, "pin"), "env:PIN");
    expect_text(signet_setting_text(root, "store"), "main");
    ck_assert_uint_eq(signet_setting_count(root, "names"), 1);
    ck_assert_int_eq(signet_setting_integer(signet_setting(root, "limits"), "body", 0), 1073741824);
    ck_assert_uint_eq(signet_setting_count(root, "profiles"), 2);
    const signet_setting_t *second = signet_setting_at(signet_setting(root, "profiles"), 1);
    expect_text(signet_setting_text(second, "name"), "vpn");
    ck_assert_int_eq(signet_setting_integer(second, "validity", 0), INT64_C(31536000000));
    const signet_setting_t *first = signet_setting_at(signet_setting(root, "profiles"), 0);
    ck_assert_int_eq(signet_setting_integer(first, "validity", 0), INT64_C(7776000000));
    ck_assert_uint_eq(second->line, 6);
}
END_TEST

START_TEST(refuses_what_is_not_declared)
{
    static const char *const bad[] = {
        "",
        "title = 1;",
        "title = \"x\"; other = 1;",
        "title = \"x\"; count = 0;",
        "title = \"x\"; count = 11;",
        "title = \"x\"; count = \"3\";",
        "title = \"x\"; enabled = 1;",
        "title = \"x\"; period = 30;",
        "title = \"x\"; period = \"30\";",
        "title = \"x\"; limit = \"5\";",
        "title = \"x\"; limit = \"5kb\";",
        "title = \"x\"; limit = \"9999999999GiB\";",
        "title = \"x\"; pin = \"hunter2\";",
        "title = \"x\"; names = \"a\";",
        "title = \"x\"; names = [1];",
        "title = \"x\"; mode = \"slow\";",
        "title = \"x\"; limits = 1;",
        "title = \"x\"; limits = { other = 1; };",
        "title = \"x\"; profiles = { name = \"a\"; };",
        "title = \"x\"; profiles = ( 1 );",
        "title = \"x\"; profiles = ( { validity = \"1d\"; } );",
        "title = \"x\"; profiles = ( { name = \"a\"; }, { name = \"a\"; } );",
        "title = \"x\"; profiles = ( { name = \"a\"; other = 1; } );",
        "title = ",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(open_with(bad[i]) == SIGNET_INVALID, "%s", bad[i]);
        ck_assert_ptr_nonnull(signet_check_error(check));
        ck_assert_int_eq(signet_check_error(check)->status, SIGNET_INVALID);
    }
}
END_TEST

START_TEST(names_file_and_line)
{
    ck_assert_int_eq(open_with("\n\ntitle = \"x\";"), SIGNET_OK);
    const signet_setting_t *root = plugin_host->settings;
    signet_setting_fail(call, signet_setting(root, "title"), "test.title", "%s is wrong", "x");
    expect_message("settings:3: x is wrong");
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "test.title");
    ck_assert_int_eq(signet_setting_fail(call, signet_setting(root, "count"), "test.count", "No."),
                     SIGNET_INVALID);
    expect_text(call->services->error(call)->message, "No.");
    call->services->clear(call);
    ck_assert_int_eq(signet_setting_fail(call, NULL, "test.none", "None."), SIGNET_INVALID);
}
END_TEST

SDK_RUN("sdk-setting", fills_in_defaults, reads_every_type, refuses_what_is_not_declared,
        names_file_and_line)
