/* Decryption by a token. */
#include "pkcs11_decrypt.h"

#include <string.h>

/* RSA-4096. */
#define MAX_PLAINTEXT 512U

/* What goes to the token, and what comes back. */
typedef struct operation {
    pkcs11_use_t base;
    CK_MECHANISM mechanism;
    CK_RSA_PKCS_OAEP_PARAMS oaep;
    uint8_t output[MAX_PLAINTEXT];
    CK_ULONG output_length;
    int begun; /* the token took key and mechanism: what fails then is the ciphertext's fault */
    uint64_t input_length;
    uint8_t input[];
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

static CK_RV run(const pkcs11_token_t *token, CK_SESSION_HANDLE session, pkcs11_use_t *use)
{
    operation_t *operation = (operation_t *)(void *)use;
    CK_FUNCTION_LIST *functions = token->module->functions;
    CK_RV result = functions->C_DecryptInit(session, &operation->mechanism, use->key);
    operation->begun = result == CKR_OK;
    if (result != CKR_OK) {
        return result;
    }
    operation->output_length = MAX_PLAINTEXT;
    return functions->C_Decrypt(session, operation->input, (CK_ULONG)operation->input_length,
                                operation->output, &operation->output_length);
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

int32_t pkcs11_decrypt(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                       const signet_decrypt_request_t *request, signet_bytes_t *plaintext)
{
    const char *digest = NULL;
    signet_bytes_t ciphertext = request->ciphertext;
    int32_t status = signet_decrypt_request_check(call, request, key->purposes, key->type, &digest);
    if (status != SIGNET_OK) {
        return status;
    }
    pkcs11_use_t *use = pkcs11_use_new(call, sizeof(operation_t) + ciphertext.length);
    if (!use) {
        return signet_status(call);
    }
    operation_t *operation = (operation_t *)(void *)use;
    use->use = run;
    memcpy(operation->input, ciphertext.data, ciphertext.length);
    operation->input_length = ciphertext.length;
    prepare(operation, digest);
    status = pkcs11_key_use(call, pool, key, &use);
    if (status == SIGNET_OK && use->result != CKR_OK) {
        status = fail(call, pool, key, use->result, operation->begun);
    } else if (status == SIGNET_OK) {
        *plaintext =
            signet_bytes_copy(call, (signet_bytes_t){operation->output, operation->output_length});
        status = plaintext->data ? SIGNET_OK : signet_status(call);
    }
    pkcs11_use_free(use);
    return status;
}
