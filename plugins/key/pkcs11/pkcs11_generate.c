/* Making keys on a token. */
#include "pkcs11_generate.h"

#define MAX_ATTRIBUTES 16U

typedef struct template
{
    CK_ATTRIBUTE attributes[MAX_ATTRIBUTES];
    CK_ULONG count;
}
template_t;

static void add(template_t *template, CK_ATTRIBUTE_TYPE type, const void *value, uint64_t length)
{
    CK_ATTRIBUTE *attribute = &template->attributes[template->count++];
    attribute->type = type;
    attribute->pValue = (void *)(uintptr_t)value;
    attribute->ulValueLen = (CK_ULONG)length;
}

static void add_flag(template_t *template, CK_ATTRIBUTE_TYPE type, int flag)
{
    static const CK_BBOOL no = CK_FALSE;
    static const CK_BBOOL yes = CK_TRUE;
    add(template, type, flag ? &yes : &no, sizeof(CK_BBOOL));
}

static CK_RV make_pair(const pkcs11_token_t *token, CK_SESSION_HANDLE session,
                       const signet_key_type_t *type, const signet_key_request_t *request,
                       const uint8_t *id)
{
    static const uint8_t exponent[] = {1, 0, 1};
    CK_OBJECT_HANDLE public_key = 0;
    CK_OBJECT_HANDLE private_key = 0;
    CK_ULONG bits = type->bits;
    signet_text_t name = request->name;
    int deciphers = (request->purposes & SIGNET_PURPOSE_DECRYPT) != 0;
    signet_bytes_t curve = pkcs11_curve(type);
    CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    template_t public_template = {.count = 0};
    template_t private_template = {.count = 0};
    add_flag(&public_template, CKA_TOKEN, 1);
    add_flag(&public_template, CKA_PRIVATE, 0);
    add_flag(&public_template, CKA_VERIFY, !deciphers);
    add(&public_template, CKA_LABEL, name.data, name.length);
    add(&public_template, CKA_ID, id, PKCS11_ID_LENGTH);
    add_flag(&private_template, CKA_TOKEN, 1);
    add_flag(&private_template, CKA_PRIVATE, 1);
    add_flag(&private_template, CKA_SENSITIVE, 1);
    add_flag(&private_template, CKA_EXTRACTABLE, 0);
    add_flag(&private_template, CKA_SIGN, !deciphers);
    add(&private_template, CKA_LABEL, name.data, name.length);
    add(&private_template, CKA_ID, id, PKCS11_ID_LENGTH);
    if (type->family == SIGNET_FAMILY_RSA) {
        add(&public_template, CKA_MODULUS_BITS, &bits, sizeof(bits));
        add(&public_template, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
        add_flag(&public_template, CKA_ENCRYPT, deciphers);
        add_flag(&public_template, CKA_WRAP, 0);
        add_flag(&private_template, CKA_DECRYPT, deciphers);
        add_flag(&private_template, CKA_UNWRAP, 0);
    } else {
        mechanism.mechanism =
            type->family == SIGNET_FAMILY_EC ? CKM_EC_KEY_PAIR_GEN : CKM_EC_EDWARDS_KEY_PAIR_GEN;
        add(&public_template, CKA_EC_PARAMS, curve.data, curve.length);
        add_flag(&private_template, CKA_DERIVE, 0);
    }
    return token->module->functions->C_GenerateKeyPair(
        session, &mechanism, public_template.attributes, public_template.count,
        private_template.attributes, private_template.count, &public_key, &private_key);
}

static int32_t result_status(signet_call_t *call, const pkcs11_token_t *token,
                             const signet_key_type_t *type, CK_RV result)
{
    switch (result) {
    case CKR_OK:
        return SIGNET_OK;
    case CKR_MECHANISM_INVALID:
    case CKR_FUNCTION_NOT_SUPPORTED:
    case CKR_DOMAIN_PARAMS_INVALID:
    case CKR_KEY_SIZE_RANGE:
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.type-unsupported",
                           "the token \"%.*s\" makes no keys of type %s (%s); choose another type",
                           SIGNET_FORMAT(pkcs11_token_label(token)), type->name,
                           pkcs11_result_name(result));
    default:
        return pkcs11_token_fail(call, token, "C_GenerateKeyPair", result);
    }
}

static int32_t check_absent(signet_call_t *call, const pkcs11_token_t *token,
                            CK_SESSION_HANDLE session, signet_text_t name)
{
    CK_OBJECT_HANDLE handle = 0;
    uint64_t count = 0;
    pkcs11_selector_t selector = {name, {0}};
    int32_t status =
        pkcs11_object_search(call, token, session, CKO_PRIVATE_KEY, &selector, &handle, 1, &count);
    if (status == SIGNET_OK && count) {
        return signet_fail_field(call, SIGNET_EXISTS, "key.exists", "name",
                                 "the token \"%.*s\" holds a key \"%.*s\" already; keys are never "
                                 "replaced",
                                 SIGNET_FORMAT(pkcs11_token_label(token)), SIGNET_FORMAT(name));
    }
    return status;
}

int32_t pkcs11_generate(signet_call_t *call, pkcs11_pool_t *pool,
                        const signet_key_request_t *request)
{
    const signet_key_type_t *type = NULL;
    CK_SESSION_HANDLE session = 0;
    uint8_t id[PKCS11_ID_LENGTH];
    int32_t status = signet_key_request_check(call, request, &type);
    if (status == SIGNET_OK && type->family == SIGNET_FAMILY_LATTICE) {
        return signet_fail_field(call, SIGNET_UNSUPPORTED, "key.type-unsupported", "type",
                                 "PKCS #11 2.40, which tokens speak here, knows no keys of type "
                                 "%s; choose another type, or key/file",
                                 type->name);
    }
    if (status == SIGNET_OK) {
        status = pkcs11_key_id(call, request->purposes, id);
    }
    if (status == SIGNET_OK) {
        status = pkcs11_pool_open_writable(call, pool, &session);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    status = check_absent(call, pool->token, session, request->name);
    if (status == SIGNET_OK) {
        status = result_status(call, pool->token, type,
                               make_pair(pool->token, session, type, request, id));
    }
    (void)pool->token->module->functions->C_CloseSession(session);
    return status;
}
