/* Many connections that do little, and what honest clients notice of them.
 *
 *   connections PORT COUNT SECONDS
 *
 * Half of COUNT have asked once over TLS and are idle; the other half send the head of a request an
 * octet a second and are opened again when they are cut. Four honest clients ask over TLS, on
 * connections that they keep. Prints "calm P99-MS", then "open" once all are there and waits for a
 * line of input, then "held P99-MS CUT". */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define HONEST 4
#define SAMPLES 400000
#define REQUEST "GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n"

typedef struct honest {
    pthread_t thread;
    double *latencies;
    size_t count;
} honest_t;

static SSL_CTX *context;
static int port;
static atomic_int measuring;
static atomic_int trickling = 1;
static atomic_long cut;
static int *slow;
static int slow_count;

static void require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "connections: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int open_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int file = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    require(file >= 0, "socket");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(connect(file, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return file;
}

static SSL *open_tls(void)
{
    SSL *ssl = SSL_new(context);

    require(ssl != NULL && SSL_set_fd(ssl, open_socket()) == 1 && SSL_connect(ssl) == 1, "TLS");
    return ssl;
}

static void ask(SSL *ssl)
{
    char answer[4096];
    int length = 0;

    require(SSL_write(ssl, REQUEST, sizeof(REQUEST) - 1) > 0, "request");
    do {
        int count = SSL_read(ssl, answer + length, (int)sizeof(answer) - 1 - length);

        require(count > 0, "answer");
        length += count;
        answer[length] = '\0';
    } while (strstr(answer, "\r\n\r\nok\n") == NULL);
}

static void *be_honest(void *argument)
{
    honest_t *honest = argument;
    SSL *ssl = open_tls();

    ask(ssl);
    while (atomic_load(&measuring) && honest->count < SAMPLES) {
        double began = now();

        ask(ssl);
        honest->latencies[honest->count++] = now() - began;
        usleep(500);
    }
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
    return NULL;
}

static int compare(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;

    return difference < 0 ? -1 : difference > 0;
}

/* The 99th percentile in milliseconds. */
static double measure(double seconds)
{
    static honest_t honest[HONEST];
    double *all = malloc(HONEST * SAMPLES * sizeof(*all));
    size_t count = 0;
    int i;

    require(all != NULL, "memory");
    atomic_store(&measuring, 1);
    for (i = 0; i < HONEST; i++) {
        honest[i].count = 0;
        honest[i].latencies = malloc(SAMPLES * sizeof(double));
        require(honest[i].latencies != NULL &&
                    pthread_create(&honest[i].thread, NULL, be_honest, &honest[i]) == 0,
                "thread");
    }
    usleep((useconds_t)(seconds * 1e6));
    atomic_store(&measuring, 0);
    for (i = 0; i < HONEST; i++) {
        pthread_join(honest[i].thread, NULL);
        memcpy(all + count, honest[i].latencies, honest[i].count * sizeof(*all));
        count += honest[i].count;
        free(honest[i].latencies);
    }
    qsort(all, count, sizeof(*all), compare);
    seconds = count > 0 ? all[count * 99 / 100] * 1e3 : 0;
    free(all);
    return seconds;
}

static void *trickle(void *argument)
{
    static const char head[] =
        "GET /healthz HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    size_t turn = 0;

    (void)argument;
    while (atomic_load(&trickling)) {
        int i;

        for (i = 0; i < slow_count; i++) {
            char octet;

            if (recv(slow[i], &octet, 1, MSG_DONTWAIT) >= 0 || errno != EAGAIN ||
                send(slow[i], head + turn % (sizeof(head) - 1), 1, MSG_NOSIGNAL) != 1) {
                close(slow[i]);
                slow[i] = open_socket();
                atomic_fetch_add(&cut, 1);
            }
            if (i % 50 == 0) {
                usleep((useconds_t)(50e6 / slow_count));
            }
        }
        turn++;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct rlimit files;
    pthread_t trickler;
    double seconds;
    double held;
    int count;
    int i;

    require(argc == 4, "usage");
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    port = atoi(argv[1]);
    count = atoi(argv[2]);
    seconds = atof(argv[3]);
    require(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
    files.rlim_cur = files.rlim_max;
    require(setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max > (rlim_t)count + 100,
            "limit of open files");
    context = SSL_CTX_new(TLS_client_method());
    require(context != NULL, "context");
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    printf("calm %.3f\n", measure(seconds));
    for (i = 0; i < count - count / 2; i++) {
        ask(open_tls());
    }
    printf("idle %d\n", i);
    (void)getchar();
    slow_count = count / 2;
    slow = malloc((size_t)slow_count * sizeof(*slow));
    require(slow != NULL, "memory");
    for (i = 0; i < slow_count; i++) {
        slow[i] = open_socket();
    }
    require(pthread_create(&trickler, NULL, trickle, NULL) == 0, "thread");
    sleep(1); /* the burst of opening them is not what is measured */
    held = measure(seconds);
    printf("held %.3f %ld\n", held, atomic_load(&cut));
    atomic_store(&trickling, 0);
    pthread_join(trickler, NULL);
    return 0;
}
