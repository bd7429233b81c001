#include "daemon/takeover.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/call.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"

#define HAND_SECONDS 5 /* for a successor to take one socket */

/* One message a socket: the name of its listener, with the socket. One without a name is the end.
 */
typedef struct message {
    char name[EDGE_SOCKET_NAME];
} message_t;

typedef union ancillary {
    struct cmsghdr align;
    char data[CMSG_SPACE(sizeof(int))];
} ancillary_t;

static int32_t make_address(signet_call_t *call, signet_text_t path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path.length >= sizeof address->sun_path)
        return core_fail(call, SIGNET_INVALID, "host.control-invalid",
                         "host.control: the path %.*s is longer than the %zu octets a Unix socket "
                         "can have: choose a shorter one",
                         CORE_TEXT_ARG(path), sizeof address->sun_path - 1);
    memcpy(address->sun_path, path.data, (size_t)path.length);
    return SIGNET_OK;
}

int32_t daemon_takeover_listen(signet_call_t *call, signet_text_t path, int *file)
{
    struct sockaddr_un address;
    int32_t status = make_address(call, path, &address);
    if (status != SIGNET_OK)
        return status;
    /* The store admits one host, so what lies there is left from one that has ended. */
    unlink(address.sun_path);
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made >= 0 && fchmod(made, 0600) == 0 &&
        bind(made, (const struct sockaddr *)&address, sizeof address) == 0 &&
        listen(made, 1) == 0) {
        *file = made;
        return SIGNET_OK;
    }
    int error = errno;
    if (made >= 0)
        close(made);
    return core_fail(
        call, SIGNET_UNAVAILABLE, "host.control-failed",
        "host.control: the host cannot listen on %.*s (%s): make its folder, or choose "
        "another path",
        CORE_TEXT_ARG(path), strerror(error));
}

void daemon_takeover_forget(signet_text_t path)
{
    char text[sizeof((struct sockaddr_un *)NULL)->sun_path];
    if (path.length < sizeof text) {
        snprintf(text, sizeof text, "%.*s", CORE_TEXT_ARG(path));
        unlink(text);
    }
}

static int may_take_over(int connection)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

/* Sends one message; 0 where the successor does not take it. */
static int send_message(int connection, const char *name, int file)
{
    message_t message = {0};
    ancillary_t ancillary = {0};
    struct iovec part = {&message, sizeof message};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    snprintf(message.name, sizeof message.name, "%s", name);
    if (file >= 0) {
        header.msg_control = ancillary.data;
        header.msg_controllen = sizeof ancillary.data;
        struct cmsghdr *control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(sizeof file);
        memcpy(CMSG_DATA(control), &file, sizeof file);
    }
    return sendmsg(connection, &header, MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

int daemon_takeover_hand(int file, edge_t *edge)
{
    const struct timeval patience = {HAND_SECONDS, 0};
    int connection = accept4(file, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0)
        return -1;
    uint64_t count = 0;
    const edge_socket_t *sockets = edge_sockets(edge, &count);
    int sent = may_take_over(connection) &&
               setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
    for (uint64_t index = 0; sent && index < count; index++)
        sent = send_message(connection, sockets[index].name, sockets[index].file);
    sent = sent && send_message(connection, "", -1);
    if (sent) {
        edge_hand_over(edge);
        core_log(SIGNET_LOG_INFO, "host.handed-over",
                 "Another process has the listening sockets and goes on once this one has ended.");
        return connection;
    }
    core_log(SIGNET_LOG_WARNING, "host.hand-over-failed",
             "Whoever asked for the listening sockets may not have them, or did not take them.");
    close(connection);
    return -1;
}

/* The socket in a message, or -1. */
static int socket_of(struct msghdr *header)
{
    int file = -1;
    const struct cmsghdr *control = CMSG_FIRSTHDR(header);
    if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
        control->cmsg_len == CMSG_LEN(sizeof file))
        memcpy(&file, CMSG_DATA(control), sizeof file);
    return file;
}

static int32_t fail_answer(signet_call_t *call, signet_text_t path)
{
    return core_fail(call, SIGNET_UNAVAILABLE, "host.takeover-failed",
                     "the host at %.*s did not hand over its sockets: its log says why",
                     CORE_TEXT_ARG(path));
}

/* Receives all sockets, up to the message that ends them. */
static int32_t receive(signet_call_t *call, signet_text_t path, int connection,
                       daemon_sockets_t *sockets)
{
    for (;;) {
        message_t message;
        ancillary_t ancillary;
        struct iovec part = {&message, sizeof message};
        struct msghdr header = {.msg_iov = &part,
                                .msg_iovlen = 1,
                                .msg_control = ancillary.data,
                                .msg_controllen = sizeof ancillary.data};
        ssize_t got = recvmsg(connection, &header, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR)
            continue;
        int file = got > 0 ? socket_of(&header) : -1;
        if (got != (ssize_t)sizeof message || (message.name[0] != '\0') != (file >= 0)) {
            if (file >= 0)
                close(file);
            return fail_answer(call, path);
        }
        if (file < 0)
            return SIGNET_OK;
        message.name[sizeof message.name - 1] = '\0';
        int32_t status = daemon_sockets_add(call, sockets, file, message.name);
        if (status != SIGNET_OK)
            return status;
    }
}

/* The other one's end closes the connection, however it ends. */
static int32_t await_end(signet_call_t *call, signet_text_t path, int connection, int64_t wait_ms)
{
    int64_t end = core_clock_monotonic() + wait_ms;
    char octet;
    for (;;) {
        int64_t left = end - core_clock_monotonic();
        struct pollfd wait = {.fd = connection, .events = POLLIN};
        int ready = left > 0 ? poll(&wait, 1, (int)(left < 60000 ? left : 60000)) : 0;
        if (ready > 0 && recv(connection, &octet, 1, 0) <= 0)
            return SIGNET_OK;
        if (left <= 0)
            return core_fail(call, SIGNET_TIMEOUT, "host.takeover-timeout",
                             "the host at %.*s handed over its sockets but did not end within %lld "
                             "ms: end it, and start this one again",
                             CORE_TEXT_ARG(path), (long long)wait_ms);
    }
}

int32_t daemon_takeover_ask(signet_call_t *call, signet_text_t path, int64_t wait_ms,
                            daemon_sockets_t *sockets)
{
    struct sockaddr_un address;
    int32_t status = make_address(call, path, &address);
    if (status != SIGNET_OK)
        return status;
    int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (connection < 0 ||
        connect(connection, (const struct sockaddr *)&address, sizeof address) != 0)
        status = core_fail(call, SIGNET_UNAVAILABLE, "host.takeover-failed",
                           "no host answers at %.*s (%s): start this one without --take-over",
                           CORE_TEXT_ARG(path), strerror(errno));
    if (status == SIGNET_OK)
        status = receive(call, path, connection, sockets);
    if (status == SIGNET_OK)
        status = await_end(call, path, connection, wait_ms);
    if (connection >= 0)
        close(connection);
    return status;
}
