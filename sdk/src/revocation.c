#include <signet/sdk/revocation.h>

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

int32_t signet_revocation_statement(signet_call_t *call, signet_bytes_t serial,
                                    signet_bytes_t fingerprint, signet_text_t reason,
                                    signet_text_t nonce, signet_bytes_t *statement)
{
    signet_text_t number = signet_hex(call, serial);
    signet_text_t print = signet_hex(call, fingerprint);
    if (number.data == NULL || print.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_text_t text = signet_format(call,
                                       "Signet: revoke this certificate\n"
                                       "serial: %.*s\n"
                                       "fingerprint: %.*s\n"
                                       "reason: %.*s\n"
                                       "nonce: %.*s\n",
                                       SIGNET_FORMAT(number), SIGNET_FORMAT(print),
                                       SIGNET_FORMAT(reason), SIGNET_FORMAT(nonce));
    if (text.data == NULL)
        return SIGNET_NO_MEMORY;
    *statement = signet_text_bytes(text);
    return SIGNET_OK;
}
