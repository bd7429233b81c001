/* What a ceremony reads: transcripts and bundles, sets of shares, lists of revoked certificates.
 * The first octet of an input chooses what the rest is taken for. */
#include "arena.h"

#include "ceremony/check.h"
#include "ceremony/custody.h"
#include "ceremony/revoked.h"

#include <openssl/crypto.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A line that is taken is written in the one form there is. */
static void fuzz_line(signet_call_t *call, signet_text_t text)
{
    ca_line_read_t line;
    if (ca_line_parse(call, text, 1, &line) == SIGNET_OK) {
        fuzz_require(line.object->count > 0 && line.type.length <= text.length,
                     "a line has members");
        fuzz_require(line.signature.length == 0 || line.covered.length < text.length,
                     "a signature covers less than the line");
    }
}

static void fuzz_transcript(signet_call_t *call, signet_bytes_t file)
{
    ca_verdict_t verdict;
    if (ca_check(call, file, &verdict) == SIGNET_OK) {
        fuzz_require(verdict.outcome.length > 0, "a good transcript has an outcome");
    }
}

static void fuzz_shares(signet_call_t *call, signet_bytes_t file)
{
    ca_custody_t *custody = NULL;
    if (ca_custody_open(call, file, &custody) == SIGNET_OK) {
        fuzz_require(ca_custody_quorum(custody) >= 2, "a quorum is two at least");
        ca_custody_close(custody);
    }
}

static void fuzz_revoked(signet_call_t *call, signet_text_t text)
{
    signet_crl_entry_t *entries = NULL;
    uint64_t count = 0;
    if (ca_revoked_parse(call, text, &entries, &count) == SIGNET_OK) {
        for (uint64_t i = 0; i < count; i++) {
            fuzz_require(entries[i].serial.length > 0 && entries[i].serial.length <= 20,
                         "serial numbers have a length");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (!CRYPTO_secure_malloc_initialized()) {
        CRYPTO_secure_malloc_init(1U << 20, 32);
    }
    signet_call_t *call = fuzz_call();
    const signet_bytes_t rest = {data + 1, size - 1};
    switch (data[0] % 4) {
    case 0:
        fuzz_line(call, (signet_text_t){(const char *)rest.data, rest.length});
        break;
    case 1:
        fuzz_transcript(call, rest);
        break;
    case 2:
        fuzz_shares(call, rest);
        break;
    default:
        fuzz_revoked(call, (signet_text_t){(const char *)rest.data, rest.length});
        break;
    }
    return 0;
}
