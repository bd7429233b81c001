#include "pool.h"

#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

struct ca_pool_block {
    ca_pool_block_t *next;
    max_align_t data[];
};

void *ca_pool_alloc(ca_pool_t *pool, signet_call_t *call, uint64_t count, uint64_t size)
{
    uint64_t length = 0;
    if (__builtin_mul_overflow(count, size, &length) || length > SIZE_MAX / 2) {
        signet_fail_memory(call);
        return NULL;
    }
    ca_pool_block_t *block = calloc(1, sizeof(ca_pool_block_t) + (size_t)length + 1);
    if (block == NULL) {
        signet_fail_memory(call);
        return NULL;
    }
    ca_pool_block_t *first = atomic_load(&pool->blocks);
    do {
        block->next = first;
    } while (!atomic_compare_exchange_weak(&pool->blocks, &first, block));
    return block->data;
}

int32_t ca_pool_bytes(ca_pool_t *pool, signet_call_t *call, signet_bytes_t bytes,
                      signet_bytes_t *copy)
{
    uint8_t *data = ca_pool_alloc(pool, call, bytes.length, 1);
    if (data == NULL)
        return SIGNET_NO_MEMORY;
    if (bytes.length > 0)
        memcpy(data, bytes.data, bytes.length);
    *copy = (signet_bytes_t){data, bytes.length};
    return SIGNET_OK;
}

int32_t ca_pool_text(ca_pool_t *pool, signet_call_t *call, signet_text_t text, signet_text_t *copy)
{
    signet_bytes_t bytes;
    int32_t status = ca_pool_bytes(
        pool, call, (signet_bytes_t){(const uint8_t *)text.data, text.length}, &bytes);
    if (status != SIGNET_OK)
        return status;
    *copy = (signet_text_t){(const char *)bytes.data, bytes.length};
    return SIGNET_OK;
}

void ca_pool_free(ca_pool_t *pool)
{
    ca_pool_block_t *block = atomic_exchange(&pool->blocks, NULL);
    while (block != NULL) {
        ca_pool_block_t *next = block->next;
        free(block);
        block = next;
    }
}
