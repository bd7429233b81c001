/* A receiver for tests: plain HTTP on a loopback port of the kernel's choice, one request after the
 * other, each answered with the same status. */
#include "runner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 4194304U

struct runner_receiver {
    pthread_t thread;
    pthread_mutex_t lock; /* over what follows */
    int listener;
    int stop[2]; /* closed to end the thread */
    uint32_t status;
    char *request; /* the last one, whole */
    char url[64];
};

/* Octets of the whole request whose beginning is `data`; 0 while its head is not there. */
static size_t whole_length(const char *data)
{
    const char *end = strstr(data, "\r\n\r\n");
    if (!end) {
        return 0;
    }
    size_t length = (size_t)(end - data) + 4;
    for (const char *line = strstr(data, "\r\n"); line && line < end;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0) {
            length += strtoul(line + 17, NULL, 10);
        }
    }
    return length;
}

/* The next request of a connection, or NULL at its end. */
static char *read_request(const runner_receiver_t *receiver, int connection)
{
    size_t length = 0;
    size_t wanted = 0;
    char *data = calloc(1, REQUEST_MAX + 1);
    while (data && (wanted == 0 || length < wanted)) {
        struct pollfd both[] = {{.fd = connection, .events = POLLIN},
                                {.fd = receiver->stop[0], .events = POLLIN}};
        ssize_t got = 0;
        if (length < REQUEST_MAX && poll(both, 2, -1) > 0 && both[1].revents == 0) {
            got = recv(connection, data + length, REQUEST_MAX - length, 0);
        }
        if (got <= 0) {
            free(data);
            return NULL;
        }
        length += (size_t)got;
        wanted = whole_length(data);
    }
    return data;
}

static void serve(runner_receiver_t *receiver, int connection)
{
    char *request;
    while ((request = read_request(receiver, connection)) != NULL) {
        char answer[128];
        pthread_mutex_lock(&receiver->lock);
        free(receiver->request);
        receiver->request = request;
        int length = snprintf(answer, sizeof answer,
                              "HTTP/1.1 %u Answer\r\ncontent-length: 0\r\n\r\n", receiver->status);
        pthread_mutex_unlock(&receiver->lock);
        if (send(connection, answer, (size_t)length, MSG_NOSIGNAL) != length) {
            break;
        }
    }
    close(connection);
}

/* A connection as work for a thread of its own. */
typedef struct accepted {
    runner_receiver_t *receiver;
    int connection;
} accepted_t;

static void *run_connection(void *argument)
{
    accepted_t *accepted = argument;
    serve(accepted->receiver, accepted->connection);
    free(accepted);
    return NULL;
}

#define CONNECTIONS_MAX 256

static void *run(void *argument)
{
    runner_receiver_t *receiver = argument;
    pthread_t threads[CONNECTIONS_MAX];
    int count = 0;
    for (;;) {
        struct pollfd both[] = {{.fd = receiver->listener, .events = POLLIN},
                                {.fd = receiver->stop[0], .events = POLLIN}};
        if (poll(both, 2, -1) < 0 || both[1].revents) {
            break;
        }
        accepted_t *accepted = calloc(1, sizeof *accepted);
        int connection = accept(receiver->listener, NULL, NULL);
        if (!accepted || connection < 0 || count == CONNECTIONS_MAX) {
            runner_die("the receiver cannot take a connection");
        }
        *accepted = (accepted_t){receiver, connection};
        if (pthread_create(&threads[count++], NULL, run_connection, accepted) != 0) {
            runner_die("the receiver has no thread");
        }
    }
    while (count > 0) {
        pthread_join(threads[--count], NULL);
    }
    return NULL;
}

const char *signet_check_receiver(signet_check_t *check)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (check->receiver) {
        return check->receiver->url;
    }
    runner_receiver_t *receiver = calloc(1, sizeof *receiver);
    if (!receiver) {
        runner_die("out of memory");
    }
    receiver->status = 204;
    receiver->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (pipe(receiver->stop) != 0 ||
        bind(receiver->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(receiver->listener, 64) != 0 ||
        getsockname(receiver->listener, (struct sockaddr *)&address, &length) != 0 ||
        pthread_mutex_init(&receiver->lock, NULL) != 0 ||
        pthread_create(&receiver->thread, NULL, run, receiver) != 0) {
        runner_die("the receiver cannot be started");
    }
    snprintf(receiver->url, sizeof receiver->url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    check->receiver = receiver;
    return receiver->url;
}

void signet_check_receiver_answer(signet_check_t *check, uint32_t status)
{
    signet_check_receiver(check);
    pthread_mutex_lock(&check->receiver->lock);
    check->receiver->status = status;
    pthread_mutex_unlock(&check->receiver->lock);
}

const char *signet_check_received(const signet_check_t *check)
{
    if (!check->receiver) {
        return NULL;
    }
    pthread_mutex_lock(&check->receiver->lock);
    const char *request = check->receiver->request;
    pthread_mutex_unlock(&check->receiver->lock);
    return request;
}

void runner_receiver_end(runner_receiver_t *receiver)
{
    if (!receiver) {
        return;
    }
    close(receiver->stop[1]);
    pthread_join(receiver->thread, NULL);
    close(receiver->stop[0]);
    close(receiver->listener);
    pthread_mutex_destroy(&receiver->lock);
    free(receiver->request);
    free(receiver);
}
