/* What the host does for an instance of a plugin.
 *
 * The host hands one signet_host_t to each instance at open; it lives as long as the instance. */
#ifndef SIGNET_HOST_H
#define SIGNET_HOST_H

#include <signet/call.h>
#include <signet/http.h>
#include <signet/option.h>

/* Why the instance was opened. */
#define SIGNET_MODE_SERVE 1U   /* by the daemon, to serve */
#define SIGNET_MODE_CHECK 2U   /* by a trial load or `config check`: opened and closed again */
#define SIGNET_MODE_COMMAND 3U /* by `signet`, for local commands: no routes, no jobs run */

/* Levels of log lines. */
#define SIGNET_LOG_DEBUG 1
#define SIGNET_LOG_INFO 2
#define SIGNET_LOG_WARNING 3
#define SIGNET_LOG_ERROR 4

/* Lanes: bounded sets of worker threads. */
#define SIGNET_LANE_REQUEST 1U    /* requests */
#define SIGNET_LANE_STREAM 2U     /* requests whose bodies stream */
#define SIGNET_LANE_BACKGROUND 3U /* CRLs, sealing, sweeps */
#define SIGNET_LANE_OUTBOUND 4U   /* calls to other systems, which may be slow */

/* Kinds of metrics. */
#define SIGNET_METRIC_COUNTER 1U   /* only grows */
#define SIGNET_METRIC_GAUGE 2U     /* goes up and down */
#define SIGNET_METRIC_HISTOGRAM 3U /* observed durations, in microseconds */

/* A periodic job. Never overlaps itself. Each run is a new call whose actor is
 * "system:INSTANCE". */
typedef struct signet_job {
    uint32_t size;
    uint32_t lane;       /* SIGNET_LANE_BACKGROUND or _OUTBOUND */
    signet_text_t name;  /* unique in the instance */
    int64_t period_ms;   /* between the end of a run and the next; at least 10 */
    int64_t deadline_ms; /* for one run; 0: none */
    signet_text_t lease; /* a store lease that one node of many holds to run it, or empty */
    /* One run. A failure is logged with its error. Required. [worker] */
    int32_t (*run)(void *instance, signet_call_t *call);
    void *subject; /* what `run` is given in place of the instance, so that jobs that share a
                    * function know which one they are; it lives as long as the instance. NULL: the
                    * instance */
} signet_job_t;

/* A metric: "signet_ca_issued_total". `labels` are fixed, as in `authority="device"`; never
 * something that a client can choose. */
typedef struct signet_metric {
    uint32_t size;
    uint32_t kind;
    signet_text_t name;
    signet_text_t help;
    signet_text_t labels;
} signet_metric_t;

typedef struct signet_host_services signet_host_services_t;

/* The instance as the host sees it. */
typedef struct signet_host {
    uint32_t size;
    uint32_t mode;                    /* SIGNET_MODE_* */
    uint64_t number;                  /* of the instance; never reused within a process */
    signet_text_t name;               /* of the instance */
    signet_text_t node;               /* of this node, from configuration */
    const signet_setting_t *settings; /* the instance's block, a GROUP, defaults filled in */
    const signet_host_services_t *services;
    int64_t process_time_ms;       /* for whoever stands for an isolated instance: how long its
                                    * process may take for one call; 0: it is not isolated */
    signet_text_t process_folder;  /* of an isolated instance, in its process: where it may keep
                                    * files of its own, made where it is missing; or empty */
    signet_text_t isolated_folder; /* where the processes of all isolated instances do: with
                                    * NAME.signed, what the keys of NAME signed; or empty */
} signet_host_t;

struct signet_host_services {
    uint32_t size;
    uint32_t reserved;
    /* One log line. `event` is stable ("store.sync-failed"), `message` for people, `fields` its
     * particulars. `call` may be NULL; with one the line carries its trace id. Never blocks, never
     * fails. Required. [any] */
    void (*log)(const signet_host_t *host, signet_call_t *call, int32_t level, signet_text_t event,
                signet_text_t message, const signet_pair_t *fields, uint64_t field_count);
    /* 1 where lines of `level` are written, so that costly ones can be left out. Required. [any] */
    int32_t (*log_enabled)(const signet_host_t *host, int32_t level);
    /* Reads the secret behind a SECRET setting into the call's arena, without a trailing newline.
     * A file must belong to root or to the daemon's user and be closed to all others (0600, 0400);
     * at most 64 KiB. INVALID, NOT_FOUND, DENIED name the reference. Required. [any] */
    int32_t (*secret)(const signet_host_t *host, signet_call_t *call, signet_text_t reference,
                      signet_bytes_t *secret);
    /* Registers routes; in open or start only. EXISTS where method and path are taken, naming both
     * instances. Required. [any] */
    int32_t (*add_routes)(const signet_host_t *host, signet_call_t *call,
                          const signet_route_t *routes, uint64_t count);
    /* All routes of all instances, as an array of `*count` pointers in the arena, for the OpenAPI
     * document. Required. [any] */
    const signet_route_t *const *(*routes)(const signet_host_t *host, signet_call_t *call,
                                           uint64_t *count);
    /* Registers a job; in open or start only. It runs after every instance has started, in mode
     * SERVE. EXISTS where the name is taken. Required. [any] */
    int32_t (*add_job)(const signet_host_t *host, signet_call_t *call, const signet_job_t *job);
    /* Has the job `name` of this instance run now instead of at the end of its period; while it
     * runs, once more afterwards. Required. [any] */
    int32_t (*wake_job)(const signet_host_t *host, signet_call_t *call, signet_text_t name);
    /* Registers a metric and answers its number. The same name and labels again: the same number.
     * Required. [any] */
    int32_t (*add_metric)(const signet_host_t *host, signet_call_t *call,
                          const signet_metric_t *metric, uint64_t *number);
    /* Adds to a counter or gauge, or observes a duration in microseconds in a histogram.
     * Lock-free. Required. [any] */
    void (*record)(const signet_host_t *host, uint64_t number, int64_t value);
    /* Sets a gauge. Required. [any] */
    void (*set)(const signet_host_t *host, uint64_t number, int64_t value);
    /* Ends the process at once, leaving a log line: for what must never be survived, a failed sync
     * for instance. Does not return. Required. [any] */
    void (*fatal)(const signet_host_t *host, signet_text_t event, signet_text_t message);
    /* Starts the process that an isolated instance lives in, with the same plugin and settings, and
     * answers this side of a stream socket to it, which the caller closes. DENIED to all but the
     * plugin that stands for such instances (ext/draft/remote.h); UNAVAILABLE. Required. [any] */
    int32_t (*start_process)(const signet_host_t *host, signet_call_t *call, int32_t *socket);
    /* Ends that process where it still runs, and says how it ended: "signal 11, Segmentation
     * fault"; empty where there was none. Required. [any] */
    int32_t (*end_process)(const signet_host_t *host, signet_call_t *call, signet_text_t *how);
};

#endif
