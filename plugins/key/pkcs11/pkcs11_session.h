/* Sessions of one instance with its token: opened as they are needed up to a limit, logged in, and
 * kept. */
#ifndef PKCS11_SESSION_H
#define PKCS11_SESSION_H

#include "pkcs11_runner.h"
#include "pkcs11_token.h"

typedef struct pkcs11_pool {
    const signet_host_t *host;
    signet_text_t pin; /* a reference */
    pkcs11_token_t *token;
    pthread_mutex_t lock;
    pthread_cond_t returned;
    CK_SESSION_HANDLE *idle; /* room for `limit` */
    uint64_t idle_count;
    uint64_t open_count;
    uint64_t limit;
    CK_SESSION_HANDLE kept; /* holds the login of a ceremony: the PIN is not there for another */
    int has_kept;
    pkcs11_runner_t runner;
} pkcs11_pool_t;

/* Makes an empty pool of at most `limit` sessions, and of no more than the token has; 0: 64 for
 * each core, as many as the host has workers for requests. What the token is to do may take
 * `timeout_ms`. */
int32_t pkcs11_pool_begin(signet_call_t *call, pkcs11_pool_t *pool, uint64_t limit,
                          int64_t timeout_ms);
/* Closes all sessions and frees the pool's memory. All must have been given back. 0 where the token
 * still has not answered to something: nothing is freed then, nor may the pool be. */
int pkcs11_pool_end(pkcs11_pool_t *pool);
/* A session that is logged in, for a thread of the runner, which has no call. Waits for one. */
pkcs11_answer_t pkcs11_pool_enter(pkcs11_pool_t *pool, signet_bytes_t pin,
                                  CK_SESSION_HANDLE *session);
/* A session that is logged in, read only; waits for one until the call's deadline. */
int32_t pkcs11_pool_take(signet_call_t *call, pkcs11_pool_t *pool, CK_SESSION_HANDLE *session);
void pkcs11_pool_give(pkcs11_pool_t *pool, CK_SESSION_HANDLE session);
/* Closes a session that failed. With `lost` the idle ones too, which will have gone the same way.
 */
void pkcs11_pool_drop(pkcs11_pool_t *pool, CK_SESSION_HANDLE session, int lost);
/* A session of its own that can make objects; close it with C_CloseSession. */
int32_t pkcs11_pool_open_writable(signet_call_t *call, pkcs11_pool_t *pool,
                                  CK_SESSION_HANDLE *session);
/* Logs in with the PIN itself, until pkcs11_pool_lock or the pool's end. */
int32_t pkcs11_pool_unlock(signet_call_t *call, pkcs11_pool_t *pool, signet_bytes_t pin);
/* Logs out and closes all sessions. All must have been given back. */
void pkcs11_pool_lock(pkcs11_pool_t *pool);
/* Whether an answer means that session, login or handles are gone, so that one more try on a fresh
 * session can help. */
int pkcs11_session_lost(CK_RV result);

#endif
