/* The text of a token: "sgt_ID_SECRET". The id (80 random bits in base32) names the record, the
 * secret (256 random bits in base64url) proves the right to use it. */
#ifndef TOKEN_SECRET_H
#define TOKEN_SECRET_H

#include <signet/call.h>

#define TOKEN_PREFIX "sgt_"
#define TOKEN_ID_LENGTH 16
#define TOKEN_DIGEST_LENGTH 32

/* A token taken apart. */
typedef struct token_secret {
    signet_text_t id;
    signet_bytes_t digest; /* SHA-256 of the secret's text */
} token_secret_t;

/* Makes a new token: its text, once, and what is stored of it. [any] */
int32_t token_secret_make(signet_call_t *call, signet_text_t *token, token_secret_t *secret);
/* Takes a token apart; 0 where the text has not its form. [any] */
int token_secret_read(signet_call_t *call, signet_text_t token, token_secret_t *secret);

#endif
