/* Configuration: what is read, and that every fault is told at its line, all of them at once. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/scan.h"
#include "core/text.h"
#include "world.h"

static const signet_setting_t *find(const signet_setting_t *group, const char *name)
{
    const signet_setting_t *setting = core_setting(group, name);
    ck_assert_msg(setting != NULL, "%s is not set", name);
    return setting;
}

/* Loads a block of mock-good with these settings, which must fail with this one line. */
static void expect_fault(const char *settings, const char *line)
{
    char block[4096];
    char expected[1024];
    snprintf(block, sizeof block, "{ name = \"one\"; plugin = \"mock-good\";\n%s }", settings);
    world_configure(block);
    core_config_t *config = NULL;
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    snprintf(expected, sizeof expected, "%s%s", world_path("signet.cfg"), line);
    ck_assert_str_eq(world_message(), expected);
    world_clear();
}

START_TEST(settings_and_defaults_are_read)
{
    world_write("secret", "s3cret\n");
    mkdir(world_path("parts"), 0700);
    world_write("parts/more.cfg",
                "folder = \"beside\";\nparts = (\n  { name = \"p\"; other = \"two\"; }\n);\n");
    world_configure(
        "{ name = \"one\"; plugin = \"mock-good\"; text = \"grüße\"; number = 5000000000L;\n"
        "  flag = false; period = \"24h\"; limit = \"10MiB\"; secret = \"file:secret\";\n"
        "  part = { name = \"q\"; };\n"
        "@include \"parts/more.cfg\"\n"
        "},\n{ name = \"two\"; plugin = \"mock-good\"; }");
    core_config_t *config = NULL;
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_OK);
    ck_assert_uint_eq(config->block_count, 2);
    const signet_setting_t *one = config->blocks[0].settings;
    ck_assert(core_text_is(find(one, "text")->text, "grüße"));
    ck_assert(core_text_is(find(one, "colour")->text, "green"));
    ck_assert_uint_eq(find(one, "colour")->line, 0);
    ck_assert_int_eq(find(one, "number")->integer, 5000000000);
    ck_assert_int_eq(find(one, "flag")->integer, 0);
    ck_assert_int_eq(find(one, "period")->integer, 86400000);
    ck_assert_int_eq(find(one, "limit")->integer, 10485760);
    ck_assert_uint_eq(find(one, "text")->line, 3);
    char secret[600];
    snprintf(secret, sizeof secret, "file:%s", world_path("secret"));
    ck_assert(core_text_is(find(one, "secret")->text, secret));
    /* A path is relative to the file that holds it. */
    ck_assert(core_text_is(find(one, "folder")->text, world_path("parts/beside")));
    ck_assert(core_text_is(find(one, "folder")->file, world_path("parts/more.cfg")));
    ck_assert_uint_eq(find(one, "parts")->member_count, 1);
    ck_assert_int_eq(find(&find(one, "parts")->members[0], "weight")->integer, 7);
    ck_assert(core_text_is(find(find(one, "part"), "name")->text, "q"));
    const signet_setting_t *two = config->blocks[1].settings;
    ck_assert_ptr_null(core_setting(two, "text"));
    ck_assert_int_eq(find(two, "period")->integer, INT64_C(90) * 86400000);
    ck_assert_uint_eq(find(two, "words")->member_count, 2);
    ck_assert(core_text_is(find(two, "words")->members[1].text, "b"));
    ck_assert_uint_eq(config->file_count, 2);
    core_config_free(config);
}
END_TEST

START_TEST(each_fault_is_one_line)
{
    expect_fault("txet = \"x\";",
                 ":4: unknown key \"txet\" in plugin \"mock-good\": did you mean \"text\"?");
    expect_fault("zzzzzz = 1;", ":4: unknown key \"zzzzzz\" in plugin \"mock-good\": remove it");
    expect_fault("text = 5;", ":4: \"text\" must be text in quotes");
    expect_fault("colour = \"gren\";",
                 ":4: \"colour\" cannot be \"gren\": did you mean \"green\"?");
    expect_fault("colour = \"blue!\";",
                 ":4: \"colour\" cannot be \"blue!\": choose one of red|green");
    expect_fault("number = \"5\";", ":4: \"number\" must be a whole number");
    expect_fault("number = 5.5;", ":4: \"number\" must be a whole number");
    expect_fault("number = -6;", ":4: \"number\" must be from -5 to 9223372036854775807");
    expect_fault("flag = 1;", ":4: \"flag\" must be true or false");
    expect_fault(
        "period = \"5\";",
        ":4: \"period\" must be a duration in quotes, such as \"30s\", \"5m\", \"24h\", \"90d\"");
    expect_fault(
        "period = \"9223372036854775807d\";",
        ":4: \"period\" must be a duration in quotes, such as \"30s\", \"5m\", \"24h\", \"90d\"");
    expect_fault("limit = \"5MB\";",
                 ":4: \"limit\" must be a size in quotes, such as \"512B\", \"64KiB\", \"10MiB\"");
    expect_fault("folder = \"\";", ":4: \"folder\" must be a path in quotes");
    expect_fault("words = \"a\";",
                 ":4: \"words\" must be a list of text, such as [ \"a\", \"b\" ]");
    expect_fault("part = 5;", ":4: \"part\" must be a group: write { … }");
    expect_fault("part = { };", ":4: \"part\" lacks \"name\": set it (For tests.)");
    expect_fault("part = { nmae = \"a\"; };",
                 ":4: unknown key \"nmae\" in \"part\": did you mean \"name\"?");
    expect_fault("parts = { };", ":4: \"parts\" must be a list of groups: write ( { … } )");
    expect_fault("parts = ( 5 );", ":4: \"parts\" must be a list of groups: write ( { … } )");
    expect_fault("parts = (\n{ name = \"a\"; },\n{ name = \"a\"; } );",
                 ":6: \"parts\" has two elements named \"a\" (the other at line 5): rename one");
    expect_fault("parts = ( { name = \"a\"; other = \"on\"; } );",
                 ":4: \"other\" names no instance \"on\": did you mean \"one\"?");
    expect_fault("number = 4294967297;", ":4: the integer 4294967297 does not fit into 32 bits: "
                                         "write 4294967297L, or use a smaller one");
    expect_fault(
        "text = ;",
        ":4: syntax error: look for a missing ';', quote or bracket there or in the line before");
    expect_fault("text = \"a\"; text = \"b\";", ":4: duplicate setting name: keep one of the two");
    expect_fault("\n@include \"none.cfg\"\n",
                 ":5: cannot open include file: @include \"none.cfg\": name an existing file, "
                 "relative to the main one");
    expect_fault("secret = \"hunter2\";",
                 ":4: \"secret\" must be a reference to a secret, \"file:PATH\", \"env:NAME\" or "
                 "\"cred:NAME\", never the secret itself");
}
END_TEST

START_TEST(all_faults_are_told)
{
    world_configure("{ name = \"one\"; plugin = \"mock-good\";\n flag = 1;\n txet = \"\"; },\n"
                    "{ name = \"one\"; plugin = \"mock-nowhere\"; },\n{ name = \"three\"; },\n5");
    core_config_t *config = NULL;
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    const char *message = world_message();
    int lines = 1;
    for (const char *at = message; (at = strchr(at, '\n')); at++)
        lines++;
    ck_assert_msg(lines == 6, "%s", message);
    ck_assert_ptr_nonnull(strstr(message, "signet.cfg:5: unknown key \"txet\""));
    ck_assert_ptr_nonnull(strstr(message, "signet.cfg:4: \"flag\" must be true or false\n"));
    ck_assert_ptr_nonnull(strstr(message, "signet.cfg:6: two instances are named \"one\""));
    ck_assert_ptr_nonnull(strstr(
        message, "/mock-nowhere.so does not exist: install the plugin or correct its name\n"));
    ck_assert_ptr_nonnull(strstr(message, "signet.cfg:7: a plugin's block lacks \"plugin\""));
    ck_assert_ptr_nonnull(strstr(message, "signet.cfg:8: \"plugins\" must be a list of groups"));
}
END_TEST

START_TEST(nesting_has_an_end)
{
    core_buffer_t content = {0};
    core_buffer_string(&content, "host = { }; a = ");
    for (int depth = 0; depth < 60; depth++)
        core_buffer_string(&content, "( ");
    for (int depth = 0; depth < 60; depth++)
        core_buffer_string(&content, ") ");
    core_buffer_string(&content, ";");
    world_write("signet.cfg", content.data);
    core_buffer_free(&content);
    core_config_t *config = NULL;
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    ck_assert_ptr_nonnull(strstr(world_message(), "nested deeper than 32: flatten them"));
}
END_TEST

static void expect_host_fault(const char *content, const char *line)
{
    char expected[1024];
    world_write("signet.cfg", content);
    core_config_t *config = NULL;
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    snprintf(expected, sizeof expected, "%s%s", world_path("signet.cfg"), line);
    ck_assert_str_eq(world_message(), expected);
    world_clear();
}

START_TEST(the_host_group_is_checked)
{
    expect_host_fault("plugins = ( );", ": there is no group \"host\": add host = { … };");
    expect_host_fault("host = { };\nplugin = ( );",
                      ":2: unknown key \"plugin\": did you mean \"plugins\"?");
    expect_host_fault("host = { lisners = ( ); };",
                      ":1: unknown key \"lisners\" in the host: did you mean \"listeners\"?");
    expect_host_fault("host = { node = 7; };", ":1: \"node\" must be text in quotes");
    expect_host_fault(
        "host = { node = \"a/b\"; };",
        ":1: \"a/b\" cannot be a node's name: use at most 64 letters, digits, '-', '.' and '_'");
    expect_host_fault(
        "host = { listeners = ( { name = \"x\"; } ); };",
        ":1: listener \"x\" must have either \"address\" or \"unix\": set one of them");
    expect_host_fault(
        "host = { listeners = ( { name = \"x\"; address = \"127.0.0.1:0\"; key = \"k\"; } ); };",
        ":1: listener \"x\" has one of \"certificate\" and \"key\": set both");
    expect_host_fault(
        "host = { listeners = ( { name = \"x\"; unix = \"s\"; mode = \"0999\"; } ); };",
        ":1: the mode \"0999\" of listener \"x\" is not octal: write it as \"0660\"");
    expect_host_fault("host = { listeners = ( { name = \"x\"; address = \"127.0.0.1:0\"; "
                      "client_certificates = \"optional\"; } ); };",
                      ":1: listener \"x\" asks for client certificates without TLS: set "
                      "\"certificate\" and \"key\" too");
    expect_host_fault("host = { listeners = ( { name = \"x\"; address = \"127.0.0.1:0\"; "
                      "client_authorities = \"a\"; } ); };",
                      ":1: listener \"x\" names \"client_authorities\" but asks for no client "
                      "certificates: set \"client_certificates\"");
    expect_host_fault(
        "host = { listeners = ( { name = \"x\"; address = \"127.0.0.1:0\"; "
        "client_certificates = \"require\"; } ); };",
        ":1: \"client_certificates\" cannot be \"require\": did you mean \"required\"?");
    expect_host_fault("host = { limits = { header_time = \"0s\"; }; };",
                      ":1: \"header_time\" must be from 100 to 3600000 milliseconds");
}
END_TEST

START_TEST(a_missing_file_is_one_line)
{
    core_config_t *config = NULL;
    char expected[1024];
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    snprintf(expected, sizeof expected,
             "%s: cannot be read (No such file or directory): name an existing configuration with "
             "--config",
             world_path("signet.cfg"));
    ck_assert_str_eq(world_message(), expected);
    world_clear();
    ck_assert_int_eq(core_config_load(world_call(), world_path("."), core_text(""), &config),
                     SIGNET_INVALID);
    ck_assert_ptr_nonnull(strstr(world_message(), "is not a file"));
}
END_TEST

/* Case 122: a secret that others may read fails the check at its line. */
START_TEST(an_open_secret_fails_the_check)
{
    char expected[1024];
    world_write("pin", "1234");
    chmod(world_path("pin"), 0644);
    snprintf(expected, sizeof expected,
             ":4: the secret file %s has mode 0644, open to others: chmod 0600 it",
             world_path("pin"));
    expect_fault("secret = \"file:pin\";", expected);
    chmod(world_path("pin"), 0640);
    world_configure("{ name = \"one\"; plugin = \"mock-good\"; secret = \"file:pin\"; }");
    core_config_t *config = NULL;
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    world_clear();
    chmod(world_path("pin"), 0400);
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_OK);
    core_config_free(config);
    unlink(world_path("pin"));
    ck_assert_int_eq(world_load(NULL, &config), SIGNET_INVALID);
    ck_assert_ptr_nonnull(strstr(world_message(), "cannot be read (No such file or directory)"));
}
END_TEST

/* The faults that a scan of this text finds, to be freed. */
static char *scan(const char *content)
{
    core_faults_t faults = {0};
    core_scan_text(&faults, core_text(content), core_text("f"));
    return faults.text.data ? faults.text.data : strdup("");
}

START_TEST(integers_are_judged_as_written)
{
    static const char *const sound[] = {
        "a = 2147483647; b = -2147483648; c = 9223372036854775807L; d = 0x7fffffff; e = 1e99;",
        "a = \"99999999999\"; # 99999999999\n// 99999999999\n/* 99999999999 */ b = 4294967296LL;",
        "a99999999999 = 1; b = \"\\\"99999999999\"; c = 1.5; d = -1;",
    };
    static const char *const faulty[] = {
        "a = 2147483648;",
        "a = -2147483649;",
        "a = 9223372036854775808L;",
        "a = 0xffffffff;",
        "a = [ 1, 99999999999999999999999999999999999999999999999999999999999999999999999999 ];",
    };
    for (size_t index = 0; index < sizeof sound / sizeof sound[0]; index++) {
        char *found = scan(sound[index]);
        ck_assert_str_eq(found, "");
        free(found);
    }
    for (size_t index = 0; index < sizeof faulty / sizeof faulty[0]; index++) {
        char *found = scan(faulty[index]);
        ck_assert_msg(strncmp(found, "f:1: the integer ", 17) == 0, "%s", faulty[index]);
        free(found);
    }
    char *found = scan("a = 1;\n/* \n */ \"\n\" b = 3000000000;");
    ck_assert_ptr_eq(strstr(found, "f:4: "), found);
    free(found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_test(tests, settings_and_defaults_are_read);
    tcase_add_test(tests, each_fault_is_one_line);
    tcase_add_test(tests, all_faults_are_told);
    tcase_add_test(tests, nesting_has_an_end);
    tcase_add_test(tests, the_host_group_is_checked);
    tcase_add_test(tests, a_missing_file_is_one_line);
    tcase_add_test(tests, an_open_secret_fails_the_check);
    tcase_add_test(tests, integers_are_judged_as_written);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
