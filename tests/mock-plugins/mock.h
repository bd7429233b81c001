/* The parts that every mock plugin shares: an instance that counts nothing and does nothing. Each
 * mock then misbehaves in one way of its own. */
#ifndef MOCK_H
#define MOCK_H

#include <signet/signet.h>
#include <stdlib.h>

#define MOCK_INTERFACE "test.thing/1"

/* An instance: what it was handed. */
typedef struct mock {
    const signet_host_t *host;
} mock_t;

static inline int32_t mock_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    mock_t *mock = calloc(1, sizeof *mock);
    (void)call;
    if (!mock)
        return SIGNET_NO_MEMORY;
    mock->host = host;
    *instance = mock;
    return SIGNET_OK;
}

static inline void mock_close(void *instance)
{
    free(instance);
}

static inline int32_t mock_fail(signet_call_t *call, int32_t status, signet_text_t message)
{
    signet_error_t error = {.size = sizeof error,
                            .status = status,
                            .reason = SIGNET_TEXT_INIT("mock.failed"),
                            .message = message};
    return call->services->fail(call, &error);
}

/* What every descriptor has; the mock's own members follow. */
#define MOCK_HEAD(own_id)                                                                          \
    .id = SIGNET_TEXT_INIT(own_id), .version = SIGNET_TEXT_INIT("1.0.0"),                          \
    .summary = SIGNET_TEXT_INIT("A plugin for tests.")
#define MOCK_SOUND(own_id) .size = sizeof(signet_plugin_t), .abi = SIGNET_ABI, MOCK_HEAD(own_id)

#define MOCK_ENTRY(descriptor)                                                                     \
    __attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)        \
    {                                                                                              \
        return &(descriptor);                                                                      \
    }

#endif
