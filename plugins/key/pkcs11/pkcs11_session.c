/* Sessions. */
#include "pkcs11_session.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_PER_CORE 64
#define MAX_SESSIONS 4096U
/* How long a signer waits for a session where its call has no deadline. */
#define MAX_WAIT_MS 30000

int pkcs11_session_lost(CK_RV result)
{
    switch (result) {
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
    case CKR_USER_NOT_LOGGED_IN:
    case CKR_KEY_HANDLE_INVALID:
    case CKR_OBJECT_HANDLE_INVALID:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_DEVICE_REMOVED:
    case CKR_DEVICE_ERROR:
        return 1;
    default:
        return 0;
    }
}

static uint64_t limit_of(const pkcs11_token_t *token, uint64_t wanted)
{
    CK_ULONG offered = token->info.ulMaxSessionCount;
    if (!wanted) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        wanted = (uint64_t)(cores > 0 ? cores : 1) * WORKERS_PER_CORE;
    }
    if (wanted > MAX_SESSIONS) {
        wanted = MAX_SESSIONS;
    }
    /* One is left for making keys. */
    if (offered != CK_EFFECTIVELY_INFINITE && offered != CK_UNAVAILABLE_INFORMATION &&
        wanted >= offered) {
        wanted = offered > 1 ? offered - 1 : 1;
    }
    return wanted;
}

int32_t pkcs11_pool_begin(signet_call_t *call, pkcs11_pool_t *pool, uint64_t limit,
                          int64_t timeout_ms)
{
    pthread_condattr_t attributes;
    pool->limit = limit_of(pool->token, limit);
    if (pthread_condattr_init(&attributes) != 0) {
        return signet_fail_memory(call);
    }
    int done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
               pthread_cond_init(&pool->returned, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (!done) {
        return signet_fail_memory(call);
    }
    if (pthread_mutex_init(&pool->lock, NULL) != 0) {
        (void)pthread_cond_destroy(&pool->returned);
        return signet_fail_memory(call);
    }
    pool->idle = calloc(pool->limit, sizeof(*pool->idle));
    if (!pool->idle) {
        (void)pthread_mutex_destroy(&pool->lock);
        (void)pthread_cond_destroy(&pool->returned);
        return signet_fail_memory(call);
    }
    return pkcs11_runner_begin(call, &pool->runner, pool->limit, timeout_ms);
}

/* Closes the idle sessions, one after the other and without the lock: a token that hangs would keep
 * it. */
static void close_idle(pkcs11_pool_t *pool)
{
    for (;;) {
        (void)pthread_mutex_lock(&pool->lock);
        int found = pool->idle_count > 0;
        CK_SESSION_HANDLE session = found ? pool->idle[--pool->idle_count] : 0;
        pool->open_count -= (uint64_t)found;
        (void)pthread_mutex_unlock(&pool->lock);
        if (!found) {
            return;
        }
        (void)pool->token->module->functions->C_CloseSession(session);
    }
}

static void close_kept(pkcs11_pool_t *pool)
{
    if (pool->has_kept) {
        (void)pool->token->module->functions->C_CloseSession(pool->kept);
    }
    pool->has_kept = 0;
}

int pkcs11_pool_end(pkcs11_pool_t *pool)
{
    if (!pkcs11_runner_end(&pool->runner)) {
        return 0;
    }
    if (!pool->idle) {
        return 1;
    }
    close_idle(pool);
    close_kept(pool);
    free(pool->idle);
    pool->idle = NULL;
    (void)pthread_mutex_destroy(&pool->lock);
    (void)pthread_cond_destroy(&pool->returned);
    return 1;
}

static int32_t open_session(signet_call_t *call, pkcs11_pool_t *pool, CK_FLAGS flags,
                            CK_SESSION_HANDLE *session)
{
    CK_FUNCTION_LIST *functions = pool->token->module->functions;
    CK_RV result = functions->C_OpenSession(pool->token->slot, CKF_SERIAL_SESSION | flags, NULL,
                                            NULL, session);
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, pool->token, "C_OpenSession", result);
    }
    int32_t status = pkcs11_token_login(call, pool->host, pool->token, *session, pool->pin);
    if (status != SIGNET_OK) {
        (void)functions->C_CloseSession(*session);
    }
    return status;
}

/* Waits, under the lock, until a session is idle or may be opened. */
static int32_t wait_for_room(signet_call_t *call, pkcs11_pool_t *pool)
{
    struct timespec until;
    int64_t wait = call->services->remaining(call);
    if (wait > MAX_WAIT_MS) {
        wait = MAX_WAIT_MS;
    }
    if (clock_gettime(CLOCK_MONOTONIC, &until) != 0) {
        return signet_fail(call, SIGNET_INTERNAL, "key.clock-failed", "the clock cannot be read");
    }
    until.tv_sec += wait / 1000;
    until.tv_nsec += (wait % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (!pool->idle_count && pool->open_count >= pool->limit) {
        if (pthread_cond_timedwait(&pool->returned, &pool->lock, &until) == ETIMEDOUT) {
            return signet_fail(call, SIGNET_TIMEOUT, "key.sessions-busy",
                               "all %llu sessions with the token \"%.*s\" stayed busy; raise "
                               "`sessions`, or use a faster HSM",
                               (unsigned long long)pool->limit,
                               SIGNET_FORMAT(pkcs11_token_label(pool->token)));
        }
    }
    return SIGNET_OK;
}

int32_t pkcs11_pool_take(signet_call_t *call, pkcs11_pool_t *pool, CK_SESSION_HANDLE *session)
{
    int32_t status = pkcs11_runner_check(call, &pool->runner);
    if (status != SIGNET_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&pool->lock);
    if (!pool->idle_count && pool->open_count >= pool->limit) {
        status = wait_for_room(call, pool);
    }
    int have = 0;
    if (status == SIGNET_OK && pool->idle_count) {
        *session = pool->idle[--pool->idle_count];
        have = 1;
    } else if (status == SIGNET_OK) {
        pool->open_count++;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (status != SIGNET_OK || have) {
        return status;
    }
    status = open_session(call, pool, 0, session);
    if (status != SIGNET_OK) {
        (void)pthread_mutex_lock(&pool->lock);
        pool->open_count--;
        (void)pthread_cond_signal(&pool->returned);
        (void)pthread_mutex_unlock(&pool->lock);
    }
    return status;
}

void pkcs11_pool_give(pkcs11_pool_t *pool, CK_SESSION_HANDLE session)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->idle[pool->idle_count++] = session;
    (void)pthread_cond_signal(&pool->returned);
    (void)pthread_mutex_unlock(&pool->lock);
}

void pkcs11_pool_drop(pkcs11_pool_t *pool, CK_SESSION_HANDLE session, int lost)
{
    (void)pool->token->module->functions->C_CloseSession(session);
    (void)pthread_mutex_lock(&pool->lock);
    pool->open_count--;
    (void)pthread_cond_broadcast(&pool->returned);
    (void)pthread_mutex_unlock(&pool->lock);
    if (lost) {
        close_idle(pool);
    }
}

pkcs11_answer_t pkcs11_pool_enter(pkcs11_pool_t *pool, signet_bytes_t pin,
                                  CK_SESSION_HANDLE *session)
{
    CK_FUNCTION_LIST *functions = pool->token->module->functions;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->idle_count && pool->open_count >= pool->limit) {
        (void)pthread_cond_wait(&pool->returned, &pool->lock);
    }
    int have = pool->idle_count > 0;
    if (have) {
        *session = pool->idle[--pool->idle_count];
    } else {
        pool->open_count++;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (have) {
        return (pkcs11_answer_t){.kind = PKCS11_OK};
    }
    CK_RV result =
        functions->C_OpenSession(pool->token->slot, CKF_SERIAL_SESSION, NULL, NULL, session);
    pkcs11_answer_t answer = result == CKR_OK
                                 ? pkcs11_token_enter(pool->token, *session, pin)
                                 : (pkcs11_answer_t){PKCS11_FAILED, "C_OpenSession", result};
    if (answer.kind == PKCS11_OK) {
        return answer;
    }
    if (result == CKR_OK) {
        (void)functions->C_CloseSession(*session);
    }
    (void)pthread_mutex_lock(&pool->lock);
    pool->open_count--;
    (void)pthread_cond_signal(&pool->returned);
    (void)pthread_mutex_unlock(&pool->lock);
    return answer;
}

int32_t pkcs11_pool_open_writable(signet_call_t *call, pkcs11_pool_t *pool,
                                  CK_SESSION_HANDLE *session)
{
    return open_session(call, pool, CKF_RW_SESSION, session);
}

int32_t pkcs11_pool_unlock(signet_call_t *call, pkcs11_pool_t *pool, signet_bytes_t pin)
{
    CK_FUNCTION_LIST *functions = pool->token->module->functions;
    CK_SESSION_HANDLE session = 0;
    CK_RV result =
        functions->C_OpenSession(pool->token->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, pool->token, "C_OpenSession", result);
    }
    int32_t status = pkcs11_token_unlock(call, pool->host, pool->token, session, pin);
    if (status != SIGNET_OK) {
        (void)functions->C_CloseSession(session);
        return status;
    }
    close_kept(pool);
    pool->kept = session;
    pool->has_kept = 1;
    return SIGNET_OK;
}

void pkcs11_pool_lock(pkcs11_pool_t *pool)
{
    if (pool->has_kept) {
        (void)pool->token->module->functions->C_Logout(pool->kept);
    }
    close_idle(pool);
    close_kept(pool);
}
