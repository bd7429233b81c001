/* Tokens. */
#include "pkcs11_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <p11-kit/uri.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SLOTS 4096U

static pthread_mutex_t tokens_lock = PTHREAD_MUTEX_INITIALIZER;
static pkcs11_token_t *tokens;

signet_text_t pkcs11_token_label(const pkcs11_token_t *token)
{
    return pkcs11_padded(token->info.label, sizeof(token->info.label));
}

int32_t pkcs11_token_fail(signet_call_t *call, const pkcs11_token_t *token, const char *function,
                          CK_RV result)
{
    return signet_fail(call, SIGNET_UNAVAILABLE, "key.token-failed",
                       "the token \"%.*s\" of the PKCS#11 module %s answered %s (0x%lx) to %s; "
                       "check the HSM and its connection",
                       SIGNET_FORMAT(pkcs11_token_label(token)), token->module->path,
                       pkcs11_result_name(result), result, function);
}

static int32_t fail_module(signet_call_t *call, const pkcs11_module_t *module, const char *function,
                           CK_RV result)
{
    return signet_fail(call, SIGNET_UNAVAILABLE, "key.module-failed",
                       "the PKCS#11 module %s answered %s (0x%lx) to %s; check the HSM, its "
                       "connection and the module's own configuration",
                       module->path, pkcs11_result_name(result), result, function);
}

static int32_t read_slots(signet_call_t *call, const pkcs11_module_t *module, CK_SLOT_ID **slots,
                          CK_ULONG *count)
{
    /* Asking for the number first also has the module look for new tokens. */
    CK_RV result = module->functions->C_GetSlotList(CK_TRUE, NULL, count);
    if (result != CKR_OK || *count > MAX_SLOTS) {
        return fail_module(call, module, "C_GetSlotList", result);
    }
    *slots = signet_alloc(call, *count + 1, sizeof(CK_SLOT_ID));
    if (!*slots) {
        return signet_status(call);
    }
    result = module->functions->C_GetSlotList(CK_TRUE, *slots, count);
    return result == CKR_OK ? SIGNET_OK : fail_module(call, module, "C_GetSlotList", result);
}

static int32_t parse(signet_call_t *call, signet_text_t selector, P11KitUri **uri)
{
    *uri = NULL;
    if (!signet_text_starts(selector, "pkcs11:")) {
        return SIGNET_OK;
    }
    const char *text = signet_text_string(call, selector);
    if (!text) {
        return signet_status(call);
    }
    *uri = p11_kit_uri_new();
    if (!*uri) {
        return signet_fail_memory(call);
    }
    int result = p11_kit_uri_parse(text, P11_KIT_URI_FOR_TOKEN, *uri);
    if (result != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(*uri)) {
        p11_kit_uri_free(*uri);
        *uri = NULL;
        return signet_fail_field(call, SIGNET_INVALID, "key.token-uri-invalid", "token",
                                 "\"%s\" is no PKCS#11 URI of a token (RFC 7512), such as "
                                 "\"pkcs11:token=ca\"",
                                 text);
    }
    return SIGNET_OK;
}

static int matches(P11KitUri *uri, signet_text_t label, const CK_TOKEN_INFO *info)
{
    if (!(info->flags & CKF_TOKEN_INITIALIZED)) {
        return 0;
    }
    return uri ? p11_kit_uri_match_token_info(uri, info)
               : signet_text_equal(label, pkcs11_padded(info->label, sizeof(info->label)));
}

/* The one token struct of this slot. */
static int32_t intern(signet_call_t *call, pkcs11_module_t *module, CK_SLOT_ID slot,
                      const CK_TOKEN_INFO *info, pkcs11_token_t **token)
{
    CK_SLOT_INFO slot_info;
    pkcs11_token_t *known = tokens;
    while (known && !(known->module == module && known->slot == slot &&
                      memcmp(known->info.serialNumber, info->serialNumber,
                             sizeof(info->serialNumber)) == 0)) {
        known = known->next;
    }
    if (known) {
        *token = known;
        return SIGNET_OK;
    }
    pkcs11_token_t *made = calloc(1, sizeof(*made));
    if (!made || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return signet_fail_memory(call);
    }
    made->module = module;
    made->slot = slot;
    made->info = *info;
    if (module->functions->C_GetSlotInfo(slot, &slot_info) == CKR_OK) {
        made->hardware = (slot_info.flags & CKF_HW_SLOT) != 0;
    }
    made->next = tokens;
    tokens = made;
    *token = made;
    return SIGNET_OK;
}

static int32_t fail_missing(signet_call_t *call, const pkcs11_module_t *module,
                            signet_text_t selector, const signet_buffer_t *seen)
{
    signet_text_t labels = {0};
    if (signet_buffer_text(seen, &labels) != SIGNET_OK) {
        return signet_status(call);
    }
    return signet_fail(call, SIGNET_UNAVAILABLE, "key.token-missing",
                       "the PKCS#11 module %s shows no token \"%.*s\" (it shows %s%.*s); connect "
                       "or initialise the token, or correct `token`",
                       module->path, SIGNET_FORMAT(selector), labels.length ? "" : "none",
                       SIGNET_FORMAT(labels));
}

static int32_t search(signet_call_t *call, pkcs11_module_t *module, signet_text_t selector,
                      P11KitUri *uri, pkcs11_token_t **token)
{
    CK_SLOT_ID *slots = NULL;
    CK_ULONG count = 0;
    uint64_t found = 0;
    CK_SLOT_ID slot = 0;
    CK_TOKEN_INFO chosen;
    signet_buffer_t seen = signet_buffer(call, 64);
    int32_t status = read_slots(call, module, &slots, &count);
    if (status != SIGNET_OK) {
        return status;
    }
    for (CK_ULONG i = 0; slots && i < count; i++) {
        CK_TOKEN_INFO info;
        if (module->functions->C_GetTokenInfo(slots[i], &info) != CKR_OK) {
            continue;
        }
        if (matches(uri, selector, &info)) {
            found++;
            slot = slots[i];
            chosen = info;
        } else if (info.flags & CKF_TOKEN_INITIALIZED) {
            signet_text_t label = pkcs11_padded(info.label, sizeof(info.label));
            signet_buffer_format(&seen, "%s\"%.*s\"", seen.length ? ", " : "",
                                 SIGNET_FORMAT(label));
        }
    }
    if (!found) {
        return fail_missing(call, module, selector, &seen);
    }
    if (found > 1) {
        return signet_fail_field(call, SIGNET_CONFLICT, "key.token-ambiguous", "token",
                                 "the PKCS#11 module %s shows %llu tokens \"%.*s\"; name one by "
                                 "its serial number, as in \"pkcs11:token=LABEL;serial=NUMBER\"",
                                 module->path, (unsigned long long)found, SIGNET_FORMAT(selector));
    }
    return intern(call, module, slot, &chosen, token);
}

int32_t pkcs11_token_find(signet_call_t *call, pkcs11_module_t *module, signet_text_t selector,
                          pkcs11_token_t **token)
{
    P11KitUri *uri = NULL;
    int32_t status = parse(call, selector, &uri);
    if (status != SIGNET_OK) {
        return status;
    }
    (void)pthread_mutex_lock(&tokens_lock);
    status = search(call, module, selector, uri, token);
    (void)pthread_mutex_unlock(&tokens_lock);
    p11_kit_uri_free(uri);
    return status;
}

static int mark(const pkcs11_token_t *token, signet_bytes_t pin, uint8_t output[32])
{
    size_t length = 0;
    return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, token->refused_key,
                     sizeof(token->refused_key), pin.data, pin.length, output, 32, &length) != NULL;
}

/* Whether the PIN is the one that the token refused. */
static int was_refused(const pkcs11_token_t *token, signet_bytes_t pin)
{
    uint8_t again[32];
    return token->refused &&
           (!mark(token, pin, again) || CRYPTO_memcmp(again, token->refused_pin, 32) == 0);
}

static pkcs11_answer_t failed(const char *function, CK_RV result)
{
    return (pkcs11_answer_t){PKCS11_FAILED, function, result};
}

/* Tries a PIN, where another wrong one would do no harm. With the token's lock. */
static pkcs11_answer_t try_pin(pkcs11_token_t *token, CK_SESSION_HANDLE session, signet_bytes_t pin)
{
    CK_TOKEN_INFO info;
    CK_RV result = token->module->functions->C_GetTokenInfo(token->slot, &info);
    if (result != CKR_OK) {
        return failed("C_GetTokenInfo", result);
    }
    if (info.flags & CKF_USER_PIN_LOCKED) {
        return (pkcs11_answer_t){.kind = PKCS11_PIN_LOCKED};
    }
    if (info.flags & CKF_USER_PIN_FINAL_TRY) {
        return (pkcs11_answer_t){.kind = PKCS11_PIN_FINAL};
    }
    if (pin.length == 0) {
        return (pkcs11_answer_t){.kind = PKCS11_PIN_MISSING};
    }
    if (was_refused(token, pin)) {
        return (pkcs11_answer_t){.kind = PKCS11_PIN_REFUSED};
    }
    result = token->module->functions->C_Login(
        session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin.data, (CK_ULONG)pin.length);
    switch (result) {
    case CKR_OK:
    case CKR_USER_ALREADY_LOGGED_IN:
        return (pkcs11_answer_t){.kind = PKCS11_OK};
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
    case CKR_PIN_LOCKED:
    case CKR_PIN_EXPIRED:
        token->refused = RAND_bytes(token->refused_key, sizeof(token->refused_key)) == 1 &&
                         mark(token, pin, token->refused_pin);
        return (pkcs11_answer_t){PKCS11_PIN_WRONG, "C_Login", result};
    default:
        return failed("C_Login", result);
    }
}

pkcs11_answer_t pkcs11_token_enter(pkcs11_token_t *token, CK_SESSION_HANDLE session,
                                   signet_bytes_t pin)
{
    CK_SESSION_INFO info;
    pkcs11_answer_t answer = {.kind = PKCS11_OK};
    if (!(token->info.flags & CKF_LOGIN_REQUIRED)) {
        return answer;
    }
    (void)pthread_mutex_lock(&token->lock);
    CK_RV result = token->module->functions->C_GetSessionInfo(session, &info);
    if (result != CKR_OK) {
        answer = failed("C_GetSessionInfo", result);
    } else if (info.state != CKS_RO_USER_FUNCTIONS && info.state != CKS_RW_USER_FUNCTIONS) {
        answer = try_pin(token, session, pin);
    }
    (void)pthread_mutex_unlock(&token->lock);
    return answer;
}

static int32_t fail_locked(signet_call_t *call, const pkcs11_token_t *token)
{
    return signet_fail(call, SIGNET_UNAVAILABLE, "key.locked",
                       "the token \"%.*s\" is locked and no PIN is configured: enough holders of "
                       "its shares must unlock it in a ceremony",
                       SIGNET_FORMAT(pkcs11_token_label(token)));
}

static int32_t fail_wrong(signet_call_t *call, const signet_host_t *host,
                          const pkcs11_token_t *token, CK_RV result, signet_text_t reference)
{
    int32_t status = signet_fail(
        call, SIGNET_DENIED, "key.pin-incorrect",
        "the token \"%.*s\" of the PKCS#11 module %s refused the PIN %.*s (%s); it was tried once "
        "and is not tried again: correct the PIN",
        SIGNET_FORMAT(pkcs11_token_label(token)), token->module->path, SIGNET_FORMAT(reference),
        pkcs11_result_name(result));
    /* For whoever watches the daemon; a person at a terminal is told by the error itself. */
    if (host->mode != SIGNET_MODE_COMMAND) {
        signet_log_error(host, call, SIGNET_LOG_ERROR, "key.pin-incorrect");
    }
    return status;
}

int32_t pkcs11_token_fail_answer(signet_call_t *call, const signet_host_t *host,
                                 const pkcs11_token_t *token, const pkcs11_answer_t *answer,
                                 signet_text_t reference)
{
    signet_text_t label = pkcs11_token_label(token);
    switch (answer->kind) {
    case PKCS11_OK:
        return SIGNET_OK;
    case PKCS11_PIN_MISSING:
        return fail_locked(call, token);
    case PKCS11_PIN_WRONG:
        return fail_wrong(call, host, token, answer->result, reference);
    case PKCS11_PIN_REFUSED:
        return signet_fail(call, SIGNET_DENIED, "key.pin-refused",
                           "the token \"%.*s\" refused the PIN %.*s before; it is not tried again, "
                           "so that the token does not lock: correct the PIN",
                           SIGNET_FORMAT(label), SIGNET_FORMAT(reference));
    case PKCS11_PIN_LOCKED:
        return signet_fail(call, SIGNET_DENIED, "key.pin-locked",
                           "the PIN of the token \"%.*s\" is locked; no PIN was tried: unlock it "
                           "with the security officer's PIN",
                           SIGNET_FORMAT(label));
    case PKCS11_PIN_FINAL:
        return signet_fail(call, SIGNET_DENIED, "key.pin-final-try",
                           "the token \"%.*s\" has one attempt left before its PIN locks; no PIN "
                           "was tried: log in once by hand with the right one",
                           SIGNET_FORMAT(label));
    default:
        return pkcs11_token_fail(call, token, answer->function, answer->result);
    }
}

int32_t pkcs11_token_login(signet_call_t *call, const signet_host_t *host, pkcs11_token_t *token,
                           CK_SESSION_HANDLE session, signet_text_t reference)
{
    signet_bytes_t pin = {NULL, 0};
    pkcs11_answer_t answer = pkcs11_token_enter(token, session, pin);
    if (answer.kind == PKCS11_PIN_MISSING && reference.length > 0) {
        int32_t status = host->services->secret(host, call, reference, &pin);
        if (status != SIGNET_OK) {
            return status;
        }
        answer = pkcs11_token_enter(token, session, pin);
    }
    return pkcs11_token_fail_answer(call, host, token, &answer, reference);
}

/* Has the token ask for its secret itself: at its PIN pad, or for the cards of its own quorum. */
static int32_t login_at_token(signet_call_t *call, pkcs11_token_t *token, CK_SESSION_HANDLE session)
{
    CK_TOKEN_INFO info;
    CK_RV result = token->module->functions->C_GetTokenInfo(token->slot, &info);
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, token, "C_GetTokenInfo", result);
    }
    if (!(info.flags & CKF_PROTECTED_AUTHENTICATION_PATH)) {
        return signet_fail(call, SIGNET_INVALID, "key.pin-missing",
                           "the token \"%.*s\" has no authentication path of its own; it needs the "
                           "shares of its PIN",
                           SIGNET_FORMAT(pkcs11_token_label(token)));
    }
    result = token->module->functions->C_Login(session, CKU_USER, NULL, 0);
    if (result == CKR_OK || result == CKR_USER_ALREADY_LOGGED_IN) {
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "key.pin-incorrect",
                       "the token \"%.*s\" did not accept what it asked for (%s)",
                       SIGNET_FORMAT(pkcs11_token_label(token)), pkcs11_result_name(result));
}

int32_t pkcs11_token_unlock(signet_call_t *call, const signet_host_t *host, pkcs11_token_t *token,
                            CK_SESSION_HANDLE session, signet_bytes_t pin)
{
    if (pin.length == 0) {
        return login_at_token(call, token, session);
    }
    pkcs11_answer_t answer = pkcs11_token_enter(token, session, pin);
    return pkcs11_token_fail_answer(call, host, token, &answer,
                                    SIGNET_TEXT("that its holders rebuilt"));
}

/* The one slot whose token is empty. */
static int32_t find_empty(signet_call_t *call, const pkcs11_module_t *module, signet_text_t label,
                          CK_SLOT_ID *slot)
{
    CK_SLOT_ID *slots = NULL;
    CK_ULONG count = 0;
    uint64_t found = 0;
    int32_t status = read_slots(call, module, &slots, &count);
    for (CK_ULONG i = 0; status == SIGNET_OK && slots && i < count; i++) {
        CK_TOKEN_INFO info;
        if (module->functions->C_GetTokenInfo(slots[i], &info) != CKR_OK) {
            continue;
        }
        if (!(info.flags & CKF_TOKEN_INITIALIZED)) {
            *slot = slots[i];
            found++;
        } else if (signet_text_equal(label, pkcs11_padded(info.label, sizeof(info.label)))) {
            return signet_fail_field(call, SIGNET_EXISTS, "key.token-exists", "token",
                                     "the PKCS#11 module %s shows a token \"%.*s\" already; a "
                                     "ceremony never erases one: choose another label, or erase "
                                     "that token by its maker's means",
                                     module->path, SIGNET_FORMAT(label));
        }
    }
    if (status == SIGNET_OK && found != 1) {
        return signet_fail(call, found ? SIGNET_CONFLICT : SIGNET_NOT_FOUND, "key.token-not-empty",
                           "the PKCS#11 module %s shows %s empty token; connect the one that is to "
                           "be initialised, and no other",
                           module->path, found ? "more than one" : "no");
    }
    return status;
}

/* Sets the user PIN as the security officer. */
static CK_RV set_pin(const CK_FUNCTION_LIST *functions, CK_SESSION_HANDLE session,
                     const signet_token_request_t *request)
{
    CK_RV result =
        functions->C_Login(session, CKU_SO, (CK_UTF8CHAR *)(uintptr_t)request->officer_secret.data,
                           (CK_ULONG)request->officer_secret.length);
    if (result != CKR_OK) {
        return result;
    }
    result = functions->C_InitPIN(session, (CK_UTF8CHAR *)(uintptr_t)request->secret.data,
                                  (CK_ULONG)request->secret.length);
    (void)functions->C_Logout(session);
    return result;
}

int32_t pkcs11_token_initialise(signet_call_t *call, pkcs11_module_t *module, signet_text_t label,
                                const signet_token_request_t *request)
{
    const CK_FUNCTION_LIST *functions = module->functions;
    CK_UTF8CHAR padded[32];
    CK_SLOT_ID slot = 0;
    CK_SESSION_HANDLE session = 0;
    pkcs11_token_t *token = NULL;
    if (label.length == 0 || label.length > sizeof(padded) ||
        signet_text_starts(label, "pkcs11:")) {
        return signet_fail_field(call, SIGNET_INVALID, "key.token-label", "token",
                                 "a token that is to be initialised is named by a label of 1 to 32 "
                                 "characters, not by \"%.*s\"",
                                 SIGNET_FORMAT(label));
    }
    memset(padded, ' ', sizeof(padded));
    memcpy(padded, label.data, label.length);
    int32_t status = find_empty(call, module, label, &slot);
    if (status != SIGNET_OK) {
        return status;
    }
    CK_RV result =
        functions->C_InitToken(slot, (CK_UTF8CHAR *)(uintptr_t)request->officer_secret.data,
                               (CK_ULONG)request->officer_secret.length, padded);
    if (result != CKR_OK) {
        return fail_module(call, module, "C_InitToken", result);
    }
    /* Some modules give the token another slot once it is initialised. */
    status = pkcs11_token_find(call, module, label, &token);
    if (status != SIGNET_OK || !token) {
        return signet_status(call);
    }
    result = functions->C_OpenSession(token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                                      &session);
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, token, "C_OpenSession", result);
    }
    result = set_pin(functions, session, request);
    (void)functions->C_CloseSession(session);
    if (result != CKR_OK) {
        return pkcs11_token_fail(call, token, "C_InitPIN", result);
    }
    if (functions->C_GetTokenInfo(token->slot, &token->info) != CKR_OK) {
        return pkcs11_token_fail(call, token, "C_GetTokenInfo", CKR_GENERAL_ERROR);
    }
    return SIGNET_OK;
}
