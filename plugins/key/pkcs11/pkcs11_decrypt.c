/* Decryption by a token. */
#include "pkcs11_decrypt.h"

#include <string.h>

/* RSA-4096. */
#define MAX_PLAINTEXT 512U

/* What goes to the token, and what comes back. */
typedef struct operation {
    CK_MECHANISM mechanism;
    CK_RSA_PKCS_OAEP_PARAMS oaep;
    signet_bytes_t ciphertext;
    uint8_t *output; /* MAX_PLAINTEXT octets of the arena */
    CK_ULONG output_length;
} operation_t;

static void prepare(operation_t *operation, const char *digest)
{
    int sha1 = strcmp(digest, "SHA1") == 0;
    operation->oaep.hashAlg = sha1 ? CKM_SHA_1 : CKM_SHA256;
    operation->oaep.mgf = sha1 ? CKG_MGF1_SHA1 : CKG_MGF1_SHA256;
    operation->oaep.source = CKZ_DATA_SPECIFIED;
    operation->mechanism.mechanism = CKM_RSA_PKCS_OAEP;
    operation->mechanism.pParameter = &operation->oaep;
    operation->mechanism.ulParameterLen = sizeof(operation->oaep);
}

/* `begun` says whether the token took key and mechanism: what fails afterwards is the ciphertext's
 * fault. */
static CK_RV run(const pkcs11_token_t *token, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key,
                 operation_t *operation, int *begun)
{
    CK_FUNCTION_LIST *functions = token->module->functions;
    CK_RV result = functions->C_DecryptInit(session, &operation->mechanism, key);
    *begun = result == CKR_OK;
    if (result != CKR_OK) {
        return result;
    }
    operation->output_length = MAX_PLAINTEXT;
    return functions->C_Decrypt(session, (CK_BYTE *)(uintptr_t)operation->ciphertext.data,
                                (CK_ULONG)operation->ciphertext.length, operation->output,
                                &operation->output_length);
}

static int32_t fail(signet_call_t *call, const pkcs11_pool_t *pool, const pkcs11_key_t *key,
                    CK_RV result, int begun)
{
    if (begun && !pkcs11_session_lost(result)) {
        return signet_decrypt_failed(call, pkcs11_result_name(result));
    }
    /* SoftHSM says so of a hash that it does not have there. */
    if (result == CKR_MECHANISM_INVALID || result == CKR_MECHANISM_PARAM_INVALID ||
        result == CKR_ARGUMENTS_BAD) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm-unsupported",
                           "the token \"%.*s\" does not offer the decryption asked of the key "
                           "\"%.*s\" (%s)",
                           SIGNET_FORMAT(pkcs11_token_label(pool->token)), SIGNET_FORMAT(key->name),
                           pkcs11_result_name(result));
    }
    return pkcs11_token_fail(call, pool->token, "C_Decrypt", result);
}

static int32_t decrypt_twice(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                             operation_t *operation)
{
    for (int attempt = 0;; attempt++) {
        CK_SESSION_HANDLE session = 0;
        int begun = 0;
        int32_t status = pkcs11_pool_take(call, pool, &session);
        if (status != SIGNET_OK) {
            return status;
        }
        CK_RV result = run(pool->token, session, atomic_load(&key->handle), operation, &begun);
        if (result == CKR_OK) {
            pkcs11_pool_give(pool, session);
            return SIGNET_OK;
        }
        int lost = pkcs11_session_lost(result);
        pkcs11_pool_drop(pool, session, lost);
        if (!lost || attempt > 0) {
            return fail(call, pool, key, result, begun);
        }
        signet_log(pool->host, call, SIGNET_LOG_WARNING, "key.session-lost",
                   "the token \"%.*s\" answered %s; trying once more on a new session",
                   SIGNET_FORMAT(pkcs11_token_label(pool->token)), pkcs11_result_name(result));
        status = pkcs11_key_refresh(call, pool, key);
        if (status != SIGNET_OK) {
            return status;
        }
    }
}

int32_t pkcs11_decrypt(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                       const signet_decrypt_request_t *request, signet_bytes_t *plaintext)
{
    const char *digest = NULL;
    operation_t operation = {.ciphertext = request->ciphertext};
    int32_t status = signet_decrypt_request_check(call, request, key->purposes, key->type, &digest);
    if (status != SIGNET_OK) {
        return status;
    }
    operation.output = signet_alloc(call, MAX_PLAINTEXT, 1);
    if (!operation.output) {
        return signet_status(call);
    }
    prepare(&operation, digest);
    status = decrypt_twice(call, pool, key, &operation);
    if (status == SIGNET_OK) {
        *plaintext = (signet_bytes_t){operation.output, operation.output_length};
    }
    return status;
}
