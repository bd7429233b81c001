/* Destroying keys on a token.
 *
 * The private object goes first: a key without its public object could not be told from another one
 * any more. What an interrupted destruction leaves is a public object, which the next one takes
 * away. */
#include "pkcs11_destroy.h"

/* As many public objects of one label are looked at. */
#define MAX_OBJECTS 64U

/* What is destroyed, on one session. */
typedef struct destruction {
    const pkcs11_token_t *token;
    CK_SESSION_HANDLE session;
    const pkcs11_selector_t *selector;
    signet_bytes_t public_key;
} destruction_t;

/* The public object of the key: the one that holds its public key. */
static int32_t find_public(signet_call_t *call, const destruction_t *destruction,
                           CK_OBJECT_HANDLE *found, int *others)
{
    CK_OBJECT_HANDLE handles[MAX_OBJECTS];
    uint64_t count = 0;
    int32_t status =
        pkcs11_object_search(call, destruction->token, destruction->session, CKO_PUBLIC_KEY,
                             destruction->selector, handles, MAX_OBJECTS, &count);
    *found = CK_INVALID_HANDLE;
    *others = 0;
    for (uint64_t i = 0; i < count && status == SIGNET_OK; i++) {
        signet_bytes_t public_key = {0};
        const signet_key_type_t *type = NULL;
        status = pkcs11_object_public_key(call, destruction->token, destruction->session,
                                          handles[i], &public_key, &type);
        if (status == SIGNET_UNSUPPORTED) {
            call->services->clear(call);
            status = SIGNET_OK;
        }
        if (signet_bytes_equal(public_key, destruction->public_key)) {
            *found = handles[i];
        } else {
            *others = 1;
        }
    }
    return status;
}

static int32_t find_private(signet_call_t *call, const destruction_t *destruction,
                            CK_OBJECT_HANDLE *found)
{
    CK_OBJECT_HANDLE handles[2];
    uint64_t count = 0;
    int32_t status =
        pkcs11_object_search(call, destruction->token, destruction->session, CKO_PRIVATE_KEY,
                             destruction->selector, handles, 2, &count);
    if (status == SIGNET_OK && count > 1) {
        return signet_fail(call, SIGNET_CONFLICT, "key.ambiguous",
                           "the token \"%.*s\" holds several private keys \"%.*s\"; name the key "
                           "by its id in a PKCS#11 URI",
                           SIGNET_FORMAT(pkcs11_token_label(destruction->token)),
                           SIGNET_FORMAT(destruction->selector->label));
    }
    *found = status == SIGNET_OK && count == 1 ? handles[0] : CK_INVALID_HANDLE;
    return status;
}

static int32_t destroy_object(signet_call_t *call, const destruction_t *destruction,
                              CK_OBJECT_HANDLE object)
{
    CK_RV result =
        destruction->token->module->functions->C_DestroyObject(destruction->session, object);
    switch (result) {
    case CKR_OK:
        return SIGNET_OK;
    case CKR_ACTION_PROHIBITED:
    case CKR_ATTRIBUTE_READ_ONLY:
    case CKR_FUNCTION_NOT_SUPPORTED:
    case CKR_TOKEN_WRITE_PROTECTED:
        return signet_fail(call, SIGNET_DENIED, "key.destroy-refused",
                           "the token \"%.*s\" does not let the key \"%.*s\" be destroyed (%s); "
                           "use the means of its maker",
                           SIGNET_FORMAT(pkcs11_token_label(destruction->token)),
                           SIGNET_FORMAT(destruction->selector->label), pkcs11_result_name(result));
    default:
        return pkcs11_token_fail(call, destruction->token, "C_DestroyObject", result);
    }
}

static int32_t fail_other(signet_call_t *call, const destruction_t *destruction)
{
    return signet_fail_field(call, SIGNET_CONFLICT, "key.other", "public_key",
                             "the key \"%.*s\" on the token \"%.*s\" is another one than the one "
                             "that is to be destroyed",
                             SIGNET_FORMAT(destruction->selector->label),
                             SIGNET_FORMAT(pkcs11_token_label(destruction->token)));
}

static int32_t run(signet_call_t *call, const destruction_t *destruction)
{
    CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
    int others = 0;
    int32_t status = find_private(call, destruction, &private_key);
    if (status == SIGNET_OK) {
        status = find_public(call, destruction, &public_key, &others);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    if (public_key == CK_INVALID_HANDLE) {
        return private_key != CK_INVALID_HANDLE
                   ? fail_other(call, destruction)
                   : signet_fail(call, SIGNET_NOT_FOUND, "key.not-found",
                                 "there is no key \"%.*s\" on the token \"%.*s\"",
                                 SIGNET_FORMAT(destruction->selector->label),
                                 SIGNET_FORMAT(pkcs11_token_label(destruction->token)));
    }
    /* Whose the private key is cannot be told where there are two public ones. */
    if (private_key != CK_INVALID_HANDLE && others) {
        return fail_other(call, destruction);
    }
    if (private_key != CK_INVALID_HANDLE) {
        status = destroy_object(call, destruction, private_key);
    }
    return status == SIGNET_OK ? destroy_object(call, destruction, public_key) : status;
}

/* Whether the token has it no longer, as another session sees it. */
static int32_t check_gone(signet_call_t *call, const destruction_t *destruction)
{
    CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
    int others = 0;
    int32_t status = find_private(call, destruction, &private_key);
    if (status == SIGNET_OK) {
        status = find_public(call, destruction, &public_key, &others);
    }
    if (status == SIGNET_OK &&
        (public_key != CK_INVALID_HANDLE || (private_key != CK_INVALID_HANDLE && !others))) {
        return signet_fail(call, SIGNET_INTERNAL, "key.still-there",
                           "the token \"%.*s\" said that the key \"%.*s\" was destroyed, and has "
                           "it still; destroy it by the means of its maker",
                           SIGNET_FORMAT(pkcs11_token_label(destruction->token)),
                           SIGNET_FORMAT(destruction->selector->label));
    }
    return status;
}

/* Each step on a session of its own, so that the second sees what the token has and not what the
 * session remembers. */
static int32_t on_session(signet_call_t *call, pkcs11_pool_t *pool, destruction_t *destruction,
                          int32_t (*step)(signet_call_t *call, const destruction_t *destruction))
{
    int32_t status = pkcs11_pool_open_writable(call, pool, &destruction->session);
    if (status != SIGNET_OK) {
        return status;
    }
    status = step(call, destruction);
    (void)pool->token->module->functions->C_CloseSession(destruction->session);
    return status;
}

int32_t pkcs11_destroy(signet_call_t *call, pkcs11_pool_t *pool, const pkcs11_selector_t *selector,
                       signet_bytes_t public_key)
{
    destruction_t destruction = {pool->token, 0, selector, public_key};
    int32_t status = on_session(call, pool, &destruction, run);
    return status == SIGNET_OK ? on_session(call, pool, &destruction, check_gone) : status;
}
