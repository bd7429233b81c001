/* What signet.key/1 takes and answers, on the wire. */
#ifndef SDK_REMOTE_KEY_CODEC_H
#define SDK_REMOTE_KEY_CODEC_H

#include "wire.h"

#include <signet/key.h>

/* Functions, as requests name them. */
#define KEY_GENERATE 1U
#define KEY_FIND 2U
#define KEY_SIGN 3U
#define KEY_LIST 4U
#define KEY_INITIALISE 5U
#define KEY_UNLOCK 6U
#define KEY_LOCK 7U
#define KEY_DECRYPT 8U
#define KEY_DESTROY 9U

/* The least that a key takes: two numbers, two flags, seven lengths. */
#define KEY_OCTETS 68U

void remote_write_key_request(remote_writer_t *writer, const signet_key_request_t *request);
void remote_read_key_request(remote_reader_t *reader, signet_key_request_t *request);
void remote_write_sign_request(remote_writer_t *writer, const signet_sign_request_t *request);
void remote_read_sign_request(remote_reader_t *reader, signet_sign_request_t *request);
void remote_write_decrypt_request(remote_writer_t *writer, const signet_decrypt_request_t *request);
void remote_read_decrypt_request(remote_reader_t *reader, signet_decrypt_request_t *request);
void remote_write_token_request(remote_writer_t *writer, const signet_token_request_t *request);
void remote_read_token_request(remote_reader_t *reader, signet_token_request_t *request);
void remote_write_key(remote_writer_t *writer, const signet_key_t *key);
/* A key in the arena, whose texts lie in the message; NULL where it is none. */
const signet_key_t *remote_read_key(remote_reader_t *reader, signet_call_t *call);

#endif
