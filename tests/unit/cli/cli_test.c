/* signet: help, options, errors, JSON, tables, exit codes, completion, local commands. */
#include "cli_run.h"

#include <check.h>
#include <signet/base.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_code(const cli_result_t *run, int code)
{
    ck_assert_msg(run->code == code, "exit code %d instead of %d\n%s%s", run->code, code,
                  run->output, run->errors);
}

static void assert_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is missing in\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "\"%s\" stands in\n%s", part, text);
}

/* One line on standard error, nothing on standard output. */
static void assert_error(const cli_result_t *run, int code, const char *part)
{
    assert_code(run, code);
    assert_has(run->errors, part);
    ck_assert_msg(strncmp(run->errors, "signet: ", 8) == 0, "%s", run->errors);
    ck_assert_str_eq(run->output, "");
    ck_assert_ptr_eq(strchr(run->errors, '\n'), run->errors + strlen(run->errors) - 1);
}

START_TEST(lists_commands_in_groups)
{
    const cli_result_t *run = cli_shell("$SIGNET 2>/dev/null");
    assert_code(run, 0);
    const char *remote = strstr(run->output, "With a running host");
    const char *local = strstr(run->output, "On a configuration");
    const char *own = strstr(run->output, "Configuration and signet itself");
    ck_assert_ptr_nonnull(remote);
    ck_assert_ptr_nonnull(local);
    ck_assert_ptr_nonnull(own);
    ck_assert(remote < strstr(run->output, "  echo ") && strstr(run->output, "  echo ") < local);
    ck_assert(local < strstr(run->output, "  thing local "));
    ck_assert(own < strstr(run->output, "  config check "));
    assert_code(cli_shell("$SIGNET --help 2>/dev/null"), 0);
    assert_has(cli_shell("$SIGNET help")->output, "  config check ");
}
END_TEST

START_TEST(explains_commands)
{
    static const char *const ways[] = {"help echo", "echo --help", "echo -h", "--help echo"};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const cli_result_t *run = cli_shell("$SIGNET %s 2>/dev/null", ways[i]);
        assert_code(run, 0);
        assert_has(run->output, "Usage: signet echo [OPTION]... WORD [MORE...]");
        assert_has(run->output, "--color-name VALUE");
        assert_has(run->output, "One of red|green|blue.");
        assert_has(run->output, "Default: 2h.");
        assert_has(run->output, "--token-file PATH");
        assert_has(run->output, "signet echo hello --number 3");
        assert_has(run->output, "Exit codes:");
    }
    assert_has(cli_shell("$SIGNET help thing fail")->output, "Usage: signet thing fail");
    assert_code(cli_shell("$SIGNET help nothing"), 2);
}
END_TEST

START_TEST(warns_of_what_it_leaves_out)
{
    const cli_result_t *run = cli_shell("$SIGNET echo x");
    assert_code(run, 0);
    assert_has(run->errors, "signet: warning: the command \"version\" of the plugin cli-sample");
    run = cli_shell("mkdir -p bad; echo no >bad/bad.so; $SIGNET --plugins bad version");
    assert_code(run, 0);
    assert_has(run->errors, "signet: warning: ");
    assert_has(run->errors, "bad/bad.so");
    run = cli_shell("$SIGNET --plugins /nowhere version");
    assert_code(run, 0);
    assert_has(run->errors, "/nowhere");
}
END_TEST

START_TEST(reads_options_of_all_types)
{
    const cli_result_t *run = cli_shell(
        "$SIGNET echo hello --color-name=green --number 7 --loud --since 90d --most 64KiB "
        "--out sub/file --secret file:pin --tag a --tag=b --json one two 2>/dev/null");
    assert_code(run, 0);
    char path[256];
    assert_has(run->output, "\"word\":\"hello\"");
    assert_has(run->output, "\"color_name\":\"green\"");
    assert_has(run->output, "\"number\":\"7\"");
    assert_has(run->output, "\"loud\":\"1\"");
    assert_has(run->output, "\"since\":\"7776000000\"");
    assert_has(run->output, "\"most\":\"65536\"");
    (void)snprintf(path, sizeof(path), "\"out\":\"%s/sub/file\"", cli_folder());
    assert_has(run->output, path);
    (void)snprintf(path, sizeof(path), "\"secret\":\"file:%s/pin\"", cli_folder());
    assert_has(run->output, path);
    assert_has(run->output, "\"tag\":\"[a][b]\"");
    assert_has(run->output, "\"more\":\"[one][two]\"");
    run = cli_shell("$SIGNET echo --json -- --loud 2>/dev/null");
    assert_has(run->output, "\"word\":\"--loud\"");
    assert_has(run->output, "\"since\":\"7200000\"");
    assert_lacks(run->output, "\"loud\"");
    assert_has(cli_shell("$SIGNET echo --loud=false x --json")->output, "\"loud\":\"0\"");
    assert_has(cli_shell("$SIGNET echo - --out - --json")->output, "\"out\":\"-\"");
}
END_TEST

START_TEST(refuses_wrong_usage)
{
    static const struct {
        const char *arguments;
        const char *message;
    } wrong[] = {
        {"echo", "word is missing"},
        {"echo x --numbr 3", "there is no option --numbr; did you mean --number?"},
        {"echo x --number", "--number needs a value"},
        {"echo x --number three", "\"three\" is no value for --number: write a whole number"},
        {"echo x --number 11", "it must lie between 1 and 10"},
        {"echo x --number 99999999999999999999", "is no value for --number"},
        {"echo x --color-name gren", "did you mean green?"},
        {"echo x --since soon", "write a duration"},
        {"echo x --most many", "write a size"},
        {"echo x --loud=maybe", "write true or false"},
        {"echo x --secret hunter2", "name where the secret is"},
        {"echo x --number 1 --number 2", "\"number\" is given twice"},
        {"echo x -n", "options begin with \"--\""},
        {"echo x --out ''", "name a file or folder"},
        {"table one", "\"one\" is one argument too many"},
        {"ehco", "did you mean \"echo\"?"},
        {"thing lokal", "is one argument too many"},
        {"config", "there are: config check, config reference, config sample"},
        {"--nothing", "there is no option --nothing"},
        {"thing local", "name it with --config or SIGNET_CONFIG"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const cli_result_t *run =
            cli_shell("$SIGNET %s 2>&1 >out2 | grep -v warning: >&2; $SIGNET %s >/dev/null 2>&1",
                      wrong[i].arguments, wrong[i].arguments);
        assert_error(run, 2, wrong[i].message);
    }
}
END_TEST

START_TEST(tells_the_shell_what_happened)
{
    static const struct {
        int status;
        int code;
    } codes[] = {
        {SIGNET_INVALID, 7},     {SIGNET_UNAUTHENTICATED, 4}, {SIGNET_DENIED, 4},
        {SIGNET_NOT_FOUND, 3},   {SIGNET_EXISTS, 5},          {SIGNET_CONFLICT, 5},
        {SIGNET_TOO_LARGE, 7},   {SIGNET_LIMITED, 6},         {SIGNET_BUSY, 6},
        {SIGNET_UNAVAILABLE, 6}, {SIGNET_TIMEOUT, 6},         {SIGNET_UNKNOWN, 1},
        {SIGNET_CORRUPT, 8},     {SIGNET_UNSUPPORTED, 7},     {SIGNET_INTERNAL, 1},
        {SIGNET_PENDING, 9},
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        const cli_result_t *run = cli_shell("$SIGNET thing fail --status %d", codes[i].status);
        assert_code(run, codes[i].code);
        assert_has(run->errors, "signet: the sample failed as it was told: tell it otherwise "
                                "(field names[2], sample.failed)\n");
        ck_assert_str_eq(run->output, "");
    }
}
END_TEST

START_TEST(prints_json)
{
    const cli_result_t *run = cli_shell("$SIGNET table --rows 2 --json 2>/dev/null");
    assert_code(run, 0);
    ck_assert_str_eq(run->output,
                     "[\n{\"serial\":\"01C80000\",\"names\":\"www.long-name.example, "
                     "mail.long-name.example, grün.example, \\u001b[31m\\n\",\"count\":0,"
                     "\"state\":\"valid\"},\n{\"serial\":\"01C80001\",\"names\":"
                     "\"www.long-name.example, mail.long-name.example, grün.example, "
                     "\\u001b[31m\\n\",\"count\":100,\"state\":\"valid\"}\n]\n");
    ck_assert_str_eq(cli_shell("$SIGNET table --json")->output, "[\n]\n");
    /* What fails prints JSON all the same, or nothing. */
    ck_assert_str_eq(cli_shell("$SIGNET table --break --json 2>/dev/null")->output, "");
    assert_code(cli_shell("$SIGNET table --break --json 2>/dev/null"), 1);
    assert_code(
        cli_shell("$SIGNET table --rows 3 --break --json 2>/dev/null | python3 -m json.tool"), 0);
    run = cli_shell("$SIGNET --json version | python3 -m json.tool");
    assert_code(run, 0);
    assert_has(run->output, "\"version\": \"");
    assert_code(cli_shell("$SIGNET table --rows 2500 --json | python3 -c 'import json, sys; "
                          "sys.exit(len(json.load(sys.stdin)) != 2500)'"),
                0);
}
END_TEST

START_TEST(prints_octets_as_they_are)
{
    const cli_result_t *run = cli_shell("$SIGNET thing");
    assert_code(run, 0);
    ck_assert_uint_eq(run->output_length, 4);
    ck_assert_int_eq(memcmp(run->output, "\0\1\377\n", 4), 0);
}
END_TEST

/* The characters of the widest line, colours left out. */
static size_t widest(const char *text)
{
    size_t most = 0;
    size_t width = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '\033') {
            at = strchr(at, 'm');
            ck_assert_ptr_nonnull(at);
        } else if (*at == '\n') {
            most = width > most ? width : most;
            width = 0;
        } else if (*at != '\r' && ((unsigned char)*at & 0xc0) != 0x80) {
            width++;
        }
    }
    return most;
}

START_TEST(fits_tables_to_the_terminal)
{
    const cli_result_t *run = cli_shell("$SIGNET table --rows 3");
    assert_code(run, 0);
    assert_has(run->output, "Serial");
    assert_has(run->output, "grün.example, \\x1b[31m\\x0a"); /* nobody's terminal is driven */
    assert_has(run->output, "That was all.\n");
    assert_lacks(run->output, "…");
    assert_lacks(run->output, "\033");
    static const unsigned short widths[] = {40, 80};
    for (size_t i = 0; i < 2; i++) {
        run = cli_terminal(widths[i], "$SIGNET table --rows 3 2>/dev/null");
        assert_code(run, 0);
        ck_assert_msg(widest(run->output) <= widths[i], "%zu characters wide\n%s",
                      widest(run->output), run->output);
        assert_has(run->output, "\033[1mSerial");
        assert_has(run->output, "01C80002"); /* the wide column gives way first */
        assert_has(run->output, "200");
        assert_has(run->output, "valid");
        assert_has(run->output, "…");
    }
    run = cli_terminal(200, "$SIGNET table --rows 3 2>/dev/null");
    assert_lacks(run->output, "…");
    run = cli_terminal(80, "NO_COLOR=1 $SIGNET table --rows 3 2>/dev/null");
    assert_lacks(run->output, "\033");
    run = cli_terminal(80, "$SIGNET table --rows 3 --no-color 2>/dev/null");
    assert_lacks(run->output, "\033");
    run = cli_terminal(80, "$SIGNET thing fail --status -1 2>&1 >/dev/null");
    assert_has(run->output, "\033[31msignet: ");
    ck_assert_uint_eq(widest(cli_shell("COLUMNS=40 $SIGNET table --rows 3")->output), 40);
    assert_has(cli_shell("$SIGNET table")->output, "There are none.");
    run = cli_shell("$SIGNET table --rows 2500 | grep -c 01C8");
    ck_assert_str_eq(run->output, "2500\n");
}
END_TEST

START_TEST(shows_progress_on_a_terminal)
{
    const cli_result_t *run = cli_terminal(80, "$SIGNET table --rows 3 >/dev/null");
    assert_code(run, 0);
    /* Shown at once, and wiped before the row. */
    assert_has(run->output, "\r\033[K0 of 3 rows\r\033[K");
    ck_assert_str_eq(run->output + run->output_length - 4, "\r\033[K");
    run = cli_terminal(80, "$SIGNET --json table --rows 3 >/dev/null");
    assert_code(run, 0);
    assert_lacks(run->output, "rows");
    run = cli_shell("$SIGNET table --rows 3 >/dev/null");
    assert_lacks(run->errors, "rows");
}
END_TEST

START_TEST(says_when_output_is_lost)
{
    const cli_result_t *run = cli_shell("$SIGNET table --rows 3 >/dev/full");
    assert_code(run, 1);
    assert_has(run->errors, "standard output does not take");
}
END_TEST

START_TEST(hands_on_where_the_host_is)
{
    char token[128];
    const cli_result_t *run = cli_shell("SIGNET_URL=https://a SIGNET_TOKEN_FILE=t "
                                        "$SIGNET echo x --json");
    assert_has(run->output, "\"url\":\"https://a\"");
    assert_has(run->output, "\"token-file\":\"t\"");
    run = cli_shell("SIGNET_URL=https://a $SIGNET --url https://b echo x --token-file t --json");
    assert_has(run->output, "\"url\":\"https://b\"");
    (void)snprintf(token, sizeof(token), "\"token-file\":\"%s/t\"", cli_folder());
    assert_has(run->output, token);
    run = cli_shell("SIGNET_CLIENT_CERTIFICATE=c SIGNET_CLIENT_KEY=k $SIGNET echo x --json");
    assert_has(run->output, "\"client-certificate\":\"c\"");
    assert_has(run->output, "\"client-key\":\"k\"");
    run = cli_shell("$SIGNET echo x --client-certificate /c --client-key /k --json");
    assert_has(run->output, "\"client-certificate\":\"/c\"");
    assert_has(run->output, "\"client-key\":\"/k\"");
}
END_TEST

static void write_configuration(void)
{
    cli_write("local.conf", "host = { node = \"n\"; };\n"
                            "plugins = (\n"
                            "  { name = \"sample\"; plugin = \"cli-sample\"; base = \"two\"; },\n"
                            "  { name = \"one\"; plugin = \"cli-base\"; trace = \"trace\"; },\n"
                            "  { name = \"two\"; plugin = \"cli-base\"; trace = \"trace\"; }\n"
                            ");\n");
}

START_TEST(runs_local_commands_on_what_they_need)
{
    char actor[64];
    write_configuration();
    const cli_result_t *run = cli_shell("$SIGNET thing local --config local.conf --json");
    assert_code(run, 0);
    (void)snprintf(actor, sizeof(actor), "\"actor\":\"uid:%u\"", (unsigned)getuid());
    assert_has(run->output, "\"instance\":\"sample\"");
    assert_has(run->output, "\"mode\":\"3\"");
    assert_has(run->output, actor);
    assert_has(run->output, "\"method\":\"local\"");
    assert_has(run->output, "\"roles\":\"administrator,officer\"");
    assert_has(run->output, "\"base\":\"two\"");
    ck_assert_str_eq(cli_shell("cat trace")->output, "start two\nstop two\n");
    run = cli_shell("SIGNET_CONFIG=local.conf $SIGNET thing local");
    assert_code(run, 0);
    assert_has(run->output, "instance  sample\n");
}
END_TEST

START_TEST(chooses_among_instances)
{
    cli_write("two.conf", "host = { node = \"n\"; };\n"
                          "plugins = ( { name = \"a\"; plugin = \"cli-sample\"; base = \"c\"; },\n"
                          "  { name = \"b\"; plugin = \"cli-sample\"; base = \"c\"; },\n"
                          "  { name = \"c\"; plugin = \"cli-base\"; trace = \"trace\"; } );\n");
    const cli_result_t *run = cli_shell("$SIGNET thing local --config two.conf");
    assert_code(run, 2);
    assert_has(run->errors, "choose one with --instance (a, b)");
    run = cli_shell("$SIGNET thing local --config two.conf --instance b");
    assert_code(run, 0);
    assert_has(run->output, "instance  b\n");
    run = cli_shell("$SIGNET thing local --config two.conf --instance x");
    assert_code(run, 78);
    assert_has(run->errors, "name one of a, b");
    cli_write("none.conf", "host = { node = \"n\"; };\nplugins = ();\n");
    run = cli_shell("$SIGNET thing local --config none.conf");
    assert_code(run, 78);
    assert_has(run->errors, "has no instance of the plugin cli-sample");
    assert_code(cli_shell("$SIGNET thing local --config nowhere.conf"), 78);
}
END_TEST

START_TEST(passes_on_why_an_instance_does_not_start)
{
    cli_write("bad.conf", "host = { node = \"n\"; };\n"
                          "plugins = ( { name = \"a\"; plugin = \"cli-sample\"; base = \"c\"; },\n"
                          "  { name = \"c\"; plugin = \"cli-base\"; trace = \"/no/trace\"; } );\n");
    const cli_result_t *run = cli_shell("$SIGNET thing local --config bad.conf");
    assert_code(run, 6);
    assert_has(run->errors, "the trace cannot be written");
}
END_TEST

START_TEST(checks_configurations)
{
    write_configuration();
    const cli_result_t *run = cli_shell("$SIGNET config check local.conf");
    assert_code(run, 0);
    assert_has(run->output, "No faults");
    cli_write("faults.conf", "host = { nod = \"n\"; };\n"
                             "plugins = (\n"
                             "  { name = \"one\"; plugin = \"cli-base\"; trac = \"trace\"; }\n"
                             ");\n");
    run = cli_shell("$SIGNET --config faults.conf config check");
    assert_code(run, 78);
    assert_has(run->errors, "faults.conf:1: ");
    assert_has(run->errors, "did you mean \"node\"?");
    assert_has(run->errors, "faults.conf:3: ");
    assert_has(run->errors, "did you mean \"trace\"?");
    assert_code(cli_shell("$SIGNET config check"), 2);
    assert_code(cli_shell("$SIGNET config check nowhere.conf"), 78);
}
END_TEST

START_TEST(samples_pass_the_check)
{
    const cli_result_t *run = cli_shell("$SIGNET config sample cli-sample");
    assert_code(run, 0);
    assert_has(run->output, "    # inner = ( {\n");
    assert_has(run->output, "    # words = [ \"a\" ];\n");
    assert_has(run->output, "    # most = \"64KiB\";\n");
    run = cli_shell("{ echo 'host = { node = \"n\"; }; plugins = ('; $SIGNET config sample "
                    "cli-base; echo ','; $SIGNET config sample cli-sample; echo ');'; } >s.conf && "
                    "$SIGNET config check s.conf && "
                    /* With every option set. */
                    "sed -e '/^ *# [a-z_]* = /s/# //' -e '/^ *# *} )/s/# //' s.conf | "
                    "sed 's/\"instance\"/\"cli-base\"/' >all.conf && cat all.conf && "
                    "$SIGNET config check all.conf");
    assert_code(run, 0);
    assert_has(run->output, "inner = ( {");
    run = cli_shell("$SIGNET config sample cli-smple");
    assert_code(run, 3);
    assert_has(run->errors, "did you mean \"cli-sample\"?");
}
END_TEST

START_TEST(writes_the_reference)
{
    const cli_result_t *run = cli_shell("$SIGNET config reference");
    assert_code(run, 0);
    assert_has(run->output, "# Configuration reference\n");
    assert_has(run->output, "## host\n");
    assert_has(run->output, "| `listeners.address` | text |");
    assert_has(run->output, "## cli-base\n");
    assert_has(run->output, "| `trace` | path | required | Where starts are noted. |");
    assert_has(run->output, "| `inner.period` | duration | `1h` | How often \\| when. |");
    assert_has(run->output, "Uses, where there is one, `test.base/1`, named by `base`.");
    run = cli_shell("$SIGNET config reference --plugin cli-base");
    assert_code(run, 0);
    assert_lacks(run->output, "## host");
    assert_code(cli_shell("$SIGNET config reference --plugin nothing"), 3);
}
END_TEST

START_TEST(completes_in_shells)
{
    assert_code(cli_shell("$SIGNET completion bash >c.bash 2>/dev/null; bash -n c.bash"), 0);
    static const struct {
        const char *words;
        const char *found;
    } lines[] = {
        {"signet conf", "config\n"},
        {"signet config \"\"", "check reference sample\n"},
        {"signet echo --num", "--number\n"},
        {"signet echo --color-name \"\"", "red green blue\n"},
        {"signet thing fail --sta", "--status\n"},
        {"signet thing lo", "local\n"},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const cli_result_t *run =
            cli_shell("bash -c '. ./c.bash; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); "
                      "_signet; echo \"${COMPREPLY[@]}\"'",
                      lines[i].words);
        ck_assert_str_eq(run->output, lines[i].found);
    }
    assert_has(cli_shell("$SIGNET completion zsh")->output, "#compdef signet\n");
    const cli_result_t *run = cli_shell("$SIGNET completion fish");
    assert_code(run, 0);
    assert_has(run->output, "-l 'color-name' -r -d 'A colour.'");
    assert_code(cli_shell("$SIGNET completion tcsh"), 2);
}
END_TEST

START_TEST(writes_manual_pages)
{
    const cli_result_t *run = cli_shell("$SIGNET man thing fail");
    assert_code(run, 0);
    assert_has(run->output, ".TH \"SIGNET\\-THING\\-FAIL\" 1 ");
    assert_has(run->output, "\n.SH SYNOPSIS\n\\fBsignet thing fail\n");
    assert_has(run->output, "\\fB\\-\\-status\\fR \\fINUMBER\\fR\n");
    assert_has(run->output, "\\fB9\\fR\naccepted, but it waits for the approval of others\n");
    /* Every page is one that the formatter has nothing to say about. */
    run = cli_shell("mkdir pages && $SIGNET man --output pages 2>/dev/null && ls pages && "
                    "for page in pages/*; do groff -man -ww -Tutf8 -P-cbou $page; done");
    assert_code(run, 0);
    assert_has(run->output, "signet.1\n");
    assert_has(run->output, "signet-config-check.1\n");
    assert_has(run->output, "signet-thing-fail.1\n");
    assert_has(run->output, "signet config check [OPTION]... [file]");
    ck_assert_str_eq(run->errors, "");
    assert_code(cli_shell("$SIGNET man nothing"), 2);
    assert_code(cli_shell("$SIGNET man --output nowhere"), 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli");
    TCase *cases = tcase_create("signet");
    tcase_add_checked_fixture(cases, cli_begin, cli_end);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, lists_commands_in_groups);
    tcase_add_test(cases, explains_commands);
    tcase_add_test(cases, warns_of_what_it_leaves_out);
    tcase_add_test(cases, reads_options_of_all_types);
    tcase_add_test(cases, refuses_wrong_usage);
    tcase_add_test(cases, tells_the_shell_what_happened);
    tcase_add_test(cases, prints_json);
    tcase_add_test(cases, prints_octets_as_they_are);
    tcase_add_test(cases, fits_tables_to_the_terminal);
    tcase_add_test(cases, shows_progress_on_a_terminal);
    tcase_add_test(cases, says_when_output_is_lost);
    tcase_add_test(cases, hands_on_where_the_host_is);
    tcase_add_test(cases, runs_local_commands_on_what_they_need);
    tcase_add_test(cases, chooses_among_instances);
    tcase_add_test(cases, passes_on_why_an_instance_does_not_start);
    tcase_add_test(cases, checks_configurations);
    tcase_add_test(cases, samples_pass_the_check);
    tcase_add_test(cases, writes_the_reference);
    tcase_add_test(cases, completes_in_shells);
    tcase_add_test(cases, writes_manual_pages);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
