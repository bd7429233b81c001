/* Reloads of a running signetd: what is replaced, what stays, what is refused. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"

/* Configures one plain listener, and these blocks. */
static void configure(const char *host, const char *blocks)
{
    char content[4096];
    snprintf(content, sizeof content,
             "host = {\n node = \"n1\"; ready_file = \"ready\"; %s\n"
             " listeners = ( { name = \"plain\"; address = \"127.0.0.1:0\"; } );\n"
             " log = { format = \"json\"; };\n};\nplugins = (\n%s\n);\n",
             host, blocks);
    world_write("signet.cfg", content);
}

#define LIFE(text)                                                                                 \
    "{ name = \"life\"; plugin = \"mock-life\"; trace = \"trace\"; gate = \"gate\"; " text " }"
#define PLACE(text) "{ name = \"place\"; plugin = \"mock-place\"; trace = \"trace\"; " text " }"
#define GOOD(more) "{ name = \"good\"; plugin = \"mock-good\"; " more " }"

/* Has the host read what was configured, and waits for the outcome number `count`. */
static void reload(pid_t host, const char *event, unsigned count)
{
    char words[128];
    snprintf(words, sizeof words, "\"event\":\"host.%s\"", event);
    ck_assert_int_eq(kill(host, SIGHUP), 0);
    daemon_await(words, count);
}

static const char *trace(void)
{
    static char text[65536];
    daemon_read("trace", text, sizeof text);
    return text;
}

/* The lines of the trace that begin so. */
static const char *trace_of(const char *name)
{
    static char lines[65536];
    size_t length = 0;
    for (const char *line = trace(); *line;) {
        size_t whole = (size_t)(strchr(line, '\n') - line) + 1;
        if (strncmp(line, name, strlen(name)) == 0) {
            memcpy(lines + length, line, whole);
            length += whole;
        }
        line += whole;
    }
    lines[length] = '\0';
    return lines;
}

START_TEST(only_what_changed_is_replaced)
{
    configure("", LIFE("text = \"one\";") "," PLACE("") "," GOOD(""));
    pid_t host = daemon_serve();
    unsigned port = daemon_port();
    daemon_await_trace("life one works");
    ck_assert_str_eq(daemon_get(port, "/life"), "one");
    configure("", "\n\n" GOOD("") ",\n" PLACE("") "," LIFE("text = \"two\";"));
    reload(host, "reloaded", 1);
    daemon_await("Replaced: life (text); in place: ; added: ; removed: .", 1);
    ck_assert_str_eq(daemon_get(port, "/life"), "two");
    daemon_await_trace("life two works");
    daemon_await_trace("life one close");
    /* The same again changes nothing, and the host says so. */
    reload(host, "reloaded", 2);
    daemon_await("The configuration is the one in force.", 1);
    daemon_end(host);
    ck_assert_str_eq(trace_of("life one"), "life one open\nlife one start\nlife one works\n"
                                           "life one drain\nlife one stop\nlife one close\n");
    ck_assert_str_eq(trace_of("life two"), "life two open\nlife two start\nlife two works\n"
                                           "life two drain\nlife two stop\nlife two close\n");
    ck_assert_str_eq(trace_of("place"), "place  open\nplace  close\n");
}
END_TEST

/* Case 120: what is in flight ends where it began; only then its instance is closed. */
START_TEST(a_request_in_flight_ends_in_its_instance)
{
    configure("", LIFE("text = \"one\";"));
    pid_t host = daemon_serve();
    unsigned port = daemon_port();
    int waiting = daemon_connect(port);
    daemon_send(waiting, "/life/wait");
    daemon_await_trace("life one waits");
    configure("", LIFE("text = \"two\";"));
    reload(host, "reloaded", 1);
    configure("", GOOD(""));
    reload(host, "reloaded", 2);
    ck_assert_str_eq(daemon_get(port, "/life"), "");
    ck_assert_ptr_null(strstr(trace(), "life one drain"));
    world_write("gate", "");
    const char *answer = daemon_receive(waiting);
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\none"));
    daemon_await_trace("life one close");
    daemon_await_trace("life two close");
    daemon_end(host);
}
END_TEST

START_TEST(options_are_taken_in_place)
{
    configure("", LIFE("text = \"one\";") "," PLACE("text = \"old\";"));
    pid_t host = daemon_serve();
    configure("limits = { idle_time = \"5s\"; };",
              LIFE("text = \"one\";") "," PLACE("text = \"new\";"));
    reload(host, "reloaded", 1);
    daemon_await("in place: host (limits.idle_time), place (text); added", 1);
    daemon_end(host);
    ck_assert_ptr_nonnull(strstr(trace(), "place new reload\n"));
    ck_assert_ptr_nonnull(strstr(trace(), "place new close\n"));
    ck_assert_ptr_null(strstr(trace(), "place new open\n"));
}
END_TEST

/* Case 122: whatever is wrong, the former configuration stays in force. */
START_TEST(a_refused_one_changes_nothing)
{
    static const struct {
        const char *host;
        const char *blocks;
        const char *words;
    } refused[] = {
        {"", "{ name = ;", "syntax error"},
        {"", LIFE("txt = \"two\";"), "did you mean"},
        {"", LIFE("text = \"two\"; fail = \"open\";") "," PLACE("text = \"old\";"),
         "the mock does not open"},
        {"", LIFE("text = \"two\"; fail = \"start\";") "," PLACE("text = \"old\";"),
         "the mock does not start"},
        {"", LIFE("text = \"two\";") "," PLACE("text = \"old\"; refuse = true;"),
         "the mock does not take it"},
        {"",
         LIFE("text = \"two\";") ", { name = \"place\"; plugin = \"mock-place\"; trace = \"x\"; }",
         "restart needed, and nothing was changed: only a restart changes place (text, trace)"},
        {"",
         LIFE("text = \"two\";") ", { name = \"p\"; plugin = \"mock-place\"; trace = \"trace\"; }",
         "only a restart changes p (name)"},
        {"", LIFE("text = \"two\";") ", { name = \"place\"; plugin = \"mock-good\"; }",
         "only a restart changes place (plugin)"},
        {"plugins = \".\";", LIFE("text = \"two\";") "," PLACE("text = \"old\";"),
         "only a restart changes host (plugins)"},
        {"",
         LIFE("text = \"two\";") ", { name = \"again\"; plugin = \"mock-life\"; trace = "
                                 "\"trace\"; }," PLACE("text = \"old\";"),
         "serves already"},
        {"",
         LIFE("text = \"two\";") ", { name = \"x\"; plugin = \"mock-abort\"; }," PLACE(
             "text = \"old\";"),
         "crashed"},
    };
    configure("", LIFE("text = \"one\";") "," PLACE("text = \"old\";"));
    pid_t host = daemon_serve();
    unsigned port = daemon_port();
    for (unsigned index = 0; index < sizeof refused / sizeof refused[0]; index++) {
        configure(refused[index].host, refused[index].blocks);
        reload(host, "reload-refused", index + 1);
        ck_assert_msg(strstr(daemon_said(), refused[index].words) != NULL, "%s: %s",
                      refused[index].words, daemon_said());
        ck_assert_str_eq(daemon_get(port, "/life"), "one");
        ck_assert_ptr_null(strstr(trace(), "life one drain"));
    }
    configure("", LIFE("text = \"three\";") "," PLACE("text = \"new\";"));
    reload(host, "reloaded", 1);
    ck_assert_str_eq(daemon_get(port, "/life"), "three");
    daemon_end(host);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reload");
    TCase *tests = tcase_create("reload");
    tcase_set_timeout(tests, 100);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_checked_fixture(tests, NULL, daemon_kill);
    tcase_add_test(tests, only_what_changed_is_replaced);
    tcase_add_test(tests, a_request_in_flight_ends_in_its_instance);
    tcase_add_test(tests, options_are_taken_in_place);
    tcase_add_test(tests, a_refused_one_changes_nothing);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
