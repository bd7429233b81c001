/* PKCS#12 files from outside. What is read can be written again. */
#include "arena.h"

#include <signet/sdk/error.h>
#include <signet/sdk/pkcs12.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    signet_call_t *call = fuzz_call();
    const signet_key_bundle_t *bundle = NULL;
    signet_bytes_t again;
    int32_t status = signet_pkcs12_read(call, (signet_bytes_t){data, size},
                                        SIGNET_TEXT("correct horse battery"), &bundle);
    if (status != SIGNET_OK)
        return 0;
    status = signet_pkcs12_write(call, bundle, SIGNET_TEXT("correct horse battery"), 1, &again);
    if (status != SIGNET_OK)
        abort();
    return 0;
}
