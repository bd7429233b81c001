/* A certificate for people. */
#ifndef CA_PRINT_H
#define CA_PRINT_H

#include <signet/sdk/text.h>

/* Every field and extension of a to-be-signed part, as `openssl x509 -text` shows them; extensions
 * that OpenSSL does not know by the structure of their value. */
int32_t ca_print(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                 signet_text_t *text);

#endif
