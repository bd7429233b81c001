/* Memory that lives as long as the instance: compiled configuration and certificates. Several
 * threads may allocate at once. */
#ifndef CA_POOL_H
#define CA_POOL_H

#include <signet/call.h>
#include <stdatomic.h>

typedef struct ca_pool_block ca_pool_block_t;

typedef struct ca_pool {
    _Atomic(ca_pool_block_t *) blocks;
} ca_pool_t;

/* `count` zeroed elements of `size` octets; NULL with the call's error set. */
void *ca_pool_alloc(ca_pool_t *pool, signet_call_t *call, uint64_t count, uint64_t size);
/* Copies; NO_MEMORY. */
int32_t ca_pool_bytes(ca_pool_t *pool, signet_call_t *call, signet_bytes_t bytes,
                      signet_bytes_t *copy);
int32_t ca_pool_text(ca_pool_t *pool, signet_call_t *call, signet_text_t text, signet_text_t *copy);
void ca_pool_free(ca_pool_t *pool);

#endif
