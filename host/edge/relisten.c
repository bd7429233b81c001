#include "edge/relisten.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/call.h"
#include "core/compare.h"
#include "core/log.h"
#include "edge/loop.h"
#include "edge/setting.h"

/* A listener that both configurations have. */
typedef struct pair {
    edge_listener_t *former; /* in force; NULL: the next one is new */
    edge_listener_t *next;   /* held; NULL: the former one is gone */
} pair_t;

struct edge_relisten {
    pair_t *pairs; /* first one for each next listener, then one for each that is gone */
    size_t pair_count;
    size_t next_count;
    edge_listener_t **listeners; /* the next ones, for the edge */
    edge_step_t **steps;         /* of each loop */
    size_t loop_count;
    edge_socket_t *sockets; /* that are listened on then */
    edge_listener_t **owners;
    size_t socket_count;
};

static int32_t no_memory(signet_call_t *call)
{
    return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                     "No memory is left for other listeners.");
}

static const signet_setting_t *member(const signet_setting_t *listeners, uint64_t index)
{
    return SIGNET_AT(signet_setting_t, listeners->members, index);
}

static int same_text(const signet_setting_t *one, const signet_setting_t *other, const char *name)
{
    signet_text_t left = edge_setting_text(one, name);
    signet_text_t right = edge_setting_text(other, name);

    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

/* Whether two settings listen in the same place. A port of the kernel's choice is another one for
 * each name. */
static int same_place(const signet_setting_t *one, const signet_setting_t *other)
{
    signet_text_t address = edge_setting_text(one, "address");

    if (!same_text(one, other, "address") || !same_text(one, other, "unix")) {
        return 0;
    }
    return address.length < 2 || memcmp(address.data + address.length - 2, ":0", 2) != 0 ||
           same_text(one, other, "name");
}

static int is_taken(const edge_relisten_t *relisten, const edge_listener_t *former)
{
    size_t i;

    for (i = 0; i < relisten->pair_count; i++) {
        if (relisten->pairs[i].former == former) {
            return 1;
        }
    }
    return 0;
}

/* Pairs each next listener with the one in force that is equal, or is in the same place. */
static void find_pairs(edge_relisten_t *relisten, const edge_t *edge, const signet_setting_t *now,
                       const signet_setting_t *next, int equal)
{
    uint64_t i;
    uint64_t j;

    for (i = 0; i < relisten->next_count; i++) {
        for (j = 0; j < edge->listener_count && relisten->pairs[i].former == NULL; j++) {
            const signet_setting_t *one = member(now, j);
            const signet_setting_t *other = member(next, i);

            if (!is_taken(relisten, edge->listeners[j]) &&
                (equal ? core_setting_same(one, other) : same_place(one, other))) {
                relisten->pairs[i].former = edge->listeners[j];
                if (equal) {
                    relisten->pairs[i].next = edge_listener_hold(edge->listeners[j]);
                }
            }
        }
    }
}

static void add_gone(edge_relisten_t *relisten, const edge_t *edge)
{
    size_t i;

    for (i = 0; i < edge->listener_count; i++) {
        if (!is_taken(relisten, edge->listeners[i])) {
            relisten->pairs[relisten->pair_count++].former = edge->listeners[i];
        }
    }
}

static int32_t add_step(signet_call_t *call, edge_relisten_t *relisten, size_t loop,
                        const pair_t *pair, int file)
{
    edge_step_t *step = calloc(1, sizeof(*step));

    if (step != NULL && file >= 0) {
        step->acceptor = calloc(1, sizeof(*step->acceptor));
    }
    if (step == NULL || (file >= 0 && step->acceptor == NULL)) {
        free(step);
        return no_memory(call);
    }
    step->former = pair->former != NULL ? edge_listener_hold(pair->former) : NULL;
    step->listener = pair->next != NULL ? edge_listener_hold(pair->next) : NULL;
    step->file = file;
    step->next = relisten->steps[loop];
    relisten->steps[loop] = step;
    return SIGNET_OK;
}

static void add_socket(edge_relisten_t *relisten, edge_listener_t *listener, int file)
{
    edge_socket_t *socket = &relisten->sockets[relisten->socket_count];

    relisten->owners[relisten->socket_count++] = listener;
    socket->file = file;
    (void)snprintf(socket->name, sizeof(socket->name), "%.*s", (int)listener->name.length,
                   listener->name.data);
}

/* Binds a new listener, a socket for each loop. */
static int32_t bind_new(signet_call_t *call, edge_relisten_t *relisten, const pair_t *pair)
{
    size_t loops = pair->next->is_unix ? 1 : relisten->loop_count;
    size_t i;

    for (i = 0; i < loops; i++) {
        int file = -1;
        int32_t status = edge_listener_bind(call, pair->next, &file);

        if (status == SIGNET_OK) {
            status = add_step(call, relisten, i, pair, file);
            if (status != SIGNET_OK) {
                (void)close(file);
            }
        }
        if (status != SIGNET_OK) {
            return status;
        }
        add_socket(relisten, pair->next, file);
    }
    return SIGNET_OK;
}

/* What follows in the place of a former listener has its sockets, and so its address. */
static int32_t follow(signet_call_t *call, edge_relisten_t *relisten, const pair_t *pair)
{
    int32_t status = SIGNET_OK;
    size_t i;

    if (pair->next != NULL) {
        pair->next->address = pair->former->address;
        pair->next->address_length = pair->former->address_length;
    }
    for (i = 0; i < relisten->loop_count && status == SIGNET_OK; i++) {
        status = add_step(call, relisten, i, pair, -1);
    }
    return status;
}

/* The sockets that stay, under the names of their listeners to be. */
static void keep_sockets(edge_relisten_t *relisten, const edge_t *edge)
{
    size_t i;
    size_t j;

    for (i = 0; i < edge->socket_count; i++) {
        for (j = 0; j < relisten->pair_count; j++) {
            const pair_t *pair = &relisten->pairs[j];

            if (pair->former == edge->owners[i] && pair->next != NULL) {
                add_socket(relisten, pair->next, edge->sockets[i].file);
            }
        }
    }
}

static int32_t prepare(signet_call_t *call, edge_relisten_t *relisten, const edge_t *edge,
                       const signet_setting_t *next)
{
    int32_t status = SIGNET_OK;
    size_t i;

    for (i = 0; i < relisten->next_count && status == SIGNET_OK; i++) {
        pair_t *pair = &relisten->pairs[i];

        if (pair->next != NULL) {
            continue;
        }
        pair->next = edge_listener_new();
        status = pair->next != NULL ? edge_listener_read(call, member(next, i), pair->next)
                                    : no_memory(call);
    }
    if (status == SIGNET_OK) {
        keep_sockets(relisten, edge);
    }
    for (i = 0; i < relisten->pair_count && status == SIGNET_OK; i++) {
        const pair_t *pair = &relisten->pairs[i];

        if (pair->former == NULL && pair->next != NULL) {
            status = bind_new(call, relisten, pair);
        } else if (pair->former != pair->next) {
            status = follow(call, relisten, pair);
        }
    }
    return status;
}

static edge_relisten_t *make(const edge_t *edge, size_t next_count)
{
    edge_relisten_t *made = calloc(1, sizeof(*made));
    size_t sockets = edge->socket_count + next_count * edge->loop_count;

    if (made == NULL) {
        return NULL;
    }
    made->pairs = calloc(next_count + edge->listener_count, sizeof(*made->pairs));
    made->listeners = calloc(next_count, sizeof(edge_listener_t *));
    made->steps = calloc(edge->loop_count, sizeof(*made->steps));
    made->sockets = calloc(sockets, sizeof(*made->sockets));
    made->owners = calloc(sockets, sizeof(edge_listener_t *));
    if (made->pairs == NULL || made->listeners == NULL || made->steps == NULL ||
        made->sockets == NULL || made->owners == NULL) {
        edge_relisten_discard(made);
        return NULL;
    }
    made->pair_count = next_count;
    made->next_count = next_count;
    made->loop_count = edge->loop_count;
    return made;
}

int32_t edge_relisten_prepare(signet_call_t *call, edge_t *edge, const signet_setting_t *now,
                              const signet_setting_t *next, edge_relisten_t **relisten)
{
    const signet_setting_t *former = edge_setting_find(now, "listeners");
    const signet_setting_t *wanted = edge_setting_find(next, "listeners");
    edge_relisten_t *made;
    int32_t status;

    if (wanted == NULL || wanted->member_count == 0) {
        return core_fail(call, SIGNET_INVALID, "http.no-listener",
                         "host.listeners is empty: name at least one listener.");
    }
    if (core_setting_same(former, wanted)) {
        return SIGNET_OK;
    }
    made = make(edge, wanted->member_count);
    if (made == NULL) {
        return no_memory(call);
    }
    find_pairs(made, edge, former, wanted, 1);
    find_pairs(made, edge, former, wanted, 0);
    add_gone(made, edge);
    status = prepare(call, made, edge, wanted);
    if (status == SIGNET_OK) {
        *relisten = made;
    } else {
        edge_relisten_discard(made);
    }
    return status;
}

/* The file of a Unix socket is removed by the last listener that has it. */
static void retire(const pair_t *pair)
{
    edge_listener_t *former = pair->former;
    edge_listener_t *next = pair->next;

    if (former == NULL || former == next) {
        return;
    }
    atomic_store(&former->retired, 1);
    if (next == NULL) {
        edge_listener_unbind(former);
        return;
    }
    next->given = former->given;
    next->bound = former->bound;
    former->bound = 0;
    if (next->is_unix && next->mode != former->mode &&
        chmod(((const struct sockaddr_un *)(const void *)&next->address)->sun_path, next->mode) !=
            0) {
        core_log(SIGNET_LOG_ERROR, "http.socket-mode",
                 "Listener \"%.*s\": its socket does not get its mode (%s): set it.",
                 (int)next->name.length, next->name.data, strerror(errno));
    }
}

void edge_relisten_apply(edge_t *edge, edge_relisten_t *relisten)
{
    edge_listener_t **former = edge->listeners;
    size_t former_count = edge->listener_count;
    size_t i;

    for (i = 0; i < relisten->pair_count; i++) {
        retire(&relisten->pairs[i]);
    }
    for (i = 0; i < relisten->next_count; i++) {
        relisten->listeners[i] = edge_listener_hold(relisten->pairs[i].next);
    }
    free(edge->sockets);
    free(edge->owners);
    edge->sockets = relisten->sockets;
    edge->owners = relisten->owners;
    edge->socket_count = relisten->socket_count;
    relisten->sockets = NULL;
    relisten->owners = NULL;
    (void)pthread_mutex_lock(&edge->renewing);
    edge->listeners = relisten->listeners;
    edge->listener_count = relisten->next_count;
    (void)pthread_mutex_unlock(&edge->renewing);
    relisten->listeners = NULL;
    for (i = 0; i < relisten->loop_count; i++) {
        edge_loop_change(&edge->loops[i], relisten->steps[i]);
        relisten->steps[i] = NULL;
    }
    for (i = 0; i < former_count; i++) {
        edge_listener_release(former[i]);
    }
    free(former);
    edge_relisten_discard(relisten);
}

void edge_relisten_discard(edge_relisten_t *relisten)
{
    size_t i;

    if (relisten == NULL) {
        return;
    }
    for (i = 0; i < relisten->loop_count; i++) {
        while (relisten->steps[i] != NULL) {
            edge_step_t *step = relisten->steps[i];

            relisten->steps[i] = step->next;
            edge_step_free(step);
        }
    }
    for (i = 0; i < relisten->pair_count; i++) {
        edge_listener_release(relisten->pairs[i].next);
    }
    free(relisten->pairs);
    free(relisten->listeners);
    free(relisten->steps);
    free(relisten->sockets);
    free(relisten->owners);
    free(relisten);
}
