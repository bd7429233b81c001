/* Running a plugin in a test process, without the host.
 *
 * Each function ends the test process with a message where the world around the plugin is broken
 * (a file that cannot be made, a plugin that cannot be loaded); what the plugin itself answers is
 * returned. All of it on the test's own thread unless said. */
#ifndef SIGNET_CHECK_H
#define SIGNET_CHECK_H

#include <signet/signet.h>

typedef struct signet_check signet_check_t;

/* A small world: a temporary folder, a registry, settings, calls, captured log lines. */
signet_check_t *signet_check_begin(void);
/* Stops and closes all instances in reverse order and removes the folder. */
void signet_check_end(signet_check_t *check);
/* The temporary folder, absolute. */
const char *signet_check_folder(const signet_check_t *check);
/* The mode that instances opened from here on are given; SIGNET_MODE_SERVE at first. */
void signet_check_mode(signet_check_t *check, uint32_t mode);
/* Opens and starts an instance. `plugin` is a path to a .so (one with '/'), or the id of a plugin
 * in the folder that the environment variable SIGNET_CHECK_PLUGINS names. `settings` is what stands
 * in the block, in libconfig syntax: "path = \"x\"; limit = 3;"; it is checked against the declared
 * options, and relative PATHs are relative to the temporary folder. The status of open or start;
 * the error is signet_check_error. */
int32_t signet_check_open(signet_check_t *check, const char *plugin, const char *instance,
                          const char *settings);
/* The same for a plugin linked into the test. */
int32_t signet_check_open_linked(signet_check_t *check, const signet_plugin_t *plugin,
                                 const char *instance, const char *settings);
/* Drains, stops and closes one instance. */
void signet_check_close(signet_check_t *check, const char *instance);
/* The error of the last open, or NULL. */
const signet_error_t *signet_check_error(const signet_check_t *check);
/* A new call of this actor with these roles (joined by ','; a role may be ROLE@PROFILE); it may set
 * its tenant. An actor "ID|PERSON" is a credential of that person. Calls may be made and used on
 * any thread. */
signet_call_t *signet_check_call(signet_check_t *check, const char *actor, const char *roles);
void signet_check_call_end(signet_call_t *call);
/* Cancels a call, from any thread. */
void signet_check_call_cancel(signet_call_t *call);
/* Gives a call a deadline, from now on. */
void signet_check_call_deadline(signet_call_t *call, int64_t duration_ms);
/* Makes the Nth allocation from here on fail in every arena (1: the next); 0: none. */
void signet_check_fail_alloc(signet_check_t *check, uint64_t nth);
/* The provider of an interface, typed by the caller; NULL where there is none. */
const signet_provider_t *signet_check_find(signet_check_t *check, const char *interface,
                                           const char *instance);
/* Serves a request through the routes that plugins registered, as the router would, without
 * authentication. `headers` are "name: value" lines or NULL. An error becomes a response with the
 * status of problem+json and the reason as its body's "type". */
int32_t signet_check_request(signet_check_t *check, signet_call_t *call, const char *method,
                             const char *target, const char *headers, signet_bytes_t body,
                             const signet_response_t **response);
/* Runs a job once, now. */
int32_t signet_check_run_job(signet_check_t *check, const char *instance, const char *job);
/* Runs a command of an instance with arguments as on the command line; standard output goes to
 * `output` (in the call's arena), as JSON with json = 1; of one that fails, what it printed before.
 */
int32_t signet_check_command(signet_check_t *check, signet_call_t *call, const char *instance,
                             const char *command, const char *const *arguments, uint64_t count,
                             int json, signet_text_t *output);
/* Whether a log line with this event was written since the begin. */
int signet_check_logged(const signet_check_t *check, const char *event);
/* The value of a metric: of a histogram the sum of what was observed; 0 where there is none. */
int64_t signet_check_metric(const signet_check_t *check, const char *name, const char *labels);
/* The exit status of a process that a plugin ended as expected. */
#define SIGNET_CHECK_FATAL 86
/* From here on host.fatal with this event ends the process with SIGNET_CHECK_FATAL; any other
 * aborts it. For a child process that the test made, before it opened an instance there. */
void signet_check_expect_fatal(signet_check_t *check, const char *event);

/* Conformance: whether an open instance does what the interfaces that it provides promise. */
#define SIGNET_CHECK_REACHABLE 1U /* its receiver is there: deliveries must succeed */
/* One case of a suite: `suite` is the interface ("signet.notifier/1", "routes", "jobs"), `fault`
 * what was wrong, or NULL. Valid during the call. */
typedef void signet_check_report_t(void *context, const char *suite, const char *name,
                                   const char *fault);
/* Runs every suite that there is for the instance: signet.notifier/1, signet.exporter/1,
 * signet.discovery/1, signet.key/1, signet.store/1, signet.auth/1, signet.policy/1, and its routes
 * and jobs. Reports each case; `report` may be NULL. Answers the number of faults. What the suites
 * send is made up, but it is really sent: point the instance at a receiver made for tests. */
uint64_t signet_check_conform(signet_check_t *check, const char *instance, uint32_t flags,
                              signet_check_report_t *report, void *context);
/* A report that prints what is wrong, for tests. */
void signet_check_print(void *context, const char *suite, const char *name, const char *fault);

/* Fuzzing: what a target does with one input, in a call of its own. It ends the process (abort, a
 * sanitizer's report) where something is wrong. */
typedef void signet_check_fuzz_t(signet_check_t *check, signet_call_t *call, signet_bytes_t input);
/* One input; `prepare` opens the plugin, the first time. Answers 0, for libFuzzer. */
int signet_check_fuzz_one(const uint8_t *data, uint64_t length, void (*prepare)(signet_check_t *),
                          signet_check_fuzz_t *target);
/* Each file named after the program, or standard input where none is: for AFL++ and for inputs that
 * failed once. Answers the program's exit status. */
int signet_check_fuzz_files(int count, char **files, void (*prepare)(signet_check_t *),
                            signet_check_fuzz_t *target);
/* The program: with clang, -fsanitize=fuzzer and SIGNET_LIBFUZZER defined that of libFuzzer, else
 * one that reads files. */
#ifdef SIGNET_LIBFUZZER
#define SIGNET_CHECK_FUZZ(prepare, target)                                                         \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);                                \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)                                 \
    {                                                                                              \
        return signet_check_fuzz_one(data, length, prepare, target);                               \
    }
#else
#define SIGNET_CHECK_FUZZ(prepare, target)                                                         \
    int main(int count, char **files)                                                              \
    {                                                                                              \
        return signet_check_fuzz_files(count, files, prepare, target);                             \
    }
#endif

/* A receiver for what plugins send: plain HTTP on loopback, started when it is first asked for.
 * Answers its URL, "http://127.0.0.1:PORT". */
const char *signet_check_receiver(signet_check_t *check);
/* The status of all answers from here on; 204 at first. */
void signet_check_receiver_answer(signet_check_t *check, uint32_t status);
/* The last request, head and body as they came; NULL where there was none. Valid until the next. */
const char *signet_check_received(const signet_check_t *check);

#endif
