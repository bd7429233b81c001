/* Attestation objects of device-attest-01, whose statements are read by every format with the
 * object's own certificate as the one that is trusted, and a TPM's public areas. The first octet
 * says which. */
#include "arena.h"

#include "attest/attest.h"
#include "attest/tpm_public.h"

#include <signet/sdk/x509.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key authorization that nobody knew before: what an input holds cannot be for it. */
static void read_object(signet_call_t *call, signet_bytes_t input)
{
    static const char *const formats[] = {"apple", "step", "tpm"};
    const acme_attest_challenge_t challenge = {.token = SIGNET_TEXT_INIT("token"),
                                               .key_authorization =
                                                   SIGNET_TEXT_INIT("token.thumbprint")};
    acme_attest_object_t object;
    const signet_x509_t *leaf = NULL;
    if (acme_attest_object_read(input, &object) != NULL || object.certificate_count == 0 ||
        signet_x509_parse(call, object.certificates[0], &leaf) != SIGNET_OK)
        return;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        acme_attested_t attested = {.identities = {.count = 0}};
        acme_attest_format_t *format = acme_attest_format(signet_text(formats[i]));
        const char *why = format(call, &object, leaf, &challenge, &attested);
        fuzz_require(why != NULL || attested.spki.length > 0, "a key for what is taken");
        fuzz_require(attested.identities.count <= ACME_ATTEST_IDENTITIES_MAX,
                     "room for identities");
    }
}

/* What is taken can be read as a public key, or is refused as a weak one by others. */
static void read_area(signet_call_t *call, signet_bytes_t input)
{
    acme_tpm_public_t area = {0};
    signet_public_key_t key;
    if (acme_tpm_public_read(call, input, &area) == NULL)
        (void)signet_public_key_parse(call, area.spki, &key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    signet_call_t *call = fuzz_call();
    if (size == 0)
        return 0;
    signet_bytes_t rest = {data + 1, size - 1};
    if (data[0] % 2 == 0)
        read_object(call, rest);
    else
        read_area(call, rest);
    return 0;
}
