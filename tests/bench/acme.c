/* A load generator for ACME: clients of one account that each take one order after the other
 * through its whole life, on a keep-alive TLS connection: newOrder, authorization, challenge,
 * authorization until it is valid, finalize, certificate. http-01 is answered by a thread.
 *
 *   acme PORT CACERT HTTP-PORT CLIENTS SECONDS PREFIX     orders a second, p50 ms, p99 ms
 *   acme PORT CACERT HTTP-PORT CLIENTS -COUNT PREFIX      makes COUNT orders and leaves them open
 *
 * It shares the machine with the server that it measures. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX 32768
#define CSRS 20000
#define ORDERS_MAX 200000

typedef struct client {
    pthread_t thread;
    SSL *ssl;
    char nonce[128];
    char answer[ANSWER_MAX];
    char *body;
    char location[512];
} client_t;

static const char *host_port, *prefix;
static SSL_CTX *context;
static EVP_PKEY *account;
static char jwk[512], thumbprint[64], kid[512];
static char *csrs[CSRS];
static double latencies[ORDERS_MAX];
static atomic_size_t next_name, done;
static size_t open_orders;
static double ends;

static void require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "acme: %s failed\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* base64url without padding; returns the length. */
static size_t encode(char *text, const unsigned char *data, size_t length)
{
    size_t count = (size_t)EVP_EncodeBlock((unsigned char *)text, data, (int)length);
    while (count > 0 && text[count - 1] == '=')
        count--;
    for (size_t i = 0; i < count; i++)
        text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
    text[count] = 0;
    return count;
}

static void make_account(void)
{
    unsigned char point[65], digest[32];
    char x[64], y[64];
    size_t length = 0;
    account = EVP_EC_gen("P-256");
    require(account != NULL &&
                EVP_PKEY_get_octet_string_param(account, "pub", point, sizeof point, &length) == 1,
            "account key");
    encode(x, point + 1, 32);
    encode(y, point + 33, 32);
    snprintf(jwk, sizeof jwk, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
    require(EVP_Digest(jwk, strlen(jwk), digest, NULL, EVP_sha256(), NULL) == 1, "thumbprint");
    encode(thumbprint, digest, 32);
}

static char *make_csr(const char *name)
{
    char names[300];
    unsigned char *der = NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_REQ *csr = X509_REQ_new();
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    snprintf(names, sizeof names, "DNS:%s", name);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    require(key && csr && extension && sk_X509_EXTENSION_push(extensions, extension) &&
                X509_REQ_add_extensions(csr, extensions) && X509_REQ_set_pubkey(csr, key) &&
                X509_REQ_sign(csr, key, EVP_sha256()) > 0,
            "request");
    int length = i2d_X509_REQ(csr, &der);
    char *text = malloc((size_t)length * 2);
    require(length > 0 && text != NULL, "request");
    encode(text, der, (size_t)length);
    OPENSSL_free(der);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(csr);
    EVP_PKEY_free(key);
    return text;
}

/* ES256 over a text, as JWS has it. */
static void sign(const char *text, char *signature)
{
    unsigned char der[128], raw[64];
    size_t length = sizeof der;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    require(digest && EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, account) == 1 &&
                EVP_DigestSign(digest, der, &length, (const unsigned char *)text, strlen(text)) ==
                    1,
            "signature");
    EVP_MD_CTX_free(digest);
    const unsigned char *at = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
    require(pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32) == 32 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32) == 32,
            "signature");
    ECDSA_SIG_free(pair);
    encode(signature, raw, sizeof raw);
}

static int dial(int port)
{
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    require(socket_ >= 0 && connect(socket_, (struct sockaddr *)&address, sizeof address) == 0,
            "connection");
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return socket_;
}

/* A header of the answer, copied. */
static void header(const client_t *client, const char *name, char *value, size_t size)
{
    const char *at = strcasestr(client->answer, name);
    if (at == NULL || at > client->body)
        return;
    at += strlen(name);
    size_t length = strcspn(at, "\r\n");
    snprintf(value, size, "%.*s", (int)length, at);
}

/* Sends a request and reads the whole answer; its status. */
static int exchange(client_t *client, const char *request)
{
    size_t received = 0, wanted = 0;
    require(SSL_write(client->ssl, request, (int)strlen(request)) > 0, "write");
    client->body = NULL;
    while (client->body == NULL || received < wanted) {
        int count = SSL_read(client->ssl, client->answer + received,
                             (int)(sizeof client->answer - 1 - received));
        require(count > 0, "read");
        received += (size_t)count;
        client->answer[received] = 0;
        char *end = strstr(client->answer, "\r\n\r\n");
        if (client->body == NULL && end != NULL) {
            char length[32] = "0";
            client->body = end + 4;
            header(client, "\r\ncontent-length: ", length, sizeof length);
            wanted = (size_t)(client->body - client->answer) + strtoul(length, NULL, 10);
        }
    }
    header(client, "\r\nreplay-nonce: ", client->nonce, sizeof client->nonce);
    header(client, "\r\nlocation: ", client->location, sizeof client->location);
    return atoi(client->answer + 9);
}

/* Signs and posts a payload; NULL is a POST-as-GET. */
static int post(client_t *client, const char *url, const char *payload)
{
    char head[1536], protected_[2100], body[4096], both[6400], signature[128];
    static __thread char request[16384];
    snprintf(head, sizeof head, "{\"alg\":\"ES256\",\"nonce\":\"%s\",\"url\":\"%s\",%s%s%s}",
             client->nonce, url, kid[0] ? "\"kid\":\"" : "\"jwk\":", kid[0] ? kid : jwk,
             kid[0] ? "\"" : "");
    encode(protected_, (const unsigned char *)head, strlen(head));
    body[0] = 0;
    if (payload != NULL)
        encode(body, (const unsigned char *)payload, strlen(payload));
    snprintf(both, sizeof both, "%s.%s", protected_, body);
    sign(both, signature);
    const char *path = strchr(url + 8, '/');
    int length = snprintf(both, sizeof both,
                          "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}",
                          protected_, body, signature);
    snprintf(request, sizeof request,
             "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/jose+json\r\n"
             "Content-Length: %d\r\n\r\n%s",
             path, host_port, length, both);
    return exchange(client, request);
}

/* A text member of the answer's JSON behind a place, copied; where it ends. */
static const char *member(const char *from, const char *name, char *value, size_t size)
{
    const char *at = from != NULL ? strstr(from, name) : NULL;
    if (at == NULL) {
        value[0] = 0;
        return NULL;
    }
    at += strlen(name);
    size_t length = strcspn(at, "\"");
    snprintf(value, size, "%.*s", (int)length, at);
    return at + length;
}

static void connect_client(client_t *client, int port)
{
    char request[256];
    client->ssl = SSL_new(context);
    require(client->ssl && SSL_set_fd(client->ssl, dial(port)) && SSL_connect(client->ssl) == 1,
            "TLS");
    snprintf(request, sizeof request, "GET /acme/tls/new-nonce HTTP/1.1\r\nHost: %s\r\n\r\n",
             host_port);
    require(exchange(client, request) == 204, "nonce");
}

static void check(const client_t *client, int right, const char *what)
{
    if (!right) {
        fprintf(stderr, "acme: %s failed: %s\n", what, client->answer);
        exit(1);
    }
}

/* One order; only made where it is to be left open. */
static void take_order(client_t *client, size_t number)
{
    char url[512], order[512], finalize[512], authorization[512], challenge[512], text[4096];
    snprintf(url, sizeof url, "https://%s/acme/tls/new-order", host_port);
    snprintf(text, sizeof text,
             "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"%s-%zu.localhost\"}]}", prefix,
             number);
    check(client, post(client, url, text) == 201, "newOrder");
    if (open_orders > 0)
        return;
    snprintf(order, sizeof order, "%s", client->location);
    member(client->body, "\"finalize\":\"", finalize, sizeof finalize);
    member(client->body, "\"authorizations\":[\"", authorization, sizeof authorization);
    check(client, post(client, authorization, NULL) == 200, "authorization");
    member(strstr(client->body, "\"http-01\""), "\"url\":\"", challenge, sizeof challenge);
    check(client, post(client, challenge, "{}") == 200, "challenge");
    for (;;) {
        check(client, post(client, authorization, NULL) == 200, "authorization");
        member(client->body, "\"status\":\"", text, sizeof text);
        check(client, strcmp(text, "invalid") != 0, "validation");
        if (strcmp(text, "valid") == 0)
            break;
        usleep(2000);
    }
    snprintf(text, sizeof text, "{\"csr\":\"%s\"}", csrs[number]);
    check(client, post(client, finalize, text) == 200, "finalize");
    check(client, member(client->body, "\"certificate\":\"", url, sizeof url) != NULL, "finalize");
    check(client, post(client, url, NULL) == 200, "certificate");
}

static void *run(void *argument)
{
    client_t *client = argument;
    for (;;) {
        size_t number = atomic_fetch_add(&next_name, 1);
        double began = now();
        if (open_orders > 0 ? number >= open_orders : began >= ends || number >= CSRS)
            return NULL;
        take_order(client, number);
        size_t place = atomic_fetch_add(&done, 1);
        if (place < ORDERS_MAX)
            latencies[place] = now() - began;
    }
}

/* Answers every http-01 question of this account. */
static void *answer(void *argument)
{
    int listener = (int)(long)argument;
    for (;;) {
        char request[2048], reply[512];
        int peer = accept(listener, NULL, NULL);
        ssize_t count = peer >= 0 ? read(peer, request, sizeof request - 1) : -1;
        if (count > 0) {
            request[count] = 0;
            char *token = strstr(request, "acme-challenge/");
            token = token != NULL ? token + 15 : request;
            token[strcspn(token, " ")] = 0;
            int length = snprintf(reply, sizeof reply,
                                  "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
                                  "Connection: close\r\n\r\n%s.%s",
                                  strlen(token) + 1 + strlen(thumbprint), token, thumbprint);
            if (write(peer, reply, (size_t)length) < 0)
                perror("acme: answer");
        }
        if (peer >= 0)
            close(peer);
    }
    return NULL;
}

static void listen_http(int port)
{
    int one = 1;
    pthread_t thread;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    require(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
                listen(listener, 1024) == 0 &&
                pthread_create(&thread, NULL, answer, (void *)(long)listener) == 0,
            "http-01");
}

static int compare(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

int main(int argc, char **argv)
{
    char url[256], address[64];
    require(argc == 7, "usage: acme PORT CACERT HTTP-PORT CLIENTS SECONDS|-COUNT PREFIX");
    snprintf(address, sizeof address, "localhost:%s", argv[1]);
    host_port = address;
    prefix = argv[6];
    context = SSL_CTX_new(TLS_client_method());
    require(context && SSL_CTX_load_verify_locations(context, argv[2], NULL) == 1, "CACERT");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    make_account();
    listen_http(atoi(argv[3]));
    size_t count = (size_t)atoi(argv[4]);
    double seconds = atof(argv[5]);
    open_orders = seconds < 0 ? (size_t)-seconds : 0;
    for (size_t i = 0; open_orders == 0 && i < CSRS; i++) {
        snprintf(url, sizeof url, "%s-%zu.localhost", prefix, i);
        csrs[i] = make_csr(url);
    }
    client_t *clients = calloc(count, sizeof *clients);
    require(clients != NULL, "memory");
    for (size_t i = 0; i < count; i++)
        connect_client(&clients[i], atoi(argv[1]));
    snprintf(url, sizeof url, "https://%s/acme/tls/new-account", host_port);
    require(post(&clients[0], url, "{\"termsOfServiceAgreed\":true}") == 201, "newAccount");
    snprintf(kid, sizeof kid, "%s", clients[0].location);
    double began = now();
    ends = began + seconds;
    for (size_t i = 0; i < count; i++)
        require(pthread_create(&clients[i].thread, NULL, run, &clients[i]) == 0, "thread");
    for (size_t i = 0; i < count; i++)
        pthread_join(clients[i].thread, NULL);
    double took = now() - began;
    size_t orders = done < ORDERS_MAX ? done : ORDERS_MAX;
    require(orders > 0, "orders");
    qsort(latencies, orders, sizeof *latencies, compare);
    printf("%.1f %.3f %.3f\n", (double)orders / took, latencies[orders / 2] * 1e3,
           latencies[orders * 99 / 100] * 1e3);
    return 0;
}
