#include "edge/listening.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/call.h"
#include "edge/loop.h"
#include "edge/setting.h"

static int32_t no_memory(signet_call_t *call)
{
    return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory", "No memory is left for the edge.");
}

static int same_name(const edge_listener_t *listener, const char *name)
{
    return listener->name.length == strlen(name) &&
           memcmp(listener->name.data, name, listener->name.length) == 0;
}

/* Whether a socket is bound to the address that the listener is configured for. */
static int same_address(const edge_listener_t *listener, int file)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof(bound);
    const void *left = &listener->address;
    const void *right = &bound;

    memset(&bound, 0, sizeof(bound));
    if (getsockname(file, (struct sockaddr *)&bound, &length) != 0 ||
        bound.ss_family != listener->address.ss_family) {
        return 0;
    }
    if (bound.ss_family == AF_UNIX) {
        const struct sockaddr_un *one = left;
        const struct sockaddr_un *other = right;

        return strncmp(one->sun_path, other->sun_path, sizeof(one->sun_path)) == 0;
    }
    if (bound.ss_family == AF_INET) {
        const struct sockaddr_in *one = left;
        const struct sockaddr_in *other = right;

        return one->sin_port == other->sin_port && one->sin_addr.s_addr == other->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *one = left;
    const struct sockaddr_in6 *other = right;

    return one->sin6_port == other->sin6_port &&
           memcmp(&one->sin6_addr, &other->sin6_addr, sizeof(one->sin6_addr)) == 0;
}

/* Whether a name alone says that a socket is the listener's. Systemd's sockets are named by who
 * wrote the unit; those of a predecessor have the names of its configuration, in which the listener
 * may have had another address. */
static int is_known_by_name(const edge_t *edge, const edge_listener_t *listener)
{
    const void *address = &listener->address;

    if (!edge->given.is_successor) {
        return 1;
    }
    return !listener->is_unix && (listener->address.ss_family == AF_INET
                                      ? ((const struct sockaddr_in *)address)->sin_port == 0
                                      : ((const struct sockaddr_in6 *)address)->sin6_port == 0);
}

/* The listener that a given socket is for: the one of its address, or else of its name. */
static edge_listener_t *find_listener(edge_t *edge, const edge_socket_t *given)
{
    int is_unix = 0;
    struct sockaddr_storage bound;
    socklen_t length = sizeof(bound);
    size_t i;

    memset(&bound, 0, sizeof(bound));
    if (getsockname(given->file, (struct sockaddr *)&bound, &length) == 0) {
        is_unix = bound.ss_family == AF_UNIX;
    }
    for (i = 0; i < edge->listener_count; i++) {
        if (same_address(edge->listeners[i], given->file)) {
            return edge->listeners[i];
        }
    }
    for (i = 0; i < edge->listener_count; i++) {
        if (edge->listeners[i]->is_unix == is_unix && is_known_by_name(edge, edge->listeners[i]) &&
            same_name(edge->listeners[i], given->name)) {
            return edge->listeners[i];
        }
    }
    return NULL;
}

/* Remembers a socket that a loop listens on, to hand it over one day. */
static void remember(edge_t *edge, edge_listener_t *listener, int file)
{
    edge_socket_t *socket = &edge->sockets[edge->socket_count];

    edge->owners[edge->socket_count++] = listener;

    socket->file = file;
    (void)snprintf(socket->name, sizeof(socket->name), "%.*s", (int)listener->name.length,
                   listener->name.data);
}

/* Listens on a socket in the loop that has the fewest of this listener. */
static int32_t listen_on(signet_call_t *call, edge_t *edge, edge_listener_t *listener, size_t index,
                         int file)
{
    size_t loop = listener->is_unix ? 0 : index % edge->loop_count;
    edge_acceptor_t *acceptor = calloc(1, sizeof(*acceptor));
    int error;

    if (acceptor == NULL) {
        (void)close(file);
        return no_memory(call);
    }
    error = edge_loop_listen(&edge->loops[loop], acceptor, listener, file);
    if (error != 0) {
        return core_fail(call, SIGNET_UNAVAILABLE, "http.listen-failed",
                         "Listener \"%.*s\" cannot listen (%s).", (int)listener->name.length,
                         listener->name.data, uv_strerror(error));
    }
    remember(edge, listener, file);
    return SIGNET_OK;
}

static int32_t bind_all(signet_call_t *call, edge_t *edge, edge_listener_t *listener)
{
    size_t loops = listener->is_unix ? 1 : edge->loop_count;
    size_t i;

    for (i = 0; i < loops; i++) {
        int file = -1;
        int32_t status = edge_listener_bind(call, listener, &file);

        if (status == SIGNET_OK) {
            status = listen_on(call, edge, listener, i, file);
        }
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}

/* Listens on one given socket, and tells the listener its address. */
static int32_t take_given(signet_call_t *call, edge_t *edge, const edge_socket_t *given)
{
    edge_listener_t *listener = find_listener(edge, given);

    if (listener == NULL && edge->given.is_successor) {
        (void)close(given->file); /* it is configured no more */
        return SIGNET_OK;
    }
    if (listener == NULL) {
        return core_fail(call, SIGNET_INVALID, "http.socket-unknown",
                         "A socket named \"%s\" was handed to the host, and no listener has its "
                         "address or that name: configure one, or name the socket after it "
                         "(FileDescriptorName=).",
                         given->name);
    }
    listener->address_length = sizeof(listener->address);
    (void)getsockname(given->file, (struct sockaddr *)&listener->address,
                      &listener->address_length);
    return listen_on(call, edge, listener, listener->given++, given->file);
}

/* Loops that got none share what there is: each has a descriptor of its own for the same socket. */
static int32_t share_given(signet_call_t *call, edge_t *edge, edge_listener_t *listener)
{
    size_t given = listener->given;
    size_t count = edge->socket_count;
    size_t seen = 0;
    size_t i;

    if (listener->is_unix) {
        return SIGNET_OK;
    }
    for (i = 0; i < count && listener->given < edge->loop_count; i++) {
        int file;
        int32_t status;

        if (!same_name(listener, edge->sockets[i].name)) {
            continue;
        }
        file = fcntl(edge->sockets[i].file, F_DUPFD_CLOEXEC, 0);
        if (file < 0) {
            return core_fail(call, SIGNET_UNAVAILABLE, "http.listen-failed",
                             "Listener \"%.*s\" cannot share its socket (%s): raise the limit of "
                             "open files.",
                             (int)listener->name.length, listener->name.data, strerror(errno));
        }
        status = listen_on(call, edge, listener, listener->given++, file);
        if (status != SIGNET_OK) {
            return status;
        }
        seen++;
        if (seen % given == 0) {
            i = (size_t)-1; /* around again */
        }
    }
    return SIGNET_OK;
}

int32_t edge_listening_begin(signet_call_t *call, edge_t *edge)
{
    const edge_given_t *given = &edge->given;
    int32_t status = SIGNET_OK;
    size_t i;

    edge->sockets = calloc(given->socket_count + edge->listener_count * edge->loop_count + 1,
                           sizeof(*edge->sockets));
    edge->owners = calloc(given->socket_count + edge->listener_count * edge->loop_count + 1,
                          sizeof(*edge->owners));
    if (edge->sockets == NULL || edge->owners == NULL) {
        return no_memory(call);
    }
    for (i = 0; i < given->socket_count && status == SIGNET_OK; i++) {
        status = take_given(call, edge, &given->sockets[i]);
    }
    for (i = 0; i < edge->listener_count && status == SIGNET_OK; i++) {
        edge_listener_t *listener = edge->listeners[i];

        if (listener->given == 0) {
            status = bind_all(call, edge, listener);
        } else {
            /* Who bound it removes the file of a Unix socket; a predecessor leaves that to us. */
            listener->bound = listener->is_unix && given->is_successor;
            status = share_given(call, edge, listener);
        }
    }
    return status;
}

/* One socket for each loop. */
static int32_t bind_early(signet_call_t *call, const signet_setting_t *setting, size_t loops,
                          edge_socket_t *sockets, size_t *count)
{
    edge_listener_t listener = {0};
    int32_t status = edge_listener_read_place(call, setting, &listener);
    size_t i;

    for (i = 0; i < loops && status == SIGNET_OK && !listener.is_unix; i++) {
        edge_socket_t *socket = &sockets[*count];

        status = edge_listener_bind(call, &listener, &socket->file);
        if (status == SIGNET_OK) {
            (void)snprintf(socket->name, sizeof(socket->name), "%.*s", (int)listener.name.length,
                           listener.name.data);
            (*count)++;
        }
    }
    edge_listener_free(&listener);
    return status;
}

int32_t edge_bind(signet_call_t *call, const signet_setting_t *host, edge_socket_t **sockets,
                  size_t *count)
{
    const signet_setting_t *listeners = edge_setting_find(host, "listeners");
    uint64_t listener_count = listeners != NULL ? listeners->member_count : 0;
    size_t loops = edge_count_cores();
    int32_t status = SIGNET_OK;
    uint64_t i;

    *count = 0;
    *sockets = calloc(listener_count * loops + 1, sizeof(**sockets));
    if (*sockets == NULL) {
        return no_memory(call);
    }
    for (i = 0; i < listener_count && status == SIGNET_OK; i++) {
        status = bind_early(call, SIGNET_AT(signet_setting_t, listeners->members, i), loops,
                            *sockets, count);
    }
    return status;
}

const edge_socket_t *edge_sockets(const edge_t *edge, uint64_t *count)
{
    *count = edge->socket_count;
    return edge->sockets;
}

void edge_hand_over(edge_t *edge)
{
    size_t i;

    for (i = 0; i < edge->listener_count; i++) {
        edge->listeners[i]->bound = 0;
    }
}
