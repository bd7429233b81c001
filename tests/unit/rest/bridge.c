#include "bridge.h"

#include <pthread.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAXIMUM_REQUEST 262144

const char *bridge_roles;
char bridge_request[1024];
char bridge_headers[8192];

static signet_check_t *world_of_bridge;
static int listener = -1;
static pthread_t thread;

static void die(const char *what)
{
    perror(what);
    abort();
}

static void send_all(int connection, const void *data, size_t length)
{
    const char *rest = data;
    while (length > 0) {
        ssize_t sent = send(connection, rest, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the client went away */
        rest += sent;
        length -= (size_t)sent;
    }
}

/* Reads head and body; the length of the body, or -1. */
static long read_request(int connection, char *buffer, char **body)
{
    size_t length = 0;
    for (;;) {
        ssize_t got = recv(connection, buffer + length, MAXIMUM_REQUEST - length, 0);
        if (got <= 0)
            return -1;
        length += (size_t)got;
        buffer[length] = '\0';
        char *end = strstr(buffer, "\r\n\r\n");
        if (end == NULL)
            continue;
        const char *declared = strcasestr(buffer, "\r\ncontent-length:");
        size_t wanted = declared != NULL && declared < end
                            ? strtoul(declared + strlen("\r\ncontent-length:"), NULL, 10)
                            : 0;
        *body = end + 4;
        if (length - (size_t)(*body - buffer) >= wanted) {
            end[2] = '\0';
            return (long)wanted;
        }
    }
}

static void answer(int connection, const signet_response_t *response)
{
    char head[1024];
    signet_text_t type = {NULL, 0};
    for (uint64_t i = 0; i < response->header_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, response->headers, i);
        if (signet_text_is(pair->name, "content-type"))
            type = pair->value;
    }
    int length =
        snprintf(head, sizeof head,
                 "HTTP/1.1 %u Status\r\nContent-Type: %.*s\r\nContent-Length: %llu\r\n"
                 "Connection: close\r\n\r\n",
                 response->status, SIGNET_FORMAT(type), (unsigned long long)response->body.length);
    send_all(connection, head, (size_t)length);
    send_all(connection, response->body.data, response->body.length);
}

static void serve(int connection, char *buffer)
{
    char method[16];
    char target[4096];
    char *body = NULL;
    long length = read_request(connection, buffer, &body);
    if (length < 0 || sscanf(buffer, "%15s %4095s", method, target) != 2)
        return;
    (void)snprintf(bridge_request, sizeof bridge_request, "%s %.1000s", method, target);
    const char *headers = strstr(buffer, "\r\n") + 2;
    (void)snprintf(bridge_headers, sizeof bridge_headers, "%s", headers);
    signet_call_t *call = signet_check_call(world_of_bridge, "token:boss", bridge_roles);
    const signet_response_t *response = NULL;
    signet_bytes_t content = {(const uint8_t *)body, (uint64_t)length};
    if (signet_check_request(world_of_bridge, call, method, target, headers, content, &response) ==
        SIGNET_OK)
        answer(connection, response);
    signet_check_call_end(call);
}

static void *run(void *nothing)
{
    char *buffer = malloc(MAXIMUM_REQUEST + 1);
    if (buffer == NULL)
        abort();
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            break; /* bridge_end shut the listener down */
        serve(connection, buffer);
        (void)close(connection);
    }
    free(buffer);
    return nothing;
}

void bridge_begin(signet_check_t *check)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char url[sizeof address.sun_path + 8];
    world_of_bridge = check;
    bridge_roles = "administrator,officer";
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.80s/socket",
                   signet_check_folder(check));
    (void)snprintf(url, sizeof url, "unix:%s", address.sun_path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 8) != 0)
        die("socket");
    if (setenv("SIGNET_URL", url, 1) != 0)
        die("setenv");
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        die("pthread_create");
}

void bridge_end(void)
{
    (void)shutdown(listener, SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    (void)close(listener);
    listener = -1;
}
