/* Signatures by a token. */
#include "pkcs11_sign.h"

#include <signet/sdk/der.h>
#include <string.h>

/* RSA-4096. */
#define MAX_SIGNATURE 512U

/* What goes to the token, and what comes back. */
typedef struct operation {
    pkcs11_use_t base;
    CK_MECHANISM mechanism;
    CK_RSA_PKCS_PSS_PARAMS pss;
    uint8_t digest_info[19 + SIGNET_DIGEST_MAX]; /* the digest alone, or DigestInfo */
    const uint8_t *input;
    uint64_t input_length;
    uint8_t output[MAX_SIGNATURE];
    CK_ULONG output_length;
    uint8_t message[]; /* where the token digests it itself */
} operation_t;

/* DigestInfo (RFC 8017, 9.2): what stands before the digest. */
static void add_digest_info(operation_t *operation, const uint8_t *digest, uint64_t length)
{
    uint8_t head[19] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                        0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    head[1] = (uint8_t)(17 + length);
    head[14] = length == 32 ? 1 : length == 48 ? 2 : 3;
    head[18] = (uint8_t)length;
    memcpy(operation->digest_info, head, sizeof(head));
    memcpy(operation->digest_info + sizeof(head), digest, length);
    operation->input = operation->digest_info;
    operation->input_length = sizeof(head) + length;
}

static void set_pss(operation_t *operation, uint64_t length)
{
    CK_RSA_PKCS_PSS_PARAMS *pss = &operation->pss;
    pss->hashAlg = length == 32 ? CKM_SHA256 : length == 48 ? CKM_SHA384 : CKM_SHA512;
    pss->mgf = length == 32 ? CKG_MGF1_SHA256 : length == 48 ? CKG_MGF1_SHA384 : CKG_MGF1_SHA512;
    pss->sLen = (CK_ULONG)length;
    operation->mechanism.mechanism = CKM_RSA_PKCS_PSS;
    operation->mechanism.pParameter = pss;
    operation->mechanism.ulParameterLen = sizeof(*pss);
}

static int32_t prepare(signet_call_t *call, const signet_scheme_t *scheme,
                       const signet_sign_request_t *request, operation_t *operation)
{
    uint8_t digest[SIGNET_DIGEST_MAX];
    if (scheme->kind == SIGNET_SCHEME_EDDSA) {
        operation->mechanism.mechanism = CKM_EDDSA;
        memcpy(operation->message, request->message.data, request->message.length);
        operation->input = operation->message;
        operation->input_length = request->message.length;
        return SIGNET_OK;
    }
    int32_t status = signet_sign_request_digest(call, request, scheme, digest);
    if (status != SIGNET_OK) {
        return status;
    }
    if (scheme->kind == SIGNET_SCHEME_RSA) {
        operation->mechanism.mechanism = CKM_RSA_PKCS;
        add_digest_info(operation, digest, scheme->digest_length);
        return SIGNET_OK;
    }
    if (scheme->kind == SIGNET_SCHEME_PSS) {
        set_pss(operation, scheme->digest_length);
    } else {
        operation->mechanism.mechanism = CKM_ECDSA;
    }
    memcpy(operation->digest_info, digest, scheme->digest_length);
    operation->input = operation->digest_info;
    operation->input_length = scheme->digest_length;
    return SIGNET_OK;
}

static CK_RV run(const pkcs11_token_t *token, CK_SESSION_HANDLE session, pkcs11_use_t *use)
{
    operation_t *operation = (operation_t *)(void *)use;
    CK_FUNCTION_LIST *functions = token->module->functions;
    CK_RV result = functions->C_SignInit(session, &operation->mechanism, use->key);
    if (result != CKR_OK) {
        return result;
    }
    operation->output_length = MAX_SIGNATURE;
    return functions->C_Sign(session, (CK_BYTE *)(uintptr_t)operation->input,
                             (CK_ULONG)operation->input_length, operation->output,
                             &operation->output_length);
}

static int32_t fail(signet_call_t *call, const pkcs11_pool_t *pool, const pkcs11_key_t *key,
                    CK_RV result)
{
    if (result == CKR_MECHANISM_INVALID || result == CKR_MECHANISM_PARAM_INVALID) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm-unsupported",
                           "the token \"%.*s\" does not offer the algorithm asked of the key "
                           "\"%.*s\" (%s)",
                           SIGNET_FORMAT(pkcs11_token_label(pool->token)), SIGNET_FORMAT(key->name),
                           pkcs11_result_name(result));
    }
    return pkcs11_token_fail(call, pool->token, "C_Sign", result);
}

/* r and s of equal length, one behind the other, as Ecdsa-Sig-Value (RFC 3279, 2.2.3). */
static int32_t encode_ecdsa(signet_call_t *call, const operation_t *operation,
                            signet_bytes_t *signature)
{
    uint64_t half = operation->output_length / 2;
    signet_buffer_t buffer = signet_buffer(call, operation->output_length + 16);
    uint64_t sequence = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&buffer, (signet_bytes_t){operation->output, half});
    signet_der_add_unsigned(&buffer, (signet_bytes_t){operation->output + half, half});
    signet_der_end(&buffer, sequence);
    return signet_buffer_bytes(&buffer, signature);
}

/* The token's answer as X.509 carries it. */
static int32_t finish(signet_call_t *call, const pkcs11_pool_t *pool, const pkcs11_key_t *key,
                      const signet_scheme_t *scheme, const operation_t *operation,
                      signet_bytes_t *signature)
{
    if (operation->base.result != CKR_OK) {
        return fail(call, pool, key, operation->base.result);
    }
    if (scheme->kind == SIGNET_SCHEME_ECDSA) {
        return encode_ecdsa(call, operation, signature);
    }
    *signature =
        signet_bytes_copy(call, (signet_bytes_t){operation->output, operation->output_length});
    return signature->data ? SIGNET_OK : signet_status(call);
}

int32_t pkcs11_sign(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                    const signet_sign_request_t *request, signet_bytes_t *signature)
{
    const signet_scheme_t *scheme = NULL;
    int32_t status = signet_sign_request_check(call, request, key->purposes, key->type, &scheme);
    if (status != SIGNET_OK) {
        return status;
    }
    uint64_t whole = scheme->kind == SIGNET_SCHEME_EDDSA ? request->message.length : 0;
    pkcs11_use_t *use = pkcs11_use_new(call, sizeof(operation_t) + whole);
    if (!use) {
        return signet_status(call);
    }
    operation_t *operation = (operation_t *)(void *)use;
    use->use = run;
    status = prepare(call, scheme, request, operation);
    if (status == SIGNET_OK) {
        status = pkcs11_key_use(call, pool, key, &use);
    }
    if (status == SIGNET_OK) {
        status = finish(call, pool, key, scheme, operation, signature);
    }
    pkcs11_use_free(use);
    return status;
}
