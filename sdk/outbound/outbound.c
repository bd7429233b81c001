/* The dialer: made, closed, and the handles it lends. */
#include "outbound.h"

#include <netinet/in.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

int32_t signet_outbound_open(signet_call_t *call, const signet_host_t *host,
                             const signet_setting_t *group, signet_outbound_t **outbound)
{
    /* Never undone: other plugins of the process use libcurl, too. */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return signet_fail_memory(call);
    }
    signet_outbound_t *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return signet_fail_memory(call);
    }
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return signet_fail_memory(call);
    }
    made->host = host;
    int32_t status = signet_outbound_configure(call, group, made);
    if (status != SIGNET_OK) {
        signet_outbound_close(made);
        return status;
    }
    *outbound = made;
    return SIGNET_OK;
}

void signet_outbound_close(signet_outbound_t *outbound)
{
    if (outbound == NULL) {
        return;
    }
    for (uint32_t i = 0; i < outbound->idle_count; i++) {
        curl_easy_cleanup(outbound->idle[i]);
    }
    pthread_mutex_destroy(&outbound->lock);
    free(outbound->ranges);
    free(outbound->roots);
    free(outbound->pins);
    free(outbound->certificate);
    free(outbound->proxy);
    free(outbound);
}

CURL *signet_outbound_take(signet_outbound_t *outbound)
{
    CURL *curl = NULL;
    pthread_mutex_lock(&outbound->lock);
    if (outbound->idle_count > 0) {
        curl = outbound->idle[--outbound->idle_count];
    }
    pthread_mutex_unlock(&outbound->lock);
    return curl ? curl : curl_easy_init();
}

void signet_outbound_give(signet_outbound_t *outbound, CURL *curl)
{
    /* Forgets the options, secrets among them, and keeps connections and TLS sessions. */
    curl_easy_reset(curl);
    pthread_mutex_lock(&outbound->lock);
    if (outbound->idle_count < SIGNET_OUTBOUND_IDLE) {
        outbound->idle[outbound->idle_count++] = curl;
        curl = NULL;
    }
    pthread_mutex_unlock(&outbound->lock);
    curl_easy_cleanup(curl);
}

int signet_outbound_permits(const signet_outbound_t *outbound, const void *address, uint64_t length)
{
    struct sockaddr_storage storage = {0};
    if (length < sizeof(sa_family_t) || length > sizeof storage) {
        return 0;
    }
    memcpy(&storage, address, length);
    if (storage.ss_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, &storage, sizeof ipv4);
        return signet_range_permits(outbound->ranges, outbound->range_count,
                                    (const uint8_t *)&ipv4.sin_addr, 4);
    }
    if (storage.ss_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, &storage, sizeof ipv6);
        return signet_range_permits(outbound->ranges, outbound->range_count,
                                    (const uint8_t *)&ipv6.sin6_addr, 6);
    }
    return 0;
}
