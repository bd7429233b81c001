/* Revocation lists: whatever is taken for one, OpenSSL takes for the same one. */
#include "arena.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <signet/sdk/crl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    signet_call_t *call = fuzz_call();
    const signet_crl_t *crl = NULL;
    if (signet_crl_parse(call, (signet_bytes_t){data, size}, &crl) != SIGNET_OK) {
        return 0;
    }
    const uint8_t *next = data;
    X509_CRL *other = d2i_X509_CRL(NULL, &next, (long)size);
    fuzz_require(other != NULL && next == data + size, "OpenSSL takes it too");
    STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(other);
    fuzz_require((uint64_t)(revoked ? sk_X509_REVOKED_num(revoked) : 0) == crl->entry_count,
                 "as many entries");
    for (uint64_t i = 0; i < crl->entry_count; i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(revoked, (int)i);
        const ASN1_INTEGER *serial = X509_REVOKED_get0_serialNumber(entry);
        fuzz_require((uint64_t)ASN1_STRING_length(serial) == crl->entries[i].serial.length,
                     "serials are as long");
        fuzz_require(signet_crl_find(crl, crl->entries[i].serial) != NULL, "entries are found");
    }
    X509_CRL_free(other);
    ERR_clear_error();
    return 0;
}
