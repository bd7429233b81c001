#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (UINT64_C(64) << 20)

/* Each allocation is one of malloc's own, so that AddressSanitizer sees where it ends. */
typedef struct block {
    struct block *next;
    uint64_t reserved; /* keeps what follows aligned to 16 */
} block_t;

static _Thread_local block_t *blocks;
static _Thread_local uint64_t used;
static _Thread_local signet_error_t error;
static _Thread_local int failed;

static int32_t fail(signet_call_t *call, const signet_error_t *what);

static void *alloc(signet_call_t *call, uint64_t length)
{
    if (length > LIMIT - used) {
        const signet_error_t full = {.size = sizeof(full), .status = SIGNET_NO_MEMORY};
        fail(call, &full);
        return NULL;
    }
    block_t *block = calloc(1, sizeof(*block) + length);
    if (block == NULL) {
        abort();
    }
    used += length;
    block->next = blocks;
    blocks = block;
    return block + 1;
}

static signet_text_t copy(signet_call_t *call, signet_text_t text)
{
    char *memory = alloc(call, text.length + 1);
    if (memory != NULL && text.length != 0) {
        memcpy(memory, text.data, text.length);
    }
    return (signet_text_t){memory, memory != NULL ? text.length : 0};
}

static int32_t fail(signet_call_t *call, const signet_error_t *what)
{
    if (!failed) {
        failed = 1;
        error = *what;
        error.reason = copy(call, what->reason);
        error.message = copy(call, what->message);
    }
    return what->status;
}

static const signet_error_t *get_error(signet_call_t *call)
{
    (void)call;
    return failed ? &error : NULL;
}

static void clear(signet_call_t *call)
{
    (void)call;
    failed = 0;
}

static const signet_call_services_t services = {
    .size = sizeof(services),
    .alloc = alloc,
    .fail = fail,
    .error = get_error,
    .clear = clear,
};

static signet_call_t only = {.size = sizeof(only), .services = &services};

void fuzz_call_end(void)
{
    while (blocks != NULL) {
        block_t *next = blocks->next;
        free(blocks);
        blocks = next;
    }
    used = 0;
    failed = 0;
}

signet_call_t *fuzz_call_current(void)
{
    return &only;
}

signet_call_t *fuzz_call(void)
{
    fuzz_call_end();
    return &only;
}

void fuzz_require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}
