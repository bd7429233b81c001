/* A load generator for issuance: keep-alive TLS connections that each post one request after the
 * other. Requests are made before the clock starts: distinct P-256 keys and names, signed.
 *
 *   load PORT CACERT TOKEN-FILE CLIENTS SECONDS WARM-UP [PREFIX [PROFILE]]
 *
 * Prints one line: requests a second, p50 ms, p99 ms, and how many answers were not 201. One
 * thread: it shares the machine with the server it measures. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUESTS 2000
#define ANSWER_MAX 16384

typedef struct request {
    char *data;
    size_t length;
} request_t;

typedef struct client {
    int socket;
    uint32_t watched; /* the events that are waited for */
    SSL *ssl;
    const request_t *request;
    size_t sent;
    char answer[ANSWER_MAX];
    size_t received;
    double began;
} client_t;

static request_t requests[REQUESTS];
static size_t next_request;
static double *latencies;
static size_t latency_count, latency_capacity, wrong;

static void require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "load: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* One PEM request with line ends escaped for JSON. */
static char *make_csr(const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_REQ *csr = X509_REQ_new();
    require(key != NULL && csr != NULL, "request");
    X509_NAME *subject = X509_REQ_get_subject_name(csr);
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                       -1, -1, 0) == 1,
            "subject");
    char names[200];
    snprintf(names, sizeof(names), "DNS:%s", name);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    require(extension != NULL && extensions != NULL &&
                sk_X509_EXTENSION_push(extensions, extension),
            "extension");
    require(X509_REQ_add_extensions(csr, extensions) == 1 && X509_REQ_set_pubkey(csr, key) == 1 &&
                X509_REQ_sign(csr, key, EVP_sha256()) > 0,
            "signature");
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    BIO *bio = BIO_new(BIO_s_mem());
    require(bio != NULL && PEM_write_bio_X509_REQ(bio, csr) == 1, "PEM");
    char *pem = NULL;
    long length = BIO_get_mem_data(bio, &pem);
    char *escaped = calloc(1, (size_t)length * 2 + 1);
    require(escaped != NULL, "memory");
    size_t at = 0;
    for (long i = 0; i < length; i++) {
        if (pem[i] == '\n') {
            escaped[at++] = '\\';
            escaped[at++] = 'n';
        } else {
            escaped[at++] = pem[i];
        }
    }
    BIO_free(bio);
    X509_REQ_free(csr);
    EVP_PKEY_free(key);
    return escaped;
}

static void make_requests(const char *token, const char *prefix, const char *profile)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        char name[100];
        snprintf(name, sizeof(name), "%s-%zu.bench.example.com", prefix, i);
        char *csr = make_csr(name);
        size_t size = strlen(csr) + 1024;
        requests[i].data = malloc(size);
        require(requests[i].data != NULL, "memory");
        char body[8192];
        int body_length =
            snprintf(body, sizeof(body), "{\"profile\":\"%s\",\"csr\":\"%s\"}", profile, csr);
        int length = snprintf(requests[i].data, size,
                              "POST /v1/certificates HTTP/1.1\r\nHost: localhost\r\n"
                              "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                              "Content-Length: %d\r\n\r\n%s",
                              token, body_length, body);
        require(body_length < (int)sizeof(body) && length > 0 && (size_t)length < size, "request");
        requests[i].length = (size_t)length;
        free(csr);
    }
}

static void begin_request(client_t *client)
{
    client->request = &requests[next_request++ % REQUESTS];
    client->sent = 0;
    client->received = 0;
    client->began = now();
}

/* The length of a whole answer at the start of the buffer, or 0. */
static size_t answer_length(client_t *client)
{
    client->answer[client->received] = '\0';
    char *end = strstr(client->answer, "\r\n\r\n");
    if (end == NULL) {
        return 0;
    }
    char *length = strcasestr(client->answer, "\r\ncontent-length:");
    require(length != NULL && length < end, "content-length");
    return (size_t)(end - client->answer) + 4 + strtoul(length + 17, NULL, 10);
}

static void record(client_t *client, double measure_from)
{
    double end = now();
    if (strncmp(client->answer, "HTTP/1.1 201", 12) != 0) {
        if (wrong++ == 0) {
            fprintf(stderr, "load: unexpected answer: %.400s\n", client->answer);
        }
    } else if (client->began >= measure_from) {
        if (latency_count == latency_capacity) {
            latency_capacity = latency_capacity ? latency_capacity * 2 : 65536;
            latencies = realloc(latencies, latency_capacity * sizeof(*latencies));
            require(latencies != NULL, "memory");
        }
        latencies[latency_count++] = end - client->began;
    }
}

/* What did not work because the socket is not ready is tried again when it is. */
static void require_waiting(const client_t *client, int result, const char *what)
{
    int error = SSL_get_error(client->ssl, result);
    require(error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE, what);
}

static void watch(int poll, client_t *client, int operation, uint32_t what)
{
    struct epoll_event event = {.events = what, .data.ptr = client};
    require(epoll_ctl(poll, operation, client->socket, &event) == 0, "epoll");
    client->watched = what;
}

/* Sends what it can of the request: nearly always all of it, with one write. */
static void send_request(int poll, client_t *client)
{
    while (client->sent < client->request->length) {
        int sent = SSL_write(client->ssl, client->request->data + client->sent,
                             (int)(client->request->length - client->sent));
        if (sent <= 0) {
            require_waiting(client, sent, "write");
            break;
        }
        client->sent += (size_t)sent;
    }
    uint32_t wanted = client->sent < client->request->length ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (client->watched != wanted) {
        watch(poll, client, EPOLL_CTL_MOD, wanted);
    }
}

/* Reads what is there: nearly always a whole answer, with one read. 1 once the answer is whole. */
static int receive_answer(client_t *client)
{
    do {
        int received = SSL_read(client->ssl, client->answer + client->received,
                                (int)(ANSWER_MAX - 1 - client->received));
        if (received <= 0) {
            require_waiting(client, received, "read");
            return 0;
        }
        client->received += (size_t)received;
    } while (SSL_has_pending(client->ssl));
    size_t length = answer_length(client);
    require(length == 0 || client->received <= length, "one answer to one request");
    return length != 0 && client->received == length;
}

static void advance(int poll, client_t *client, uint32_t events, double measure_from)
{
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) && receive_answer(client)) {
        record(client, measure_from);
        begin_request(client);
        send_request(poll, client);
    } else if (events & EPOLLOUT) {
        send_request(poll, client);
    }
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv)
{
    if (argc < 7) {
        fprintf(stderr, "usage: load PORT CACERT TOKEN-FILE CLIENTS SECONDS WARM-UP [PREFIX "
                        "[PROFILE]]\n");
        return 2;
    }
    size_t client_count = strtoul(argv[4], NULL, 10);
    double seconds = strtod(argv[5], NULL), warm_up = strtod(argv[6], NULL);
    char token[512] = "";
    FILE *file = fopen(argv[3], "r");
    require(file != NULL && fgets(token, sizeof(token), file) != NULL, argv[3]);
    fclose(file);
    token[strcspn(token, "\r\n")] = '\0';
    make_requests(token, argc > 7 ? argv[7] : "host", argc > 8 ? argv[8] : "tls-server");

    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    require(context != NULL && SSL_CTX_load_verify_locations(context, argv[2], NULL) == 1, argv[2]);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_read_ahead(context, 1); /* one read for each record, not two */
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    client_t *clients = calloc(client_count, sizeof(*clients));
    int poll = epoll_create1(0);
    require(clients != NULL && poll >= 0, "memory");
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (size_t i = 0; i < client_count; i++) {
        client_t *client = &clients[i];
        client->socket = socket(AF_INET, SOCK_STREAM, 0);
        require(client->socket >= 0 && connect(client->socket, (const struct sockaddr *)&address,
                                               sizeof(address)) == 0,
                "connect");
        int on = 1;
        setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        client->ssl = SSL_new(context);
        require(client->ssl != NULL && SSL_set_fd(client->ssl, client->socket) == 1 &&
                    SSL_connect(client->ssl) == 1,
                "TLS handshake");
        require(fcntl(client->socket, F_SETFL, O_NONBLOCK) == 0, "fcntl");
        watch(poll, client, EPOLL_CTL_ADD, EPOLLIN);
    }
    for (size_t i = 0; i < client_count; i++) {
        begin_request(&clients[i]);
        send_request(poll, &clients[i]);
    }
    double measure_from = now() + warm_up, end = measure_from + seconds;
    while (now() < end) {
        struct epoll_event events[64];
        int count = epoll_wait(poll, events, 64, 100);
        for (int i = 0; i < count; i++) {
            advance(poll, events[i].data.ptr, events[i].events, measure_from);
        }
    }
    require(latency_count > 0, "measurement");
    qsort(latencies, latency_count, sizeof(*latencies), compare);
    printf("%.0f %.3f %.3f %zu\n", (double)latency_count / seconds,
           latencies[latency_count / 2] * 1e3, latencies[latency_count * 99 / 100] * 1e3, wrong);
    return wrong == 0 ? 0 : 1;
}
