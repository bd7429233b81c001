#include "keep.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

int status_keep(signet_call_t *call, signet_bytes_t from, signet_bytes_t *to)
{
    uint8_t *copy = malloc(from.length + 1);
    if (copy == NULL) {
        (void)signet_fail_memory(call);
        return 0;
    }
    if (from.length > 0)
        memcpy(copy, from.data, from.length);
    copy[from.length] = 0;
    to->data = copy;
    to->length = from.length;
    return 1;
}

int status_keep_text(signet_call_t *call, signet_text_t from, signet_text_t *to)
{
    signet_bytes_t kept = {NULL, 0};
    int done = status_keep(call, signet_text_bytes(from), &kept);
    *to = signet_bytes_text(kept);
    return done;
}

void status_drop(signet_bytes_t bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

void status_drop_text(signet_text_t text)
{
    free((void *)(uintptr_t)text.data);
}
