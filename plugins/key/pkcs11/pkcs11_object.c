/* Objects on a token. */
#include "pkcs11_object.h"

#include <signet/sdk/der.h>
#include <string.h>

/* The largest attribute that is read. */
#define MAX_ATTRIBUTE 8192U

static const uint8_t oid_rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
static const uint8_t oid_ec[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};

static const struct {
    const char *type;
    uint8_t length;
    uint8_t oid[10];
} curves[] = {
    {SIGNET_KEY_P256, 10, {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}},
    {SIGNET_KEY_P384, 7, {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22}},
    {SIGNET_KEY_P521, 7, {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23}},
    {SIGNET_KEY_ED25519, 5, {0x06, 0x03, 0x2b, 0x65, 0x70}},
    {SIGNET_KEY_ED448, 5, {0x06, 0x03, 0x2b, 0x65, 0x71}},
};

signet_bytes_t pkcs11_curve(const signet_key_type_t *type)
{
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (strcmp(type->name, curves[i].type) == 0) {
            return (signet_bytes_t){curves[i].oid, curves[i].length};
        }
    }
    return (signet_bytes_t){0};
}

static const signet_key_type_t *type_of_curve(signet_bytes_t params)
{
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (signet_bytes_equal(params, (signet_bytes_t){curves[i].oid, curves[i].length})) {
            return signet_key_type(signet_text(curves[i].type));
        }
    }
    return NULL;
}

static CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void *value, uint64_t length)
{
    CK_ATTRIBUTE result = {type, (void *)(uintptr_t)value, (CK_ULONG)length};
    return result;
}

int32_t pkcs11_object_search(signet_call_t *call, const pkcs11_token_t *token,
                             CK_SESSION_HANDLE session, CK_OBJECT_CLASS class,
                             const pkcs11_selector_t *selector, CK_OBJECT_HANDLE *handles,
                             uint64_t room, uint64_t *count)
{
    CK_FUNCTION_LIST *functions = token->module->functions;
    CK_ATTRIBUTE template[3];
    CK_ULONG used = 0;
    CK_ULONG found = 0;
    template[used++] = attribute(CKA_CLASS, &class, sizeof(class));
    if (selector->label.length) {
        template[used++] = attribute(CKA_LABEL, selector->label.data, selector->label.length);
    }
    if (selector->id.length) {
        template[used++] = attribute(CKA_ID, selector->id.data, selector->id.length);
    }
    CK_RV result = functions->C_FindObjectsInit(session, template, used);
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, token, "C_FindObjectsInit", result);
    }
    *count = 0;
    do {
        result =
            functions->C_FindObjects(session, handles + *count, (CK_ULONG)(room - *count), &found);
        *count += found;
    } while (result == CKR_OK && found && *count < room);
    (void)functions->C_FindObjectsFinal(session);
    return result == CKR_OK ? SIGNET_OK : pkcs11_token_fail(call, token, "C_FindObjects", result);
}

int32_t pkcs11_object_bytes(signet_call_t *call, const pkcs11_token_t *token,
                            CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                            CK_ATTRIBUTE_TYPE type, signet_bytes_t *value)
{
    CK_FUNCTION_LIST *functions = token->module->functions;
    CK_ATTRIBUTE wanted = {type, NULL, 0};
    *value = (signet_bytes_t){0};
    CK_RV result = functions->C_GetAttributeValue(session, object, &wanted, 1);
    if (result == CKR_ATTRIBUTE_TYPE_INVALID || result == CKR_ATTRIBUTE_SENSITIVE) {
        return SIGNET_OK;
    }
    if (result == CKR_OK && wanted.ulValueLen > MAX_ATTRIBUTE) {
        result = CKR_DATA_LEN_RANGE;
    }
    if (result == CKR_OK && wanted.ulValueLen) {
        wanted.pValue = signet_alloc(call, wanted.ulValueLen, 1);
        if (!wanted.pValue) {
            return signet_status(call);
        }
        result = functions->C_GetAttributeValue(session, object, &wanted, 1);
    }
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, token, "C_GetAttributeValue", result);
    }
    *value = (signet_bytes_t){wanted.pValue, wanted.ulValueLen};
    return SIGNET_OK;
}

int pkcs11_object_flag(const pkcs11_token_t *token, CK_SESSION_HANDLE session,
                       CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, int otherwise)
{
    CK_BBOOL flag = CK_FALSE;
    CK_ATTRIBUTE wanted = {type, &flag, sizeof(flag)};
    CK_RV result = token->module->functions->C_GetAttributeValue(session, object, &wanted, 1);
    return result == CKR_OK && wanted.ulValueLen == sizeof(flag) ? flag == CK_TRUE : otherwise;
}

static int32_t fail_type(signet_call_t *call, const pkcs11_token_t *token)
{
    return signet_fail(call, SIGNET_UNSUPPORTED, "key.type-unknown",
                       "a key on the token \"%.*s\" is of a type that is not used here; use EC on "
                       "P-256, P-384 or P-521, RSA of 2048, 3072 or 4096 bits, Ed25519 or Ed448",
                       SIGNET_FORMAT(pkcs11_token_label(token)));
}

static int32_t encode(signet_call_t *call, signet_bytes_t oid, signet_bytes_t parameters,
                      signet_bytes_t bits, signet_bytes_t *spki)
{
    signet_buffer_t buffer = signet_buffer(call, bits.length + 64);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    uint64_t algorithm = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(&buffer, oid);
    signet_buffer_add(&buffer, parameters.data, parameters.length);
    signet_der_end(&buffer, algorithm);
    signet_der_add_bits(&buffer, bits);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, spki);
}

static int32_t rsa_public_key(signet_call_t *call, const pkcs11_token_t *token,
                              CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                              signet_bytes_t *spki, const signet_key_type_t **type)
{
    static const uint8_t null[] = {SIGNET_DER_NULL, 0};
    signet_bytes_t modulus = {0};
    signet_bytes_t exponent = {0};
    signet_bytes_t key = {0};
    int32_t status = pkcs11_object_bytes(call, token, session, object, CKA_MODULUS, &modulus);
    if (status == SIGNET_OK) {
        status = pkcs11_object_bytes(call, token, session, object, CKA_PUBLIC_EXPONENT, &exponent);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    while (modulus.length && modulus.data[0] == 0) {
        modulus.data++;
        modulus.length--;
    }
    /* A modulus of n bits has its highest bit set; one that is shorter is of no type here. */
    *type = modulus.length && (modulus.data[0] & 0x80) ? signet_key_type_of_rsa(modulus.length * 8)
                                                       : NULL;
    if (!*type || !exponent.length) {
        return fail_type(call, token);
    }
    signet_buffer_t buffer = signet_buffer(call, modulus.length + 32);
    uint64_t sequence = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&buffer, modulus);
    signet_der_add_unsigned(&buffer, exponent);
    signet_der_end(&buffer, sequence);
    status = signet_buffer_bytes(&buffer, &key);
    return status == SIGNET_OK ? encode(call, (signet_bytes_t){oid_rsa, sizeof(oid_rsa)},
                                        (signet_bytes_t){null, sizeof(null)}, key, spki)
                               : status;
}

/* CKA_EC_POINT is an OCTET STRING around the point; some modules leave the wrapping out. `length`
 * is the point's. */
static int unwrap(signet_bytes_t *point, uint64_t length)
{
    signet_der_t der = signet_der(*point);
    signet_der_item_t item;
    if (point->length == length) {
        return 0;
    }
    if (signet_der_expect(&der, SIGNET_DER_OCTET_STRING, &item) != 0 || !signet_der_empty(&der) ||
        item.content.length != length) {
        return -1;
    }
    *point = item.content;
    return 0;
}

static int32_t ec_public_key(signet_call_t *call, const pkcs11_token_t *token,
                             CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                             signet_bytes_t *spki, const signet_key_type_t **type)
{
    signet_bytes_t params = {0};
    signet_bytes_t point = {0};
    int32_t status = pkcs11_object_bytes(call, token, session, object, CKA_EC_PARAMS, &params);
    if (status == SIGNET_OK) {
        status = pkcs11_object_bytes(call, token, session, object, CKA_EC_POINT, &point);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    *type = type_of_curve(params);
    if (!*type) {
        return fail_type(call, token);
    }
    if ((*type)->family == SIGNET_FAMILY_EDWARDS) {
        uint64_t length = (*type)->bits == 448 ? 57 : 32;
        signet_bytes_t oid = {params.data + 2, params.length - 2};
        return unwrap(&point, length) == 0 ? encode(call, oid, (signet_bytes_t){0}, point, spki)
                                           : fail_type(call, token);
    }
    uint64_t length = 1 + 2 * (((uint64_t)(*type)->bits + 7) / 8);
    if (unwrap(&point, length) != 0 || !point.data || point.data[0] != 4) {
        return fail_type(call, token);
    }
    return encode(call, (signet_bytes_t){oid_ec, sizeof(oid_ec)}, params, point, spki);
}

int32_t pkcs11_object_public_key(signet_call_t *call, const pkcs11_token_t *token,
                                 CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                 signet_bytes_t *spki, const signet_key_type_t **type)
{
    CK_KEY_TYPE key_type = 0;
    CK_ATTRIBUTE wanted = {CKA_KEY_TYPE, &key_type, sizeof(key_type)};
    CK_RV result = token->module->functions->C_GetAttributeValue(session, object, &wanted, 1);
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, token, "C_GetAttributeValue", result);
    }
    switch (key_type) {
    case CKK_RSA:
        return rsa_public_key(call, token, session, object, spki, type);
    case CKK_EC:
    case CKK_EC_EDWARDS:
        return ec_public_key(call, token, session, object, spki, type);
    default:
        return fail_type(call, token);
    }
}
