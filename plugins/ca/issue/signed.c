#include "issue/signed.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>

int32_t ca_signed_pairs(signet_call_t *call, const signet_provider_t *keys, signet_bytes_t message,
                        signet_pair_t *pairs, uint64_t *count)
{
    signet_bytes_t digest = {NULL, 0};
    int32_t status = signet_sha256(call, message, &digest);
    signet_text_t hex = status == SIGNET_OK ? signet_hex(call, digest) : (signet_text_t){NULL, 0};
    if (hex.data == NULL)
        return status == SIGNET_OK ? SIGNET_NO_MEMORY : status;
    pairs[(*count)++] = signet_pair("signed", hex);
    if (keys != NULL && keys->flags & SIGNET_PROVIDER_ISOLATED)
        pairs[(*count)++] = signet_pair("keys", keys->name);
    return SIGNET_OK;
}
