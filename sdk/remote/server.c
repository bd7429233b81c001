#include "server.h"

#include "caller.h"
#include "frame.h"
#include "proxy.h"
#include "signing_log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <signet/key.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/remote.h>
#include <signet/sdk/text.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64U
/* Threads that sign wait for the log's sync, and share it: so many signatures are under one. */
#define SIGNING_THREADS 32
/* While all threads are busy and none gets on for so long, another is started. */
#define HELD_UP_MS 2
/* How long the watcher looks on after it last saw them all busy. */
#define WATCH_TURNS 100
#define SYNC_MS 1000

/* Threads take turns at the socket: whoever has read a request makes the call itself. */
typedef struct server {
    const signet_remote_service_t *service;
    signing_log_t *log;
    key_purposes_t known;
    pthread_mutex_t in; /* of the inbox */
    remote_inbox_t inbox;
    int ended; /* the daemon closed, or said what it must not */
    pthread_mutex_t out;
    pthread_mutex_t lock; /* of the watcher's members */
    pthread_cond_t wake;
    int watching;
    int finished; /* a thread saw the end */
    pthread_t threads[THREADS_MAX];
    uint32_t count;
    atomic_uint waiting; /* threads that are at the socket or wait for it */
    atomic_ullong taken; /* requests */
} server_t;

/* A request, out of the inbox. */
typedef struct request {
    uint64_t id;
    uint8_t *data;
    uint64_t length;
} request_t;

int32_t remote_service_check(const remote_service_t *service)
{
    if (remote_reader_done(service->request))
        return SIGNET_OK;
    /* Where memory is missing for it, that is no fault of what was asked. */
    if (service->call->services->error(service->call))
        return signet_status(service->call);
    return signet_fail(service->call, SIGNET_INVALID, "isolate.malformed",
                       "the isolated instance was asked something that it cannot read: a text is "
                       "not UTF-8, or the request is damaged");
}

int32_t remote_service_lacks(const remote_service_t *service)
{
    return signet_fail(service->call, SIGNET_UNSUPPORTED, "isolate.unsupported",
                       "the isolated instance does not offer this function");
}

/* --- one request --------------------------------------------------------------------------- */

static int32_t dispatch(const server_t *server, remote_service_t *service, uint8_t interface)
{
    static const struct {
        uint8_t number;
        const char *interface;
        int32_t (*serve)(const remote_service_t *service);
    } interfaces[] = {
        {REMOTE_KEY, SIGNET_KEY_INTERFACE, remote_serve_key},
        {REMOTE_NOTIFIER, SIGNET_NOTIFIER_INTERFACE, remote_serve_notifier},
        {REMOTE_EXPORTER, SIGNET_EXPORTER_INTERFACE, remote_serve_exporter},
        {REMOTE_DISCOVERY, SIGNET_DISCOVERY_INTERFACE, remote_serve_discovery},
    };
    for (size_t at = 0; at < sizeof interfaces / sizeof interfaces[0]; at++) {
        if (interfaces[at].number != interface)
            continue;
        for (uint64_t index = 0; index < server->service->target_count; index++) {
            service->target = SIGNET_AT(signet_remote_target_t, server->service->targets, index);
            if (signet_text_is(service->target->interface, interfaces[at].interface))
                return interfaces[at].serve(service);
        }
    }
    return remote_service_lacks(service);
}

/* Makes the call of a request and writes its reply. */
static void answer(server_t *server, const request_t *request, remote_writer_t *reply)
{
    remote_reader_t reader = remote_reader((signet_bytes_t){request->data, request->length});
    signet_remote_caller_t caller;
    signet_actor_t actor;
    signet_grant_t *grants = NULL;
    uint8_t interface = remote_read_u8(&reader);
    uint8_t function = remote_read_u8(&reader);
    remote_read_caller(&reader, &caller, &actor, &grants);
    signet_call_t *call = reader.failed ? NULL : server->service->begin(&caller);
    free(grants);
    remote_frame_begin(reply, REMOTE_REPLY, request->id);
    uint64_t head = reply->length;
    remote_write_u32(reply, SIGNET_OK);
    remote_service_t service = {.log = server->log,
                                .known = &server->known,
                                .call = call,
                                .function = function,
                                .request = &reader,
                                .reply = reply};
    int32_t status = call ? dispatch(server, &service, interface) : SIGNET_NO_MEMORY;
    if (status == SIGNET_OK && reply->failed)
        status = signet_fail_memory(call);
    if (status != SIGNET_OK) {
        reply->length = reply->failed ? reply->length : head;
        remote_write_error(reply, status, call ? call->services->error(call) : NULL);
    }
    if (call)
        server->service->end(call);
}

static void serve_request(server_t *server, request_t *request)
{
    remote_writer_t reply = {.data = NULL};
    answer(server, request, &reply);
    signet_wipe(request->data, request->length);
    free(request->data);
    int whole = remote_frame_end(&reply);
    pthread_mutex_lock(&server->out);
    /* A reply that cannot be told leaves the daemon waiting: it finds the socket closed instead. */
    if (!whole || !remote_send(server->service->socket, &reply))
        shutdown(server->service->socket, SHUT_RDWR);
    pthread_mutex_unlock(&server->out);
    remote_writer_free(&reply);
}

/* --- threads ------------------------------------------------------------------------------- */

/* The next request, waiting for it; 0 at the end. The lock of the inbox is held. */
static int next_request(server_t *server, request_t *request)
{
    while (!server->ended) {
        remote_frame_t frame;
        signet_bytes_t payload;
        int next = remote_inbox_next(&server->inbox, &frame, &payload);
        if (next == REMOTE_INBOX_FRAME && frame.kind == REMOTE_REQUEST) {
            *request = (request_t){.id = frame.id,
                                   .data = malloc(payload.length ? payload.length : 1),
                                   .length = payload.length};
            if (request->data && payload.length)
                memcpy(request->data, payload.data, payload.length);
            server->ended = request->data == NULL;
        } else if (next != REMOTE_INBOX_MORE) {
            server->ended = 1;
        } else {
            int64_t got = remote_inbox_receive(&server->inbox, server->service->socket, 0);
            server->ended = got == 0 || (got < 0 && errno != EINTR);
            continue;
        }
        return !server->ended;
    }
    return 0;
}

static int take(server_t *server, request_t *request)
{
    atomic_fetch_add(&server->waiting, 1);
    pthread_mutex_lock(&server->in);
    int taken = next_request(server, request);
    pthread_mutex_unlock(&server->in);
    atomic_fetch_add(&server->taken, 1);
    if (atomic_fetch_sub(&server->waiting, 1) > 1 && taken)
        return 1;
    /* Nobody waits for the next one: somebody is to look whether it goes on all the same. */
    pthread_mutex_lock(&server->lock);
    server->finished |= !taken;
    if (!server->watching || !taken)
        pthread_cond_signal(&server->wake);
    server->watching = 1;
    pthread_mutex_unlock(&server->lock);
    return taken;
}

static void *run(void *argument)
{
    server_t *server = argument;
    request_t request = {.data = NULL};
    while (take(server, &request))
        serve_request(server, &request);
    return NULL;
}

static void start_thread(server_t *server)
{
    sigset_t all;
    sigset_t before;
    if (server->count == THREADS_MAX)
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&server->threads[server->count], NULL, run, server) == 0)
        server->count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Waits at most `wait_ms` for the end, or to be woken; the lock is held. */
static void rest(server_t *server, int64_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&server->wake, &server->lock, &until);
}

/* Starts threads as they are needed, and has the log of signatures reach the disk, until the end.
 */
static void watch(server_t *server)
{
    uint64_t last = 0;
    int turns = 0;
    int64_t synced = signet_monotonic();
    pthread_mutex_lock(&server->lock);
    while (!server->finished) {
        rest(server, server->watching ? HELD_UP_MS : SYNC_MS);
        uint64_t taken = atomic_load(&server->taken);
        if (atomic_load(&server->waiting) == 0 && taken == last)
            start_thread(server);
        turns = taken == last ? turns + 1 : 0;
        last = taken;
        if (turns > WATCH_TURNS)
            server->watching = 0;
        if (server->log && signet_monotonic() - synced >= SYNC_MS) {
            pthread_mutex_unlock(&server->lock);
            signing_log_sync(server->log);
            pthread_mutex_lock(&server->lock);
            synced = signet_monotonic();
        }
    }
    pthread_mutex_unlock(&server->lock);
}

static void serve(server_t *server)
{
    pthread_condattr_t monotonic;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&server->in, NULL);
    pthread_mutex_init(&server->out, NULL);
    pthread_mutex_init(&server->lock, NULL);
    pthread_mutex_init(&server->known.lock, NULL);
    long threads = server->log && cores < SIGNING_THREADS ? SIGNING_THREADS : cores;
    for (long at = 0; at < threads || at == 0; at++)
        start_thread(server);
    if (server->count)
        watch(server);
    for (uint32_t at = 0; at < server->count; at++)
        pthread_join(server->threads[at], NULL);
    pthread_mutex_destroy(&server->known.lock);
    pthread_mutex_destroy(&server->lock);
    pthread_mutex_destroy(&server->out);
    pthread_mutex_destroy(&server->in);
    pthread_cond_destroy(&server->wake);
    remote_inbox_free(&server->inbox);
}

/* --- the whole ----------------------------------------------------------------------------- */

/* Sends the first frame. */
static int32_t greet(signet_call_t *call, const signet_remote_service_t *service)
{
    remote_writer_t frame = {.data = NULL};
    const signet_error_t *refusal = service->refusal;
    remote_frame_begin(&frame, refusal ? REMOTE_REFUSED : REMOTE_HELLO, 0);
    if (refusal) {
        remote_write_error(&frame, refusal->status, refusal);
    } else {
        remote_write_u64(&frame, service->target_count);
        for (uint64_t at = 0; at < service->target_count; at++)
            remote_write_text(&frame,
                              SIGNET_AT(signet_remote_target_t, service->targets, at)->interface);
    }
    int sent = remote_frame_end(&frame) && remote_send(service->socket, &frame);
    remote_writer_free(&frame);
    if (sent)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_UNAVAILABLE, "isolate.alone",
                       "the daemon that an isolated instance was started by is gone");
}

/* Whether keys are served, of which a log is kept. */
static int has_keys(const signet_remote_service_t *service)
{
    for (uint64_t at = 0; at < service->target_count; at++) {
        if (signet_text_is(SIGNET_AT(signet_remote_target_t, service->targets, at)->interface,
                           SIGNET_KEY_INTERFACE))
            return 1;
    }
    return 0;
}

int32_t signet_remote_serve(signet_call_t *call, const signet_remote_service_t *service)
{
    signet_remote_service_t refused = *service;
    server_t *server = calloc(1, sizeof *server);
    int32_t status = server ? SIGNET_OK : signet_fail_memory(call);
    if (server && !service->refusal && has_keys(service))
        status = signing_log_open(call, service->host, SIGNING_LOG_LIMIT, &server->log);
    if (!server || status != SIGNET_OK) {
        refused.refusal = call->services->error(call);
        (void)greet(call, &refused);
        free(server);
        return status;
    }
    server->service = service;
    status = greet(call, service);
    if (status == SIGNET_OK && !service->refusal)
        serve(server);
    signing_log_close(server->log);
    free(server);
    return status;
}
