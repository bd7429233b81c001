/* PBES2 (RFC 8018) with AES-256-CBC, its key by scrypt (RFC 7914) or PBKDF2.
 *
 * OpenSSL writes and reads the structures, so that `openssl pkey` opens a key file too. The key
 * derivation is called from here, for two reasons: the files of a folder share their salt, so that
 * one derivation, a fraction of a second, opens them all at start; and the costs that a file asks
 * for are judged before they are paid. */
#ifndef FILE_CIPHER_H
#define FILE_CIPHER_H

#include <openssl/x509.h>
#include <signet/host.h>

#define FILE_SALT_LENGTH 16
#define FILE_KEY_LENGTH 32

/* How files are encrypted, and the last derived key. Used under the backend's lock. */
typedef struct file_cipher {
    const signet_host_t *host;
    signet_text_t passphrase; /* a reference, read again whenever a key is derived; or empty */
    uint8_t *secret;          /* the passphrase itself, given by a ceremony, in locked memory */
    uint64_t secret_length;
    int pbkdf2;      /* 1: PBKDF2 for new files, 0: scrypt */
    int iterations;  /* of PBKDF2 */
    uint64_t passes; /* p of scrypt */
    int has_salt;
    uint8_t salt[FILE_SALT_LENGTH];
    uint8_t *derivation; /* the AlgorithmIdentifier that `key` came from, DER */
    int derivation_length;
    uint8_t *key; /* in locked memory */
} file_cipher_t;

/* Encrypts a private key. The caller frees `*sealed`. */
int32_t file_cipher_seal(signet_call_t *call, file_cipher_t *cipher, PKCS8_PRIV_KEY_INFO *info,
                         X509_SIG **sealed);
/* Decrypts one into locked memory, which the caller gives back. DENIED where the passphrase does
 * not fit; CORRUPT where the file asks for anything but what is written here. `name` is for
 * messages. */
int32_t file_cipher_open(signet_call_t *call, file_cipher_t *cipher, const X509_SIG *sealed,
                         signet_text_t name, signet_bytes_t *plain);
/* Wipes and gives back what was decrypted; empty is nothing. */
void file_cipher_forget(signet_bytes_t *plain);
/* Takes the passphrase itself in place of a reference. */
int32_t file_cipher_unlock(signet_call_t *call, file_cipher_t *cipher, signet_bytes_t secret);
/* Forgets that passphrase. */
void file_cipher_lock(file_cipher_t *cipher);
/* Wipes the derived key. */
void file_cipher_clear(file_cipher_t *cipher);

#endif
