/* The yardstick of issuance: what its cryptography alone costs. Two P-256 verifications (request
 * and new signature) and one P-256 signature, with keys and contexts that are reused, on all cores.
 * Prints sets a second: yardstick [SECONDS] [THREADS]. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct worker {
    pthread_t thread;
    double seconds;
    uint64_t sets;
} worker_t;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "yardstick: %s failed\n", what);
        exit(1);
    }
}

static void *work(void *argument)
{
    worker_t *worker = argument;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    require(key != NULL, "key generation");
    EVP_PKEY_CTX *sign = EVP_PKEY_CTX_new(key, NULL);
    EVP_PKEY_CTX *verify = EVP_PKEY_CTX_new(key, NULL);
    require(sign != NULL && verify != NULL && EVP_PKEY_sign_init(sign) == 1 &&
                EVP_PKEY_verify_init(verify) == 1,
            "context");
    unsigned char digest[32] = {1};
    double end = now() + worker->seconds;
    while (now() < end) {
        unsigned char signature[128];
        size_t length = sizeof(signature);
        digest[0]++;
        require(EVP_PKEY_sign(sign, signature, &length, digest, sizeof(digest)) == 1, "sign");
        require(EVP_PKEY_verify(verify, signature, length, digest, sizeof(digest)) == 1, "verify");
        require(EVP_PKEY_verify(verify, signature, length, digest, sizeof(digest)) == 1, "verify");
        worker->sets++;
    }
    EVP_PKEY_CTX_free(sign);
    EVP_PKEY_CTX_free(verify);
    EVP_PKEY_free(key);
    return NULL;
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 2.0;
    long threads = argc > 2 ? strtol(argv[2], NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);
    require(threads > 0 && threads <= 1024 && seconds > 0, "argument check");
    worker_t *workers = calloc((size_t)threads, sizeof(*workers));
    require(workers != NULL, "memory");
    for (long i = 0; i < threads; i++) {
        workers[i].seconds = seconds;
        require(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "thread");
    }
    uint64_t sets = 0;
    for (long i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        sets += workers[i].sets;
    }
    free(workers);
    printf("%.0f\n", (double)sets / seconds);
    return 0;
}
