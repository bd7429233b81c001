#include "archive/match.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <signet/sdk/error.h>

int32_t ca_match_key(signet_call_t *call, signet_bytes_t private_key, signet_bytes_t spki)
{
    const uint8_t *private_at = private_key.data;
    const uint8_t *public_at = spki.data;
    PKCS8_PRIV_KEY_INFO *info =
        d2i_PKCS8_PRIV_KEY_INFO(NULL, &private_at, (long)private_key.length);
    EVP_PKEY *own = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    EVP_PKEY *other = d2i_PUBKEY(NULL, &public_at, (long)spki.length);
    int match = own != NULL && other != NULL && EVP_PKEY_eq(own, other) == 1;
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(own);
    EVP_PKEY_free(other);
    ERR_clear_error();
    return match ? SIGNET_OK
                 : signet_fail(call, SIGNET_INVALID, "archive.key-mismatch",
                               "the private key does not belong to the certificate");
}
