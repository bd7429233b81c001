#include "proxy.h"

#include "caller.h"

#include <errno.h>
#include <poll.h>
#include <signet/journal.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/remote.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SUPERVISE_MS 100
#define FIRST_DELAY_MS 100
#define MAX_DELAY_MS 30000
/* A process that lived so long has shown that it can. */
#define PROVEN_MS 60000
/* Between the end of the last call and the end of the process. */
#define END_MS 5000

static const char *const losses[] = {
    [CHANNEL_CLOSED] = "it ended by itself",
    [CHANNEL_HUNG] = "it did not answer a call in time and was ended",
    [CHANNEL_GARBLED] = "it answered what is no answer and was ended",
};

/* --- requests ------------------------------------------------------------------------------ */

int32_t remote_request_begin(remote_proxy_t *proxy, signet_call_t *call, remote_writer_t *request,
                             uint8_t interface, uint8_t function)
{
    int64_t time_ms = 0;
    *request = (remote_writer_t){.data = NULL};
    int32_t status = channel_time(&proxy->channel, call, &time_ms);
    if (status != SIGNET_OK)
        return status;
    remote_frame_begin(request, REMOTE_REQUEST, 0);
    remote_write_u8(request, interface);
    remote_write_u8(request, function);
    remote_write_caller(request, call, time_ms);
    return SIGNET_OK;
}

static int32_t fail_garbled(const remote_proxy_t *proxy, signet_call_t *call)
{
    return signet_fail(call, SIGNET_INTERNAL, "isolate.garbled",
                       "the process of the isolated instance \"%s\" answered what is no answer: "
                       "report it to the plugin's author",
                       proxy->name);
}

int32_t remote_request(remote_proxy_t *proxy, signet_call_t *call, remote_writer_t *request,
                       remote_reader_t *answer)
{
    signet_bytes_t reply = {NULL, 0};
    int32_t status = channel_call(&proxy->channel, call, request, &reply);
    if (status != SIGNET_OK)
        return status;
    *answer = remote_reader(reply);
    remote_reader_t refusal = *answer;
    if ((int32_t)remote_read_u32(answer) == SIGNET_OK && !answer->failed)
        return SIGNET_OK;
    signet_error_t error;
    if (!remote_read_error(&refusal, &error))
        return fail_garbled(proxy, call);
    return call->services->fail(call, &error);
}

int32_t remote_request_end(remote_proxy_t *proxy, signet_call_t *call,
                           const remote_reader_t *answer)
{
    if (remote_reader_done(answer))
        return SIGNET_OK;
    return call->services->error(call) ? signet_status(call) : fail_garbled(proxy, call);
}

/* --- the process --------------------------------------------------------------------------- */

/* The first frame, in the time that one call may take. OK, TIMEOUT or CLOSED as UNAVAILABLE. */
static int32_t first_frame(const remote_proxy_t *proxy, int socket, remote_inbox_t *inbox,
                           remote_frame_t *frame, signet_bytes_t *payload)
{
    int64_t end = signet_monotonic() + proxy->channel.limit_ms;
    for (;;) {
        int next = remote_inbox_next(inbox, frame, payload);
        if (next == REMOTE_INBOX_FRAME)
            return SIGNET_OK;
        int64_t left = end - signet_monotonic();
        struct pollfd watched = {.fd = socket, .events = POLLIN};
        if (next == REMOTE_INBOX_BAD)
            return SIGNET_INTERNAL;
        if (left <= 0)
            return SIGNET_TIMEOUT;
        if (poll(&watched, 1, left > 1000 ? 1000 : (int)left) <= 0)
            continue;
        int64_t got = remote_inbox_receive(inbox, socket, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return SIGNET_UNAVAILABLE;
    }
}

/* Tells why there is no process, once it is gone for good. */
static int32_t fail_start(const remote_proxy_t *proxy, signet_call_t *call, int32_t status)
{
    signet_text_t how = {NULL, 0};
    if (proxy->host->services->end_process(proxy->host, call, &how) != SIGNET_OK)
        return signet_status(call);
    if (status == SIGNET_TIMEOUT)
        return signet_fail(call, status, "isolate.hung",
                           "the process of the isolated instance \"%s\" was not ready within %lld "
                           "ms and was ended: look into its log lines, or raise "
                           "host.isolated.time",
                           proxy->name, (long long)proxy->channel.limit_ms);
    return signet_fail(call, SIGNET_UNAVAILABLE, "isolate.ended",
                       "the process of the isolated instance \"%s\" ended before it was ready "
                       "(%.*s): look into its log lines",
                       proxy->name, SIGNET_FORMAT(how));
}

/* Whether the first frame greets; the error is that with which the process refuses. */
static int32_t judge_greeting(const remote_proxy_t *proxy, signet_call_t *call,
                              const remote_frame_t *frame, signet_bytes_t payload)
{
    remote_reader_t reader = remote_reader(payload);
    signet_error_t error;
    if (frame->kind == REMOTE_HELLO)
        return SIGNET_OK;
    if (frame->kind == REMOTE_REFUSED && remote_read_error(&reader, &error))
        return call->services->fail(call, &error);
    return fail_garbled(proxy, call);
}

static int32_t connect_process(remote_proxy_t *proxy, signet_call_t *call)
{
    int32_t socket = -1;
    remote_inbox_t inbox = {.data = NULL};
    remote_frame_t frame;
    signet_bytes_t payload;
    int32_t status = proxy->host->services->start_process(proxy->host, call, &socket);
    if (status != SIGNET_OK)
        return status;
    status = first_frame(proxy, socket, &inbox, &frame, &payload);
    if (status != SIGNET_OK) {
        status = fail_start(proxy, call, status);
    } else {
        status = judge_greeting(proxy, call, &frame, payload);
        if (status == SIGNET_OK && !channel_begin(&proxy->channel, socket))
            status = signet_fail(call, SIGNET_UNAVAILABLE, "isolate.no-thread",
                                 "no thread can be started: raise the limit of processes");
    }
    remote_inbox_free(&inbox);
    if (status != SIGNET_OK) {
        signet_text_t how = {NULL, 0};
        close(socket);
        (void)proxy->host->services->end_process(proxy->host, call, &how);
    } else {
        proxy->began = signet_monotonic();
        proxy->host->services->set(proxy->host, proxy->up_metric, 1);
    }
    return status;
}

/* --- supervision --------------------------------------------------------------------------- */

static void record(const remote_proxy_t *proxy, signet_call_t *call, const char *event,
                   const signet_pair_t *fields, uint64_t count)
{
    signet_call_t *child = call->services->child(call);
    signet_journal_t journal;
    if (!child)
        return;
    uint64_t journals = 0;
    (void)child->services->providers(child, SIGNET_TEXT(SIGNET_JOURNAL_INTERFACE), &journals);
    const signet_entry_t entry = {.size = sizeof entry,
                                  .event = signet_text(event),
                                  .object = signet_format(child, "process:%s", proxy->name),
                                  .fields = fields,
                                  .field_count = count};
    if (journals &&
        (signet_journal(child, (signet_text_t){NULL, 0}, &journal) != SIGNET_OK ||
         journal.interface->commit(journal.instance, child, NULL, 0, &entry) != SIGNET_OK))
        signet_log_error(proxy->host, child, SIGNET_LOG_ERROR, "isolate.not-journaled");
    call->services->end(child);
}

static void delay(remote_proxy_t *proxy)
{
    int64_t delay_ms = FIRST_DELAY_MS;
    for (uint32_t at = 0; at < proxy->tries && delay_ms < MAX_DELAY_MS; at++)
        delay_ms *= 2;
    proxy->tries++;
    proxy->next_try = signet_monotonic() + (delay_ms < MAX_DELAY_MS ? delay_ms : MAX_DELAY_MS);
}

static void notice_loss(remote_proxy_t *proxy, signet_call_t *call, int state, uint64_t failed)
{
    signet_text_t how = {NULL, 0};
    const signet_host_services_t *services = proxy->host->services;
    channel_forget(&proxy->channel);
    if (services->end_process(proxy->host, call, &how) != SIGNET_OK)
        call->services->clear(call);
    proxy->down = 1;
    if (signet_monotonic() - proxy->began >= PROVEN_MS)
        proxy->tries = 0;
    delay(proxy);
    services->set(proxy->host, proxy->up_metric, 0);
    services->record(proxy->host, proxy->lost_metric, 1);
    services->record(proxy->host, proxy->failed_metric, (int64_t)failed);
    signet_log(proxy->host, call, SIGNET_LOG_ERROR, "isolate.lost",
               "the process of the isolated instance \"%s\" is gone: %s (%.*s); %llu calls failed, "
               "it is started anew",
               proxy->name, losses[state], SIGNET_FORMAT(how), (unsigned long long)failed);
    const signet_pair_t fields[] = {
        signet_pair("cause", signet_text(losses[state])),
        signet_pair("end", how),
        signet_pair("failed_calls", signet_format(call, "%llu", (unsigned long long)failed)),
    };
    record(proxy, call, SIGNET_EVENT_PROCESS_LOST, fields, sizeof fields / sizeof fields[0]);
}

static void start_again(remote_proxy_t *proxy, signet_call_t *call)
{
    if (connect_process(proxy, call) != SIGNET_OK) {
        delay(proxy);
        signet_log_error(proxy->host, call, SIGNET_LOG_ERROR, "isolate.not-restarted");
        call->services->clear(call);
        return;
    }
    proxy->down = 0;
    signet_log(proxy->host, call, SIGNET_LOG_INFO, "isolate.restarted",
               "the process of the isolated instance \"%s\" is there again", proxy->name);
    record(proxy, call, SIGNET_EVENT_PROCESS_RESTARTED, NULL, 0);
}

static int32_t supervise(void *instance, signet_call_t *call)
{
    remote_proxy_t *proxy = instance;
    uint64_t failed = 0;
    int state = channel_state(&proxy->channel, &failed);
    if (state != CHANNEL_UP && !proxy->down)
        notice_loss(proxy, call, state, failed);
    if (proxy->down && signet_monotonic() >= proxy->next_try)
        start_again(proxy, call);
    return SIGNET_OK;
}

/* --- life cycle ---------------------------------------------------------------------------- */

static int32_t add_metric(const remote_proxy_t *proxy, signet_call_t *call, uint32_t kind,
                          const char *name, const char *help, uint64_t *number)
{
    const signet_metric_t metric = {.size = sizeof metric,
                                    .kind = kind,
                                    .name = signet_text(name),
                                    .help = signet_text(help),
                                    .labels = signet_format(call, "instance=\"%s\"", proxy->name)};
    return proxy->host->services->add_metric(proxy->host, call, &metric, number);
}

static int32_t add_metrics(remote_proxy_t *proxy, signet_call_t *call)
{
    int32_t status =
        add_metric(proxy, call, SIGNET_METRIC_GAUGE, "signet_remote_up",
                   "Whether the process of an isolated instance runs.", &proxy->up_metric);
    if (status == SIGNET_OK)
        status = add_metric(proxy, call, SIGNET_METRIC_COUNTER, "signet_remote_lost_total",
                            "Processes of isolated instances that crashed or hung.",
                            &proxy->lost_metric);
    if (status == SIGNET_OK)
        status =
            add_metric(proxy, call, SIGNET_METRIC_COUNTER, "signet_remote_failed_calls_total",
                       "Calls that failed because the process was lost.", &proxy->failed_metric);
    return status;
}

int32_t signet_remote_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT_INIT("supervise"),
                              .period_ms = SUPERVISE_MS,
                              .run = supervise};
    if (!SIGNET_HAS(host, process_time_ms) || !SIGNET_HAS(host->services, start_process))
        return signet_fail(call, SIGNET_INVALID, "isolate.no-instance",
                           "the plugin \"remote\" has no block of its own: write `isolate = true` "
                           "into the block of the instance that is to be isolated");
    remote_proxy_t *proxy = calloc(1, sizeof *proxy);
    if (!proxy)
        return signet_fail_memory(call);
    proxy->host = host;
    (void)snprintf(proxy->name, sizeof proxy->name, "%.*s", SIGNET_FORMAT(host->name));
    proxy->channel.name = proxy->name;
    proxy->channel.limit_ms = host->process_time_ms;
    if (!channel_init(&proxy->channel)) {
        free(proxy);
        return signet_fail(call, SIGNET_UNAVAILABLE, "isolate.failed",
                           "no file can be opened (%s): raise the limit of open files",
                           strerror(errno));
    }
    *instance = proxy;
    int32_t status = add_metrics(proxy, call);
    return status == SIGNET_OK ? host->services->add_job(host, call, &job) : status;
}

int32_t signet_remote_start(void *instance, signet_call_t *call)
{
    return connect_process(instance, call);
}

int32_t signet_remote_stop(void *instance, signet_call_t *call)
{
    remote_proxy_t *proxy = instance;
    signet_text_t how = {NULL, 0};
    int ended = channel_end(&proxy->channel, END_MS);
    int32_t status = proxy->host->services->end_process(proxy->host, call, &how);
    if (!ended)
        signet_log(proxy->host, call, SIGNET_LOG_WARNING, "isolate.cut",
                   "the process of the isolated instance \"%s\" did not end in time and was ended",
                   proxy->name);
    channel_forget(&proxy->channel);
    return status;
}

void signet_remote_close(void *instance)
{
    remote_proxy_t *proxy = instance;
    channel_free(&proxy->channel);
    free(proxy);
}
