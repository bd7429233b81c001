/* Tokens that were read a moment ago, so that a busy client costs no read of the store for each
 * request. Bounded, and short-lived because another node may revoke a token. */
#ifndef TOKEN_CACHE_H
#define TOKEN_CACHE_H

#include "token_record.h"

typedef struct token_cache token_cache_t;

/* NULL when out of memory. */
token_cache_t *token_cache_new(void);
void token_cache_free(token_cache_t *cache);
/* A kept token, copied into the arena: 1, or 0 where none is kept. [any] */
int token_cache_get(token_cache_t *cache, signet_call_t *call, signet_text_t id, token_t *token);
/* A mark to take before the store is read and to hand to put. [any] */
uint64_t token_cache_mark(token_cache_t *cache, signet_text_t id);
/* Keeps a copy, unless the token was forgotten since the mark was taken: what was read then may
 * be revoked by now. [any] */
void token_cache_put(token_cache_t *cache, const token_t *token, uint64_t mark);
/* Forgets a token, after its revocation is durable. [any] */
void token_cache_forget(token_cache_t *cache, signet_text_t id);

#endif
