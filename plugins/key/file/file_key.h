/* One private key in memory, ready to sign on any number of threads. */
#ifndef FILE_KEY_H
#define FILE_KEY_H

#include <openssl/evp.h>
#include <signet/sdk/backend.h>

typedef struct file_key file_key_t;

/* Takes over `key`, also where it fails. UNSUPPORTED for a type that is none of ours. */
int32_t file_key_new(signet_call_t *call, signet_text_t name, uint32_t purposes, EVP_PKEY *key,
                     file_key_t **made);
/* Wipes and frees it. No signature may be under way. */
void file_key_free(file_key_t *key);
/* Whether it has this name and was not destroyed. */
int file_key_is(const file_key_t *key, signet_text_t name);
/* Whether it was destroyed. */
int file_key_gone(const file_key_t *key);
/* Whether its public key is this one. */
int file_key_matches(const file_key_t *key, signet_bytes_t public_key);
/* Wipes the private key from memory. A signature under way ends; no other begins. */
void file_key_destroy(file_key_t *key);
/* The description; its texts live as long as the key. */
int32_t file_key_describe(signet_call_t *call, const file_key_t *key, signet_text_t module,
                          const signet_key_t **description);
/* Judges the request and signs. Any thread. */
int32_t file_key_sign(signet_call_t *call, file_key_t *key, const signet_sign_request_t *request,
                      signet_bytes_t *signature);
/* Judges the request and deciphers. Any thread. */
int32_t file_key_decrypt(signet_call_t *call, file_key_t *key,
                         const signet_decrypt_request_t *request, signet_bytes_t *plaintext);
/* The list that the backend keeps its keys in: keys are added at its front and never removed, so
 * that it is read without a lock; one that was destroyed stays in it, empty. */
file_key_t *file_key_next(const file_key_t *key);
void file_key_set_next(file_key_t *key, file_key_t *next);

#endif
