/* What stands in a key file: the encrypted key in PEM, below its purposes, which a MAC by a key
 * derived from the private key binds to key and name.
 *
 *     Purposes: certificate crl
 *     Binding: 64 hexadecimal digits
 *     -----BEGIN ENCRYPTED PRIVATE KEY-----
 *
 * Whoever can write the file but does not know the key can neither widen its purposes, give it
 * another name, nor alter the key unnoticed. OpenSSL's tools skip the lines above the PEM. */
#ifndef FILE_ENVELOPE_H
#define FILE_ENVELOPE_H

#include "file_cipher.h"

/* The file of a key. */
int32_t file_envelope_write(signet_call_t *call, file_cipher_t *cipher, signet_text_t name,
                            uint32_t purposes, EVP_PKEY *key, signet_bytes_t *content);
/* The key of a file; the caller frees `*key`. CORRUPT where anything was changed. */
int32_t file_envelope_read(signet_call_t *call, file_cipher_t *cipher, signet_text_t name,
                           signet_bytes_t content, uint32_t *purposes, EVP_PKEY **key);

#endif
