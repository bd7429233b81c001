#include "digest.h"

#include <openssl/evp.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>

int32_t journal_digest(signet_call_t *call, signet_bytes_t input, uint8_t digest[JOURNAL_DIGEST])
{
    signet_bytes_t output;
    int32_t status = signet_sha256(call, input, &output);
    if (status == SIGNET_OK)
        memcpy(digest, output.data, JOURNAL_DIGEST);
    return status;
}

int32_t journal_leaf(signet_call_t *call, signet_text_t key, signet_bytes_t body,
                     uint8_t leaf[JOURNAL_DIGEST])
{
    uint64_t length = 3 + key.length + body.length;
    uint8_t *input = signet_alloc(call, length, 1);
    if (!input)
        return signet_status(call);
    input[1] = (uint8_t)(key.length >> 8);
    input[2] = (uint8_t)key.length;
    memcpy(input + 3, key.data, key.length);
    memcpy(input + 3 + key.length, body.data, body.length);
    return journal_digest(call, (signet_bytes_t){input, length}, leaf);
}

int32_t journal_root(signet_call_t *call, uint8_t *leaves, uint64_t count,
                     uint8_t root[JOURNAL_DIGEST])
{
    uint8_t pair[1 + 2 * JOURNAL_DIGEST] = {0x01};
    if (count == 0)
        return journal_digest(call, (signet_bytes_t){NULL, 0}, root);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context)
        return signet_fail_memory(call);
    int good = 1;
    /* Level by level; a node without a sibling moves up as it is, which gives the same tree as
     * splitting at the largest power of two. */
    for (; count > 1; count = (count + 1) / 2) {
        for (uint64_t i = 0; i + 1 < count && good; i += 2) {
            memcpy(pair + 1, leaves + i * JOURNAL_DIGEST, sizeof(pair) - 1);
            good = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                   EVP_DigestUpdate(context, pair, sizeof(pair)) == 1 &&
                   EVP_DigestFinal_ex(context, leaves + i / 2 * JOURNAL_DIGEST, NULL) == 1;
        }
        if (count % 2 == 1)
            memmove(leaves + count / 2 * JOURNAL_DIGEST, leaves + (count - 1) * JOURNAL_DIGEST,
                    JOURNAL_DIGEST);
    }
    EVP_MD_CTX_free(context);
    if (!good)
        return signet_fail(call, SIGNET_INTERNAL, "journal.digest", "SHA-256 failed.");
    memcpy(root, leaves, JOURNAL_DIGEST);
    return SIGNET_OK;
}
