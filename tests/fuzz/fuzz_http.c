/* What a client sends, in HTTP/2 frames or HTTP/1.1, through the edge: parser, limits, router,
 * handlers and back. The first octet chooses the protocol and where the rest is cut in two. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/http2.h"
#include "edge/loop.h"
#include "edge/serve.h"
#include "world.h"

#define MAGIC "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

static const char opening[] = MAGIC "\0\0\0\x04\0\0\0\0\0";
static edge_t edge;
static edge_loop_t loop;
static edge_listener_t *listener;

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

/* An edge with one loop that runs when it is told to, and the routes of the edge's own tests. */
int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    core_call_options_t options = {0};
    signet_call_t *call = core_call_new(&options);
    signet_setting_t host = world_group("host", NULL, 0);
    edge_routing_t *routing = NULL;

    (void)count;
    (void)arguments;
    (void)signal(SIGPIPE, SIG_IGN);
    require(call != NULL);
    atomic_store(&watch.gate, 1);
    edge.lanes = core_lanes_new(1);
    require(edge.lanes != NULL);
    (void)pthread_mutex_init(&edge.lock, NULL);
    (void)pthread_cond_init(&edge.emptied, NULL);
    edge_metrics_register(&edge.metrics);
    require(edge_routing_new(call, &edge, &host, (core_registry_t *)(void *)&edge, &routing) ==
            SIGNET_OK);
    atomic_store(&edge.routing, routing);
    atomic_store(&edge.ready, 1);
    require(edge_loop_open(&edge, &loop) == SIGNET_OK);
    listener = edge_listener_new();
    require(listener != NULL);
    listener->name = SIGNET_TEXT("fuzz");
    core_call_free(call);
    return 0;
}

/* Lets the loop do what there is to do, and reads what it sends. */
static void turn(int other)
{
    char answer[65536];

    (void)uv_run(&loop.uv, UV_RUN_NOWAIT);
    while (recv(other, answer, sizeof(answer), MSG_DONTWAIT) > 0) {
        (void)uv_run(&loop.uv, UV_RUN_NOWAIT);
    }
}

static void ignore(edge_deadline_t *deadline)
{
    (void)deadline;
}

static edge_connection_t *open_connection(int file)
{
    edge_connection_t *connection = calloc(1, sizeof(*connection));

    require(connection != NULL);
    connection->loop = &loop;
    connection->listener = edge_listener_hold(listener);
    connection->protocol = &edge_serve_protocol;
    connection->deadline.expire = ignore;
    connection->established = 1;
    (void)strcpy(connection->peer, "192.0.2.1");
    require(uv_pipe_init(&loop.uv, &connection->socket.pipe, 0) == 0 &&
            uv_pipe_open(&connection->socket.pipe, file) == 0);
    connection->socket.handle.data = connection;
    edge_loop_add(&loop, connection);
    return connection;
}

static void take(edge_connection_t *connection, const char *data, size_t length)
{
    if (!connection->closing && connection->stage != EDGE_STAGE_DISCARD) {
        connection->protocol->take(connection, data, length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    edge_connection_t *connection;
    size_t cut;
    int files[2];

    if (size < 2) {
        return 0;
    }
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, files) == 0);
    connection = open_connection(files[0]);
    cut = 1 + (data[0] >> 1) * (size - 1) / 128;
    if (data[0] % 2 == 0) {
        require(edge_http2_open(connection));
        take(connection, opening, sizeof(opening) - 1);
    }
    take(connection, (const char *)data + 1, cut - 1);
    turn(files[1]);
    if (loop.connection_count > 0) {
        take(connection, (const char *)data + cut, size - cut);
    }
    turn(files[1]);
    (void)close(files[1]);
    if (loop.connection_count > 0) {
        edge_connection_close(connection);
    }
    while (loop.connection_count > 0 || loop.working > 0) {
        (void)uv_run(&loop.uv, UV_RUN_ONCE);
    }
    return 0;
}
