/* Tokens as they are stored. */
#ifndef TOKEN_RECORD_H
#define TOKEN_RECORD_H

#include <signet/sdk/record.h>
#include <signet/signet.h>

#define TOKEN_COLLECTION "auth.tokens"

/* A token. */
typedef struct token {
    signet_text_t id;
    signet_text_t name;
    signet_text_t person; /* who holds it; empty: the token stands for itself */
    signet_text_t tenant;
    signet_text_t creator; /* the actor's id */
    signet_text_t entry;   /* TOKEN_ENTRY_*: of the provider's staff in the tenant; or empty */
    signet_text_t reason;  /* why; only with entry */
    signet_bytes_t digest; /* SHA-256 of the secret */
    int64_t created;
    int64_t expires;
    const signet_grant_t *grants;
    uint64_t grant_count;
} token_t;

/* Declares the collection. It is not scoped to tenants, because a token is looked up before its
 * tenant is known; the tenant is a field. [worker] */
int32_t token_record_declare(signet_call_t *call, signet_text_t store);
/* The change that stores a new token. [any] */
int32_t token_record_put(signet_call_t *call, const token_t *token, signet_change_t *change);
/* A token from its record. CORRUPT. [any] */
int32_t token_record_read(signet_call_t *call, const signet_record_t *record, token_t *token);
/* Digest and expiry alone, which is all that a comparison needs. [any] */
signet_bytes_t token_record_digest(const signet_record_t *record);
int64_t token_record_expires(const signet_record_t *record);

#endif
