#include "edge/loop.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/log.h"
#include "core/metric.h"

#define TICK_MS 100
#define POOL_LIMIT 256U /* requests kept for later use */
#define BACKLOG 1024
#define OWN_CONNECTIONS 4    /* of each listener, beyond the limit of all */
#define SPARE_DESCRIPTORS 32 /* that connections leave, beyond those of OWN_CONNECTIONS */
#define STACK ((size_t)1024 * 1024)
#define TOO_MANY_REQUESTS 429U /* RFC 6585, 4 */

static void end_if_empty(edge_loop_t *loop);
static void on_tick(uv_timer_t *timer);

edge_request_t *edge_loop_take_request(edge_loop_t *loop)
{
    edge_request_t *request = loop->pool;

    if (request == NULL) {
        return edge_request_new(loop->edge, loop);
    }
    loop->pool = request->next;
    loop->pooled--;
    request->next = NULL;
    return request;
}

void edge_loop_give_request(edge_loop_t *loop, edge_request_t *request)
{
    if (request->orphaned) {
        request->orphaned = 0;
        edge_listener_release(request->listener);
    }
    if (loop->pooled == POOL_LIMIT) {
        edge_request_free(request);
        return;
    }
    edge_request_reset(request);
    request->connection = NULL;
    request->next = loop->pool;
    loop->pool = request;
    loop->pooled++;
}

void edge_loop_post(edge_loop_t *loop, edge_request_t *request, int finished)
{
    (void)pthread_mutex_lock(&loop->lock);
    request->finished |= finished;
    if (!request->posted) {
        request->posted = 1;
        request->next = NULL;
        *loop->posted_end = request;
        loop->posted_end = &request->next;
    }
    /* Under the lock: once the loop has seen the request it may end. */
    (void)uv_async_send(&loop->wake);
    (void)pthread_mutex_unlock(&loop->lock);
}

static void deliver(edge_loop_t *loop, edge_request_t *request, int finished)
{
    if (finished) {
        request->working = 0;
        loop->working--;
        edge_request_end_call(request);
    }
    if (request->connection != NULL) {
        request->connection->protocol->progress(request);
    } else if (finished) {
        edge_loop_give_request(loop, request);
    }
}

static void stop_tick_if_idle(edge_loop_t *loop)
{
    if (loop->connection_count == 0 && loop->held == 0 &&
        !uv_is_closing((uv_handle_t *)&loop->tick)) {
        (void)uv_timer_stop(&loop->tick);
    }
}

static void on_rate(edge_deadline_t *deadline)
{
    edge_request_t *request =
        (edge_request_t *)(void *)((char *)deadline - offsetof(edge_request_t, rate));
    edge_loop_t *loop = request->loop;

    loop->held--;
    deliver(loop, request, 1);
    stop_tick_if_idle(loop);
    end_if_empty(loop);
}

/* Who is over a rate and asks again at once would take the time of all others with refusals alone.
 * Held back for a moment, each of its connections gets one of them a second. */
static int hold_back(edge_loop_t *loop, edge_request_t *request)
{
    if (request->status != TOO_MANY_REQUESTS || request->streamed || request->held ||
        loop->is_draining) {
        return 0;
    }
    request->held = 1;
    loop->held++;
    edge_request_end_call(request);
    request->rate.expire = on_rate;
    edge_deadline_set(&loop->deadlines, &request->rate, EDGE_WAIT_RATE,
                      uv_now(&loop->uv) + (uint64_t)loop->routing->limits.wait_ms[EDGE_WAIT_RATE]);
    if (!uv_is_active((uv_handle_t *)&loop->tick)) {
        (void)uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
    }
    return 1;
}

static void handle_posted(edge_loop_t *loop)
{
    for (;;) {
        edge_request_t *request;
        int finished = 0;

        (void)pthread_mutex_lock(&loop->lock);
        request = loop->posted;
        if (request != NULL) {
            loop->posted = request->next;
            if (loop->posted == NULL) {
                loop->posted_end = &loop->posted;
            }
            request->posted = 0;
            finished = request->finished;
        }
        (void)pthread_mutex_unlock(&loop->lock);
        if (request == NULL) {
            return;
        }
        if (!finished || !hold_back(loop, request)) {
            deliver(loop, request, finished);
        }
    }
}

/* Whether the process may open some more files than one connection needs: the kernel hands out the
 * lowest number that is free, so a high one says that few are left. An eventfd is the least that
 * there is to open, and one that ThreadSanitizer sees being opened. */
static int has_descriptors(const edge_loop_t *loop)
{
    int lowest = eventfd(0, EFD_CLOEXEC);

    if (lowest < 0) {
        return 0;
    }
    (void)close(lowest);
    return lowest < atomic_load(&loop->edge->descriptors) - SPARE_DESCRIPTORS;
}

/* Every listener has a few connections of its own, so that whoever fills one of them, or uses up
 * the descriptors, does not shut out those who look after the host by another. */
static int has_room(const edge_loop_t *loop, edge_listener_t *listener)
{
    const edge_t *edge = loop->edge;

    /* Whoever connects to a socket that was given waits in its queue until there is an answer. */
    if (edge->given.socket_count > 0 && !atomic_load(&edge->ready)) {
        return 0;
    }
    return atomic_load(&listener->connections) < OWN_CONNECTIONS ||
           (atomic_load(&edge->connections) < loop->routing->limits.connections &&
            has_descriptors(loop));
}

static void resume_accepting(edge_loop_t *loop)
{
    edge_acceptor_t *acceptor;

    for (acceptor = loop->acceptors; acceptor != NULL; acceptor = acceptor->next) {
        if (acceptor->paused && !loop->is_draining && has_room(loop, acceptor->listener)) {
            acceptor->paused =
                !edge_connection_accept(loop, &acceptor->socket.stream, acceptor->listener);
        }
    }
}

static void on_tick(uv_timer_t *timer)
{
    edge_loop_t *loop = timer->data;
    edge_deadline_t *expired;

    while ((expired = edge_deadline_take(&loop->deadlines, uv_now(&loop->uv))) != NULL) {
        expired->expire(expired);
    }
    resume_accepting(loop);
}

/* Beyond the limit, and where descriptors run out, nothing is accepted: libuv stops listening until
 * the one that waits is taken. */
static void on_connection(uv_stream_t *server, int status)
{
    edge_acceptor_t *acceptor = server->data;
    edge_loop_t *loop = acceptor->loop;

    if (status < 0) {
        return;
    }
    acceptor->paused = !has_room(loop, acceptor->listener) ||
                       !edge_connection_accept(loop, server, acceptor->listener);
    if (acceptor->paused && !uv_is_active((uv_handle_t *)&loop->tick)) {
        (void)uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
    }
}

void edge_loop_add(edge_loop_t *loop, edge_connection_t *connection)
{
    connection->next = loop->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    loop->connections = connection;
    loop->connection_count++;
    atomic_fetch_add(&loop->edge->connections, 1);
    atomic_fetch_add(&connection->listener->connections, 1);
    core_metric_record(loop->edge->metrics.connections, 1);
    if (!uv_is_active((uv_handle_t *)&loop->tick)) {
        (void)uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
    }
}

/* Ends the loop once nothing is left to do. */
static void end_if_empty(edge_loop_t *loop)
{
    if (loop->is_draining && atomic_load(&loop->edge->ending) && loop->connection_count == 0 &&
        loop->working == 0 && !uv_is_closing((uv_handle_t *)&loop->wake)) {
        uv_close((uv_handle_t *)&loop->wake, NULL);
        uv_close((uv_handle_t *)&loop->tick, NULL);
    }
}

void edge_loop_remove(edge_loop_t *loop, edge_connection_t *connection)
{
    edge_t *edge = loop->edge;

    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        loop->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    loop->connection_count--;
    atomic_fetch_sub(&connection->listener->connections, 1);
    core_metric_record(edge->metrics.connections, -1);
    if (atomic_fetch_sub(&edge->connections, 1) == 1) {
        (void)pthread_mutex_lock(&edge->lock);
        (void)pthread_cond_broadcast(&edge->emptied);
        (void)pthread_mutex_unlock(&edge->lock);
    }
    resume_accepting(loop);
    stop_tick_if_idle(loop);
    end_if_empty(loop);
}

static void on_acceptor_closed(uv_handle_t *handle)
{
    edge_acceptor_t *acceptor = handle->data;

    edge_listener_release(acceptor->listener);
    free(acceptor);
}

/* Closes the listening sockets of a listener, or of all where it is NULL. */
static void stop_listening(edge_loop_t *loop, const edge_listener_t *listener)
{
    edge_acceptor_t **at = &loop->acceptors;

    while (*at != NULL) {
        edge_acceptor_t *acceptor = *at;

        if (listener != NULL && acceptor->listener != listener) {
            at = &acceptor->next;
            continue;
        }
        *at = acceptor->next;
        uv_close(&acceptor->socket.handle, on_acceptor_closed);
    }
}

/* Ends the connections of a listener, or all where it is NULL, after the request that each has. */
static void drain_connections(edge_loop_t *loop, const edge_listener_t *listener)
{
    edge_connection_t *connection;

    for (connection = loop->connections; connection != NULL; connection = connection->next) {
        if (connection->closing || (listener != NULL && connection->listener != listener)) {
            continue;
        }
        if (connection->established) {
            connection->protocol->drain(connection);
        } else {
            edge_connection_wait(connection, EDGE_WAIT_HANDSHAKE);
        }
    }
}

/* Closes the listening sockets and what is idle. */
static void begin_drain(edge_loop_t *loop)
{
    loop->is_draining = 1;
    stop_listening(loop, NULL);
    drain_connections(loop, NULL);
}

void edge_step_free(edge_step_t *step)
{
    if (step->file >= 0) {
        (void)close(step->file);
    }
    free(step->acceptor);
    edge_listener_release(step->former);
    edge_listener_release(step->listener);
    free(step);
}

/* The sockets stay open: whoever connects in this moment waits in their queues. */
static void hand_sockets_on(edge_loop_t *loop, const edge_listener_t *former, edge_listener_t *next)
{
    edge_acceptor_t *acceptor;

    for (acceptor = loop->acceptors; acceptor != NULL; acceptor = acceptor->next) {
        if (acceptor->listener == former) {
            edge_listener_release(acceptor->listener);
            acceptor->listener = edge_listener_hold(next);
        }
    }
}

static void take_step(edge_loop_t *loop, edge_step_t *step)
{
    int error;

    if (step->former != NULL) {
        if (step->listener != NULL) {
            hand_sockets_on(loop, step->former, step->listener);
        } else {
            stop_listening(loop, step->former);
        }
        drain_connections(loop, step->former);
        return;
    }
    error = edge_loop_listen(loop, step->acceptor, step->listener, step->file);
    step->acceptor = NULL;
    step->file = -1;
    if (error != 0) {
        core_log(SIGNET_LOG_ERROR, "http.listen-failed", "Listener \"%.*s\" cannot listen (%s).",
                 (int)step->listener->name.length, step->listener->name.data, uv_strerror(error));
    }
}

static void take_steps(edge_loop_t *loop)
{
    edge_step_t *step;

    (void)pthread_mutex_lock(&loop->lock);
    step = loop->steps;
    loop->steps = NULL;
    (void)pthread_mutex_unlock(&loop->lock);
    while (step != NULL) {
        edge_step_t *next = step->next;

        if (!loop->is_draining) {
            take_step(loop, step);
        }
        edge_step_free(step);
        step = next;
    }
}

void edge_loop_change(edge_loop_t *loop, edge_step_t *steps)
{
    edge_step_t **end;

    (void)pthread_mutex_lock(&loop->lock);
    for (end = &loop->steps; *end != NULL; end = &(*end)->next) {
    }
    *end = steps;
    (void)pthread_mutex_unlock(&loop->lock);
    edge_loop_wake(loop);
}

/* Takes the routing in force. Requests that have begun keep theirs. */
static void take_routing(edge_loop_t *loop)
{
    edge_t *edge = loop->edge;
    edge_routing_t *former = loop->routing;

    if (atomic_load(&edge->routing) == former) {
        return;
    }
    (void)pthread_mutex_lock(&edge->lock);
    loop->routing = edge_routing_hold(edge->routing);
    (void)pthread_mutex_unlock(&edge->lock);
    edge_routing_release(former);
}

static void on_wake(uv_async_t *wake)
{
    edge_loop_t *loop = wake->data;
    edge_connection_t *connection;

    take_routing(loop);
    take_steps(loop);
    resume_accepting(loop);
    handle_posted(loop);
    if (atomic_load(&loop->edge->draining) && !loop->is_draining) {
        begin_drain(loop);
    }
    if (atomic_load(&loop->edge->cutting)) {
        for (connection = loop->connections; connection != NULL; connection = connection->next) {
            edge_connection_close(connection);
        }
    }
    end_if_empty(loop);
}

int32_t edge_loop_open(edge_t *edge, edge_loop_t *loop)
{
    loop->edge = edge;
    loop->posted_end = &loop->posted;
    edge_deadlines_init(&loop->deadlines);
    if (uv_loop_init(&loop->uv) != 0) {
        return SIGNET_NO_MEMORY;
    }
    if (uv_async_init(&loop->uv, &loop->wake, on_wake) != 0) {
        (void)uv_loop_close(&loop->uv);
        return SIGNET_NO_MEMORY;
    }
    loop->routing = edge_routing_hold(edge->routing);
    (void)uv_timer_init(&loop->uv, &loop->tick);
    (void)pthread_mutex_init(&loop->lock, NULL);
    loop->wake.data = loop;
    loop->tick.data = loop;
    (void)uv_loop_configure(&loop->uv, UV_METRICS_IDLE_TIME); /* for the watch */
    return SIGNET_OK;
}

int edge_loop_listen(edge_loop_t *loop, edge_acceptor_t *acceptor, edge_listener_t *listener,
                     int socket_file)
{
    int status;

    acceptor->next = loop->acceptors;
    loop->acceptors = acceptor;
    acceptor->loop = loop;
    acceptor->listener = edge_listener_hold(listener);
    if (listener->is_unix) {
        (void)uv_pipe_init(&loop->uv, &acceptor->socket.pipe, 0);
        status = uv_pipe_open(&acceptor->socket.pipe, socket_file);
    } else {
        (void)uv_tcp_init(&loop->uv, &acceptor->socket.tcp);
        status = uv_tcp_open(&acceptor->socket.tcp, socket_file);
    }
    acceptor->socket.handle.data = acceptor;
    return status != 0 ? status : uv_listen(&acceptor->socket.stream, BACKLOG, on_connection);
}

static void run(void *argument)
{
    edge_loop_t *loop = argument;
    char name[16];

    (void)snprintf(name, sizeof(name), "loop-%u", (unsigned int)(loop - loop->edge->loops) % 1000U);
    (void)pthread_setname_np(pthread_self(), name);
    edge_watch_enter(&loop->pulse);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
}

int edge_loop_run(edge_loop_t *loop)
{
    uv_thread_options_t options = {UV_THREAD_HAS_STACK_SIZE, STACK};
    sigset_t all;
    sigset_t before;
    int status;

    /* Signals are the main thread's. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    status = uv_thread_create_ex(&loop->thread, &options, run, loop);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

void edge_loop_wake(edge_loop_t *loop)
{
    (void)uv_async_send(&loop->wake);
}

void edge_loop_join(edge_loop_t *loop)
{
    (void)uv_thread_join(&loop->thread);
}

void edge_loop_close(edge_loop_t *loop)
{
    /* A thread that never ran leaves its handles to be closed here. */
    on_wake(&loop->wake);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop->uv);
    while (loop->pool != NULL) {
        edge_request_t *request = loop->pool;

        loop->pool = request->next;
        edge_request_free(request);
    }
    edge_buffer_free(&loop->cipher);
    edge_buffer_free(&loop->frames);
    edge_routing_release(loop->routing);
    (void)pthread_mutex_destroy(&loop->lock);
}
