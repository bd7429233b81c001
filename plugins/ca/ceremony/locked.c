#include "ceremony/locked.h"

#include <openssl/crypto.h>
#include <signet/sdk/error.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Room for the shares of 255 holders and the keys of those who are present. */
#define HEAP_SIZE (1U << 20)
#define HEAP_LEAST 32U

int32_t ca_locked_begin(signet_call_t *call)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "ceremony.memory",
                           "the system does not let core dumps be switched off");
    if (CRYPTO_secure_malloc_initialized() || CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_LEAST) == 1)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_UNAVAILABLE, "ceremony.memory",
                       "%u KiB of memory cannot be locked, so that secrets could reach a disk; "
                       "raise the limit of locked memory (ulimit -l) or run as root",
                       HEAP_SIZE / 1024);
}

uint8_t *ca_locked_alloc(signet_call_t *call, uint64_t length)
{
    uint8_t *memory = OPENSSL_secure_zalloc((size_t)length);
    if (memory != NULL && CRYPTO_secure_allocated(memory))
        return memory;
    OPENSSL_secure_clear_free(memory, (size_t)length);
    signet_fail(call, SIGNET_NO_MEMORY, "ceremony.memory",
                "the locked memory is exhausted; end this ceremony and begin again");
    return NULL;
}

void ca_locked_free(void *memory, uint64_t length)
{
    OPENSSL_secure_clear_free(memory, (size_t)length);
}
