/* The plugin test runner's own structures. */
#ifndef SIGNET_CHECK_SRC_RUNNER_H
#define SIGNET_CHECK_SRC_RUNNER_H

#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signet/check.h>
#include <signet/sdk/text.h>
#include <stdatomic.h>

#define RUNNER_METRICS_MAX 512U

/* Phases of an instance. Routes and jobs are taken in the first two. */
#define RUNNER_OPENING 1
#define RUNNER_STARTING 2
#define RUNNER_STARTED 3
#define RUNNER_OPENED 4 /* and never started: mode CHECK */

typedef struct runner_instance runner_instance_t;
typedef struct runner_call runner_call_t;
typedef struct runner_receiver runner_receiver_t;

typedef struct runner_route {
    struct runner_route *next;
    runner_instance_t *instance;
    signet_route_t route;
} runner_route_t;

typedef struct runner_job {
    struct runner_job *next;
    signet_job_t job; /* of whatever size its plugin knew, the rest 0 */
} runner_job_t;

/* An instance. The host that its plugin sees comes first, so that a host leads back to it. */
struct runner_instance {
    signet_host_t host;
    runner_instance_t *next;
    signet_check_t *check;
    const signet_plugin_t *plugin;
    void *instance;
    signet_call_t *memory; /* settings, routes, jobs: all that lives as long as the instance */
    int phase;
    runner_route_t *routes;
    runner_job_t *jobs;
    const signet_provider_t *providers;
    uint64_t provider_count;
};

typedef struct runner_line {
    struct runner_line *next;
    char event[];
} runner_line_t;

typedef struct runner_metric {
    signet_text_t name;
    signet_text_t labels;
    _Atomic int64_t value;
} runner_metric_t;

struct signet_check {
    char folder[PATH_MAX];
    pthread_mutex_t *lock; /* over instances, routes, lines and the adding of metrics */
    uint32_t mode;
    uint64_t last_number;
    runner_instance_t *instances; /* in start order */
    runner_line_t *lines;
    runner_metric_t *metrics;
    _Atomic uint64_t metric_count;
    _Atomic uint64_t fail_alloc; /* allocations left until one fails; 0: none fails */
    signet_call_t *opening;      /* call of the last open, which holds its error */
    char *expected_fatal;
    runner_receiver_t *receiver; /* NULL: none was asked for */
};

/* Where a child call leads to its root: that one is cancelled and shielded. */
struct runner_call {
    signet_call_t head;
    signet_check_t *check;
    runner_call_t *root;
    void **blocks; /* each allocation is a block of its own, so that sanitizers see its end */
    uint64_t *lengths;
    uint64_t count;
    uint64_t capacity;
    int spared; /* 1: the runner's own memory, which no failure is injected into */
    signet_error_t error;
    int failed;
    const signet_actor_t *actor;
    int actor_set;
    signet_text_t tenant;
    char trace[33];
    int64_t deadline; /* of the monotonic clock; INT64_MAX: none */
    atomic_int cancelled;
    int shielded;
    sem_t sleep; /* between pause and resume */
};

/* Ends the test process with a message: the world around the plugin is broken. */
__attribute__((format(printf, 1, 2), noreturn)) void runner_die(const char *format, ...);

/* call.c. A call of the runner's own has spared memory. */
signet_call_t *runner_call_new(signet_check_t *check, int spared);
/* Octets of the arena that no failure is injected into; ends the process where there are none. */
void *runner_take(signet_call_t *call, uint64_t length);
signet_text_t runner_take_text(signet_call_t *call, signet_text_t text);
void runner_set_actor(signet_call_t *call, signet_text_t id, signet_text_t method,
                      const char *roles);

/* find.c */
const signet_provider_t *runner_find(signet_call_t *call, signet_text_t interface,
                                     signet_text_t name);
const signet_provider_t *const *runner_providers(signet_call_t *call, signet_text_t interface,
                                                 uint64_t *count);
runner_instance_t *runner_instance(const signet_check_t *check, const char *name);

/* abi.c: whether the descriptor keeps the rules of the contract; else ABI_MISMATCH. */
int32_t runner_check_abi(signet_call_t *call, const signet_plugin_t *plugin);

/* need.c: whether what a plugin needs is there. */
int32_t runner_check_needs(signet_call_t *call, const signet_check_t *check,
                           const signet_plugin_t *plugin, const signet_setting_t *settings);

/* setting_file.c: a block in libconfig syntax, checked against the declared options. Its memory is
 * the arena of `memory`, its error is set in `call`. */
int32_t runner_settings(signet_call_t *call, signet_call_t *memory, const char *folder,
                        const signet_option_t *options, uint64_t count, const char *block,
                        const signet_setting_t **settings);

/* setting_value.c */
/* The declared option of this name, or NULL. */
const signet_option_t *runner_option(const signet_option_t *options, uint64_t count,
                                     signet_text_t name);
/* Whether a value of this type is a single one that runner_setting_text reads. */
int runner_option_is_scalar(const signet_option_t *option);
/* Fills `setting` from the text of a scalar option. */
int32_t runner_setting_text(signet_call_t *call, signet_call_t *memory, const char *folder,
                            const signet_option_t *option, signet_text_t text,
                            signet_setting_t *setting);
/* Checks an integer against the option's limits and fills `setting`. */
int32_t runner_setting_integer(signet_call_t *call, const signet_option_t *option, int64_t integer,
                               signet_setting_t *setting);

/* host.c */
int32_t runner_job_run(const runner_job_t *job, const runner_instance_t *self, signet_call_t *call);
extern const signet_host_services_t runner_host_services;
/* secret.c */
int32_t runner_secret(const signet_host_t *host, signet_call_t *call, signet_text_t reference,
                      signet_bytes_t *secret);

/* receiver.c. Ends it; NULL is allowed. */
void runner_receiver_end(runner_receiver_t *receiver);

/* problem.c: an error as problem+json. */
int32_t runner_problem(signet_call_t *call, const signet_error_t *error,
                       const signet_response_t **response);

/* route.c: the route for method and path, with its parameters in the call's arena. NULL with the
 * error set where there is none. */
const runner_route_t *runner_route(signet_check_t *check, signet_call_t *call, signet_text_t method,
                                   signet_text_t path, const signet_pair_t **parameters,
                                   uint64_t *parameter_count);

/* exchange.c */
typedef struct runner_exchange {
    signet_exchange_t head;
    signet_bytes_t body; /* of the request, what is left to be read */
    signet_response_t *response;
    int state;
    signet_buffer_t *pieces; /* of a begun answer */
} runner_exchange_t;
runner_exchange_t *runner_exchange_new(signet_call_t *call, signet_bytes_t body);
/* The answer, or NULL where none was given or a begun one was not finished. */
const signet_response_t *runner_exchange_response(const runner_exchange_t *exchange);

/* output.c */
typedef struct runner_output runner_output_t;
signet_output_t *runner_output_new(signet_call_t *call, int json);
int32_t runner_output_text(signet_output_t *output, signet_text_t *text);

/* argument.c: arguments as on a command line, checked against the command's options. */
int32_t runner_arguments(signet_call_t *call, const char *folder, const signet_command_t *command,
                         const char *const *arguments, uint64_t count,
                         const signet_setting_t **settings);

#endif
