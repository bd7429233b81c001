/* Answers of logs, and to-be-signed parts whose one extension is replaced. The first octet says
 * which. */
#include "arena.h"

#include "transparency/entry.h"
#include "transparency/sct.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A log whose key nobody has: what is taken of it would be forged. */
static void read_answer(signet_call_t *call, signet_bytes_t answer)
{
    static const uint8_t id[CA_LOG_ID_LENGTH];
    signet_bytes_t spki = {NULL, 0};
    signet_bytes_t sct = {NULL, 0};
    ca_log_t log = {.name = SIGNET_TEXT_INIT("log"),
                    .id = {id, sizeof id},
                    .algorithm = SIGNET_TEXT_INIT("ECDSA-SHA256")};
    const ca_sct_entry_t entry = {
        .issuer_key_hash = {id, sizeof id}, .tbs = {id, sizeof id}, .earliest = 0};
    fuzz_require(
        signet_base64_decode(
            call,
            SIGNET_TEXT("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEA+iTjWAdVRU6VvzZ3220q+lh"
                        "ap5TVRA/MrgVtqUCfR/iPdlAGwTIJHXJWgG/t+XoHdlxVlMR5W1iBfhXpaxs2w=="),
            &spki) == SIGNET_OK,
        "the key");
    fuzz_require(signet_verifier_new(call, spki, &log.verifier) == SIGNET_OK, "a verifier");
    fuzz_require(ca_sct_read(call, &log, &entry, answer, &sct) != SIGNET_OK,
                 "nothing forged is taken");
    fuzz_require(call->services->error(call) != NULL, "an error for a refusal");
    signet_verifier_free(log.verifier);
}

/* DER has one form: putting back what stood there gives the same octets. */
static void replace(signet_call_t *call, signet_bytes_t tbs)
{
    signet_bytes_t bare = {NULL, 0};
    signet_bytes_t same = {NULL, 0};
    if (ca_entry_replace(call, tbs, ca_oid_poison, ca_entry_poison, &same) != SIGNET_OK)
        return;
    fuzz_require(ca_entry_replace(call, tbs, ca_oid_poison, (signet_bytes_t){NULL, 0}, &bare) ==
                     SIGNET_OK,
                 "it is left out, too");
    fuzz_require(bare.length < same.length, "what is left out is missing");
    fuzz_require(ca_entry_replace(call, bare, ca_oid_poison, ca_entry_poison, &same) != SIGNET_OK,
                 "what is left out is not there");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    signet_call_t *call = fuzz_call();
    if (size == 0)
        return 0;
    signet_bytes_t rest = {data + 1, size - 1};
    if (data[0] % 2 == 0)
        read_answer(call, rest);
    else
        replace(call, rest);
    return 0;
}
