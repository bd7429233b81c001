/* A statement by which the holder of a certificate's key asks for its revocation: what a client
 * signs and a protocol plugin verifies. */
#ifndef SIGNET_SDK_REVOCATION_H
#define SIGNET_SDK_REVOCATION_H

#include <signet/sdk/x509.h>

/* The octets to sign: the purpose in words, serial number, fingerprint, reason (its name in RFC
 * 5280, 5.3.1) and the server's nonce, a line each. It cannot be taken for anything else that a key
 * signs. [any] */
int32_t signet_revocation_statement(signet_call_t *call, signet_bytes_t serial,
                                    signet_bytes_t fingerprint, signet_text_t reason,
                                    signet_text_t nonce, signet_bytes_t *statement);

#endif
