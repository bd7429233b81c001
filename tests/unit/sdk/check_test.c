/* The runner itself, with a plugin that uses all of it. */
#include "sdk_test.h"

#include "check_plugin.h"

#include <pthread.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/setting.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static signet_plugin_t plugin;

static void open_plugin(void)
{
    plugin = check_plugin();
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_OK);
}

static const signet_response_t *request(const char *method, const char *target, const char *headers,
                                        const char *body)
{
    const signet_response_t *response = NULL;
    ck_assert_int_eq(signet_check_request(check, call, method, target, headers,
                                          signet_text_bytes(signet_text(body)), &response),
                     SIGNET_OK);
    ck_assert_ptr_nonnull(response);
    return response;
}

/* Asserts a problem with this status and reason. */
static void expect_problem(const signet_response_t *response, uint32_t status, const char *reason)
{
    const signet_json_t *problem = NULL;
    call->services->clear(call);
    ck_assert_uint_eq(response->status, status);
    expect_text(response->headers[0].value, "application/problem+json");
    ck_assert_int_eq(signet_json_parse(call, response->body, 4096, &problem), SIGNET_OK);
    expect_text(signet_json_get(problem, "type")->text,
                signet_format(call, "urn:signet:error:%s", reason).data);
    ck_assert_int_eq(signet_json_get(problem, "status")->integer, status);
}

START_TEST(lives_through_the_cycle)
{
    open_plugin();
    ck_assert_int_eq(check_seen.opened, 1);
    ck_assert_int_eq(check_seen.started, 1);
    ck_assert_uint_eq(check_seen.host->mode, SIGNET_MODE_SERVE);
    expect_text(check_seen.host->name, "one");
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_EXISTS);
    signet_check_close(check, "one");
    ck_assert_int_eq(check_seen.stopped, 1);
    ck_assert_int_eq(check_seen.closed, 1);
    signet_check_mode(check, SIGNET_MODE_CHECK);
    open_plugin();
    ck_assert_int_eq(check_seen.started, 0);
    ck_assert_uint_eq(check_seen.host->mode, SIGNET_MODE_CHECK);
    signet_check_close(check, "one");
    ck_assert_int_eq(check_seen.stopped, 0);
    ck_assert_int_eq(check_seen.closed, 1);
}
END_TEST

static int32_t open_failing(const signet_host_t *host, signet_call_t *opening, void **instance)
{
    (void)host;
    *instance = &check_seen;
    return signet_fail(opening, SIGNET_DENIED, "test.open", "No.");
}

static int32_t open_silent(const signet_host_t *host, signet_call_t *opening, void **instance)
{
    (void)host;
    (void)opening;
    (void)instance;
    return SIGNET_DENIED;
}

static int32_t start_failing(void *instance, signet_call_t *starting)
{
    (void)instance;
    return signet_fail(starting, SIGNET_UNAVAILABLE, "test.start", "No.");
}

START_TEST(closes_what_fails)
{
    plugin = check_plugin();
    check_seen = (check_seen_t){0};
    plugin.open = open_failing;
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_DENIED);
    expect_text(signet_check_error(check)->reason, "test.open");
    ck_assert_int_eq(check_seen.closed, 1);
    plugin.open = open_silent;
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_INTERNAL);
    expect_text(signet_check_error(check)->reason, "plugin.silent");
    ck_assert_int_eq(check_seen.closed, 1);
    plugin = check_plugin();
    plugin.start = start_failing;
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_UNAVAILABLE);
    expect_text(signet_check_error(check)->reason, "test.start");
    ck_assert_int_eq(check_seen.closed, 1);
    ck_assert_ptr_null(signet_check_find(check, SIGNET_COMMAND_INTERFACE, ""));
}
END_TEST

static void expect_mismatch(const char *part)
{
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_ABI_MISMATCH);
    const signet_error_t *error = signet_check_error(check);
    ck_assert_msg(memmem(error->message.data, error->message.length, part, strlen(part)),
                  "\"%.*s\" does not say \"%s\"", SIGNET_FORMAT(error->message), part);
    plugin = check_plugin();
}

START_TEST(keeps_the_rules_of_the_contract)
{
    static const signet_store_interface_t no_store = {.size = sizeof no_store};
    static const signet_auth_interface_t short_auth = {.size = 8};
    static const signet_command_t bad_command = {.size = sizeof bad_command,
                                                 .name = SIGNET_TEXT_INIT("x")};
    static const signet_command_interface_t bad_commands = {
        .size = sizeof bad_commands, .commands = &bad_command, .command_count = 1};
    static const signet_option_t bad_option = {.size = sizeof bad_option,
                                               .type = 99,
                                               .name = SIGNET_TEXT_INIT("x"),
                                               .help = SIGNET_TEXT_INIT("x")};
    static signet_provide_t provide;
    plugin = check_plugin();
    plugin.abi = SIGNET_ABI + 1;
    expect_mismatch("was built for contract");
    plugin.size = offsetof(signet_plugin_t, close);
    expect_mismatch("cut off");
    plugin.size = 4;
    expect_mismatch("no descriptor");
    plugin.open = NULL;
    expect_mismatch("lacks one of id, version");
    provide = (signet_provide_t){.size = sizeof provide,
                                 .interface = SIGNET_TEXT(SIGNET_STORE_INTERFACE),
                                 .vtable = &no_store};
    plugin.provides = &provide;
    expect_mismatch("required member declare of signet.store/1");
    provide.interface = SIGNET_TEXT(SIGNET_AUTH_INTERFACE);
    provide.vtable = &short_auth;
    plugin.provides = &provide;
    expect_mismatch("required member authenticate of signet.auth/1");
    provide.interface = SIGNET_TEXT(SIGNET_COMMAND_INTERFACE);
    provide.vtable = &bad_commands;
    plugin.provides = &provide;
    expect_mismatch("a command without");
    provide.interface = SIGNET_TEXT("no.revision");
    plugin.provides = &provide;
    expect_mismatch("provides an interface without");
    plugin.options = &bad_option;
    plugin.option_count = 1;
    expect_mismatch("the option x without a known type");
}
END_TEST

START_TEST(checks_needs)
{
    static const signet_need_t need = {.size = sizeof need,
                                       .kind = SIGNET_NEED_REQUIRED,
                                       .interface = SIGNET_TEXT_INIT(SIGNET_COMMAND_INTERFACE),
                                       .option = SIGNET_TEXT_INIT("others.from")};
    static const signet_option_t from = {.size = sizeof from,
                                         .type = SIGNET_OPTION_INSTANCE,
                                         .name = SIGNET_TEXT_INIT("from"),
                                         .help = SIGNET_TEXT_INIT("Whom.")};
    static const signet_option_t others = {.size = sizeof others,
                                           .type = SIGNET_OPTION_GROUPS,
                                           .name = SIGNET_TEXT_INIT("others"),
                                           .help = SIGNET_TEXT_INIT("All."),
                                           .members = &from,
                                           .member_count = 1};
    static signet_plugin_t needy;
    needy = check_plugin();
    needy.start = NULL;
    needy.provide_count = 0;
    needy.needs = &need;
    needy.need_count = 1;
    needy.options = &others;
    needy.option_count = 1;
    const char *settings = "others = ( { from = \"one\"; } );";
    ck_assert_int_eq(signet_check_open_linked(check, &needy, "two", settings), SIGNET_NOT_FOUND);
    expect_text(signet_check_error(check)->reason, "plugin.need-missing");
    open_plugin();
    ck_assert_int_eq(signet_check_open_linked(check, &needy, "two", settings), SIGNET_OK);
}
END_TEST

START_TEST(serves_requests)
{
    open_plugin();
    const signet_response_t *response =
        request("GET", "/echo/a%2Fb%20c?x=1&y=%41+z&flag", "X-One: 1\nHost: h", "");
    ck_assert_uint_eq(response->status, 200);
    expect_text(signet_bytes_text(response->body),
                "GET /echo/a/b c {who=a/b c} ?x=1 ?y=A z ?flag= x-one: 1 host: h []");
    expect_text(response->headers[0].value, "text/plain");
    /* What is named beats what is a parameter. */
    expect_text(signet_bytes_text(request("GET", "/echo/me", NULL, "")->body), "GET /echo/me []");
    expect_text(signet_bytes_text(request("POST", "/echo/a/b", NULL, "body")->body),
                "POST /echo/a/b {who=a} {what=b} [body]");
    expect_text(signet_bytes_text(request("GET", "/rest/a%2F/b//", NULL, "")->body),
                "GET /rest/a//b// {all=a%2F/b//} []");
    ck_assert_uint_eq(request("HEAD", "/echo/x", NULL, "")->status, 200);
    expect_problem(request("GET", "/echo/", NULL, ""), 404, "request.path");
    expect_problem(request("GET", "/none", NULL, ""), 404, "request.path");
    expect_problem(request("DELETE", "/echo/x", NULL, ""), 501, "request.method");
    expect_problem(request("GET", "/echo/%zz", NULL, ""), 400, "request.malformed");
    expect_problem(request("GET", "/echo/%4", NULL, ""), 400, "request.malformed");
}
END_TEST

START_TEST(turns_errors_into_problems)
{
    open_plugin();
    const signet_response_t *response = request("GET", "/refuse", NULL, "");
    const signet_json_t *problem = NULL;
    expect_problem(response, 403, "test.refused");
    ck_assert_int_eq(signet_json_parse(call, response->body, 4096, &problem), SIGNET_OK);
    expect_text(signet_json_get(problem, "detail")->text, "It is \"refused\".");
    expect_text(signet_json_get(problem, "field")->text, "name");
    response = request("GET", "/own", NULL, "");
    ck_assert_uint_eq(response->status, 418);
    expect_text(signet_bytes_text(response->body), "test.refused");
    expect_problem(request("GET", "/silent", NULL, ""), 500, "plugin.silent");
    response = request("GET", "/twice", NULL, "");
    expect_text(signet_bytes_text(response->body), "first");
    expect_error(SIGNET_CONFLICT, SIGNET_CONFLICT, "exchange.answered");
    expect_text(signet_bytes_text(request("GET", "/inline", NULL, "")->body), "on a worker");
    ck_assert_int_eq(check_seen.served_inline, 2);
}
END_TEST

START_TEST(streams_bodies)
{
    open_plugin();
    signet_buffer_t buffer = signet_buffer(call, 200000);
    for (int i = 0; i < 20000; i++) {
        signet_buffer_format(&buffer, "%09d\n", i);
    }
    signet_bytes_t body;
    ck_assert_int_eq(signet_buffer_bytes(&buffer, &body), SIGNET_OK);
    const signet_response_t *response = NULL;
    ck_assert_int_eq(signet_check_request(check, call, "PUT", "/stream", NULL, body, &response),
                     SIGNET_OK);
    ck_assert_uint_eq(response->status, 200);
    ck_assert(signet_bytes_equal(response->body, body));
    ck_assert_int_eq(signet_check_request(check, call, "POST", "/echo/a/b", NULL, body, &response),
                     SIGNET_OK);
    expect_problem(response, 413, "request.too-large");
}
END_TEST

START_TEST(knows_routes)
{
    open_plugin();
    uint64_t count = 0;
    const signet_host_services_t *services = check_seen.host->services;
    const signet_route_t *const *routes = services->routes(check_seen.host, call, &count);
    ck_assert_uint_eq(count, 10);
    ck_assert_ptr_nonnull(routes[9]);
    expect_error(services->add_routes(check_seen.host, call, routes[0], 1), SIGNET_CONFLICT,
                 "host.too-late");
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "two", ""), SIGNET_EXISTS);
    expect_text(signet_check_error(check)->reason, "route.taken");
}
END_TEST

START_TEST(runs_jobs_and_counts)
{
    open_plugin();
    ck_assert_int_eq(signet_check_metric(check, "signet_test_runs_total", "kind=\"a\""), 0);
    ck_assert_int_eq(signet_check_run_job(check, "one", "sweep"), SIGNET_OK);
    ck_assert_int_eq(signet_check_run_job(check, "one", "sweep"), SIGNET_OK);
    ck_assert_int_eq(check_seen.ran, 2);
    ck_assert_int_eq(signet_check_metric(check, "signet_test_runs_total", "kind=\"a\""), 10);
    ck_assert_int_eq(signet_check_metric(check, "signet_test_runs_total", "kind=\"b\""), 0);
    const signet_host_services_t *services = check_seen.host->services;
    services->set(check_seen.host, check_seen.metric, 3);
    ck_assert_int_eq(signet_check_metric(check, "signet_test_runs_total", "kind=\"a\""), 3);
    ck_assert_int_eq(services->wake_job(check_seen.host, call, SIGNET_TEXT("sweep")), SIGNET_OK);
    expect_error(services->wake_job(check_seen.host, call, SIGNET_TEXT("none")), SIGNET_NOT_FOUND,
                 "job.missing");
}
END_TEST

START_TEST(reads_secrets)
{
    open_plugin();
    const signet_host_services_t *services = check_seen.host->services;
    signet_bytes_t secret;
    signet_text_t path = signet_format(call, "%s/pin", signet_check_folder(check));
    ck_assert_int_eq(signet_file_write(call, path, signet_text_bytes(SIGNET_TEXT("1234\n")), 0600),
                     SIGNET_OK);
    ck_assert_int_eq(services->secret(check_seen.host, call, SIGNET_TEXT("file:pin"), &secret),
                     SIGNET_OK);
    expect_text(signet_bytes_text(secret), "1234");
    ck_assert_int_eq(chmod(path.data, 0640), 0);
    expect_error(services->secret(check_seen.host, call, SIGNET_TEXT("file:pin"), &secret),
                 SIGNET_DENIED, "secret.open");
    expect_error(services->secret(check_seen.host, call, SIGNET_TEXT("file:none"), &secret),
                 SIGNET_NOT_FOUND, "file.missing");
    ck_assert_int_eq(setenv("SDK_TEST_PIN", "5678", 1), 0);
    ck_assert_int_eq(
        services->secret(check_seen.host, call, SIGNET_TEXT("env:SDK_TEST_PIN"), &secret),
        SIGNET_OK);
    expect_text(signet_bytes_text(secret), "5678");
    ck_assert_int_eq(unsetenv("SDK_TEST_PIN"), 0);
    expect_error(services->secret(check_seen.host, call, SIGNET_TEXT("env:SDK_TEST_PIN"), &secret),
                 SIGNET_NOT_FOUND, "secret.missing");
    ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", signet_check_folder(check), 1), 0);
    ck_assert_int_eq(chmod(path.data, 0400), 0);
    ck_assert_int_eq(services->secret(check_seen.host, call, SIGNET_TEXT("cred:pin"), &secret),
                     SIGNET_OK);
    ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    expect_error(services->secret(check_seen.host, call, SIGNET_TEXT("1234"), &secret),
                 SIGNET_INVALID, "secret.malformed");
}
END_TEST

static int32_t command(const char *name, const char *const *arguments, uint64_t count, int json,
                       signet_text_t *output)
{
    return signet_check_command(check, call, "one", name, arguments, count, json, output);
}

START_TEST(runs_commands)
{
    open_plugin();
    signet_text_t output;
    const char *const plain[] = {"--verbose", "a", "--page-size=9", "b"};
    ck_assert_int_eq(command("thing list", plain, 4, 0, &output), SIGNET_OK);
    expect_text(output, "Name  Count\na  9\nb  9\nThat is all.\n");
    ck_assert_int_eq(command("thing list", plain, 4, 1, &output), SIGNET_OK);
    expect_text(output, "[{\"name\":\"a\",\"count\":9},{\"name\":\"b\",\"count\":9}]");
    const char *const dashes[] = {"--page-size", "8", "--", "--verbose"};
    ck_assert_int_eq(command("thing list", dashes, 4, 1, &output), SIGNET_OK);
    expect_text(output, "[{\"name\":\"--verbose\",\"count\":8}]");
    const char *const file[] = {"/x"};
    ck_assert_int_eq(command("thing show", file, 1, 0, &output), SIGNET_OK);
    expect_text(output, "File  /x\nraw\n");
    ck_assert_int_eq(command("thing show", file, 1, 1, &output), SIGNET_OK);
    expect_text(output, "{\"file\":\"/x\"}");
}
END_TEST

START_TEST(refuses_wrong_arguments)
{
    open_plugin();
    static const char *const bad[][3] = {{NULL},
                                         {"a", "--none", NULL},
                                         {"a", "--page-size", NULL},
                                         {"a", "--page_size=1", NULL},
                                         {"a", "--names=b", NULL},
                                         {"--verbose", "--verbose", "a"}};
    signet_text_t output;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t count = 0;
        while (count < 3 && bad[i][count]) {
            count++;
        }
        expect_error(command("thing list", bad[i], count, 0, &output), SIGNET_INVALID,
                     "command.usage");
    }
    const char *const wrong[] = {"a", "--page-size=x"};
    expect_error(command("thing list", wrong, 2, 0, &output), SIGNET_INVALID, "config.wrong-value");
    const char *const many[] = {"/a", "/b"};
    expect_error(command("thing show", many, 2, 0, &output), SIGNET_INVALID, "command.usage");
}
END_TEST

START_TEST(makes_calls)
{
    const signet_call_services_t *services = call->services;
    expect_text(services->actor(call)->id, "token:test");
    expect_text(services->actor(call)->grants[0].role, "officer");
    expect_text(services->tenant(call), "");
    ck_assert_int_eq(services->set_tenant(call, SIGNET_TEXT("acme")), SIGNET_OK);
    ck_assert_uint_eq(services->trace(call).length, 32);
    ck_assert_int_eq(services->remaining(call), INT64_MAX);
    const signet_actor_t actor = {.size = sizeof actor, .id = SIGNET_TEXT("uid:0")};
    expect_error(services->set_actor(call, &actor), SIGNET_CONFLICT, "call.actor-set");
    signet_call_t *child = services->child(call);
    expect_text(child->services->actor(child)->id, "token:test");
    expect_text(child->services->tenant(child), "acme");
    ck_assert(signet_text_equal(services->trace(child), services->trace(call)));
    signet_fail(child, SIGNET_DENIED, "a.b", "No.");
    ck_assert_ptr_null(services->error(call));
    services->end(child);
    signet_check_fail_alloc(check, 1);
    ck_assert_ptr_null(services->child(call));
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
    signet_call_t *nobody = signet_check_call(check, "", NULL);
    ck_assert_uint_eq(services->actor(nobody)->id.length, 0);
    ck_assert_int_eq(services->set_actor(nobody, &actor), SIGNET_OK);
    expect_text(services->actor(nobody)->id, "uid:0");
    signet_check_call_end(nobody);
    signet_call_t *limited = signet_check_call(check, "token:a", "requester@web,auditor");
    ck_assert_uint_eq(services->actor(limited)->grant_count, 2);
    expect_text(services->actor(limited)->grants[0].profile, "web");
    expect_text(services->actor(limited)->grants[1].role, "auditor");
    signet_check_call_end(limited);
    signet_check_call_end(NULL);
}
END_TEST

static void *cancel(void *argument)
{
    signet_check_call_cancel(argument);
    return NULL;
}

START_TEST(cancels_and_times_out)
{
    const signet_call_services_t *services = call->services;
    ck_assert_int_eq(services->check(call), SIGNET_OK);
    signet_check_call_deadline(call, 60000);
    ck_assert_int_gt(services->remaining(call), 50000);
    ck_assert_int_eq(services->check(call), SIGNET_OK);
    signet_check_call_deadline(call, -1);
    ck_assert_int_eq(services->remaining(call), 0);
    expect_error(services->check(call), SIGNET_TIMEOUT, "call.timeout");
    signet_call_t *other = signet_check_call(check, "token:b", NULL);
    signet_call_t *child = services->child(other);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel, other), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(services->check(child), SIGNET_CANCELLED);
    services->clear(child);
    services->shield(other);
    ck_assert_int_eq(services->check(child), SIGNET_OK);
    services->end(child);
    signet_check_call_end(other);
}
END_TEST

#define THREADS 4
#define ROUNDS 200

/* What a worker of a plugin does, many times. */
static void *work(void *argument)
{
    const signet_host_t *host = argument;
    for (int i = 0; i < ROUNDS; i++) {
        signet_call_t *own = signet_check_call(check, "token:worker", "requester");
        const signet_call_services_t *services = own->services;
        signet_text_t name = signet_format(own, "%d", i);
        const signet_provider_t *found =
            services->find(own, SIGNET_TEXT(SIGNET_COMMAND_INTERFACE), SIGNET_TEXT("one"));
        if (name.length > 0 && found && found->instance == &check_seen) {
            host->services->record(host, check_seen.metric, 1);
        }
        signet_log(host, own, SIGNET_LOG_DEBUG, "test.worked", "%.*s", SIGNET_FORMAT(name));
        signet_call_t *child = services->child(own);
        services->end(child);
        signet_check_call_end(own);
    }
    return NULL;
}

START_TEST(serves_many_threads)
{
    open_plugin();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)check_seen.host), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_int_eq(signet_check_metric(check, "signet_test_runs_total", "kind=\"a\""),
                     THREADS * ROUNDS);
    ck_assert(signet_check_logged(check, "test.worked"));
}
END_TEST

/* The exit status of a child process whose plugin ends it with this event. */
static int fatal_status(const char *expected, signet_text_t event)
{
    pid_t process = fork();
    ck_assert_int_ge(process, 0);
    if (process == 0) {
        signet_check_expect_fatal(check, expected);
        plugin = check_plugin();
        signet_check_open_linked(check, &plugin, "one", "");
        check_seen.host->services->fatal(check_seen.host, event, SIGNET_TEXT("The end."));
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(process, &status, 0), process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

START_TEST(ends_fatally)
{
    ck_assert_int_eq(fatal_status("test.fatal", SIGNET_TEXT("test.fatal")), SIGNET_CHECK_FATAL);
    ck_assert_int_eq(fatal_status("test.fatal", SIGNET_TEXT("test.other")), -SIGABRT);
}
END_TEST

START_TEST(loads_plugins_from_files)
{
    const char *folder = getenv("SDK_TEST_PLUGINS");
    ck_assert_ptr_nonnull(folder);
    signet_text_t path = signet_format(call, "%s/test-loaded.so", folder);
    ck_assert_int_eq(signet_check_open(check, path.data, "one", ""), SIGNET_OK);
    ck_assert_int_eq(setenv("SIGNET_CHECK_PLUGINS", folder, 1), 0);
    ck_assert_int_eq(signet_check_open(check, "test-loaded", "two", ""), SIGNET_OK);
    ck_assert_ptr_null(signet_check_error(check));
    ck_assert_int_eq(signet_check_open(check, "test-loaded", "three", "x = 1;"), SIGNET_INVALID);
    ck_assert(signet_check_logged(check, "loaded.opened"));
}
END_TEST

SDK_RUN("sdk-check", lives_through_the_cycle, closes_what_fails, keeps_the_rules_of_the_contract,
        checks_needs, serves_requests, turns_errors_into_problems, streams_bodies, knows_routes,
        runs_jobs_and_counts, reads_secrets, runs_commands, refuses_wrong_arguments, makes_calls,
        cancels_and_times_out, serves_many_threads, ends_fatally, loads_plugins_from_files)
