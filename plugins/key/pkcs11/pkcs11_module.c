/* PKCS#11 modules of the process. */
#include "pkcs11_module.h"

#include <dlfcn.h>
#include <errno.h>
#include <libp11.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t modules_lock = PTHREAD_MUTEX_INITIALIZER;
static pkcs11_module_t *modules;

const char *pkcs11_result_name(CK_RV result)
{
    static const struct {
        CK_RV result;
        const char *name;
    } names[] = {
        {CKR_HOST_MEMORY, "CKR_HOST_MEMORY"},
        {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
        {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED"},
        {CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD"},
        {CKR_ATTRIBUTE_READ_ONLY, "CKR_ATTRIBUTE_READ_ONLY"},
        {CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID"},
        {CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID"},
        {CKR_DATA_LEN_RANGE, "CKR_DATA_LEN_RANGE"},
        {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
        {CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY"},
        {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
        {CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED"},
        {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID"},
        {CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE"},
        {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT"},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
        {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID"},
        {CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID"},
        {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID"},
        {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
        {CKR_PIN_INVALID, "CKR_PIN_INVALID"},
        {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"},
        {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED"},
        {CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
        {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED"},
        {CKR_SESSION_COUNT, "CKR_SESSION_COUNT"},
        {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"},
        {CKR_SESSION_READ_ONLY, "CKR_SESSION_READ_ONLY"},
        {CKR_TEMPLATE_INCOMPLETE, "CKR_TEMPLATE_INCOMPLETE"},
        {CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT"},
        {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
        {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED"},
        {CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED"},
        {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
        {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED"},
        {CKR_DOMAIN_PARAMS_INVALID, "CKR_DOMAIN_PARAMS_INVALID"},
        {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].result == result) {
            return names[i].name;
        }
    }
    return "an unknown error";
}

signet_text_t pkcs11_padded(const unsigned char *field, uint64_t length)
{
    while (length && (field[length - 1] == ' ' || field[length - 1] == '\0')) {
        length--;
    }
    return (signet_text_t){(const char *)field, length};
}

/* A module is code that runs with our rights: nobody else may be able to change it. */
static int32_t check_file(signet_call_t *call, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "key.module-missing",
                           "the PKCS#11 module %s cannot be read: %s; install it or correct "
                           "`module`",
                           path, strerror(errno));
    }
    if ((status.st_uid != 0 && status.st_uid != geteuid()) || (status.st_mode & 022)) {
        return signet_fail(call, SIGNET_DENIED, "key.module-mode",
                           "the PKCS#11 module %s can be changed by others (owner %u, mode %04o); "
                           "it must belong to root and be writable by its owner alone",
                           path, (unsigned)status.st_uid, (unsigned)(status.st_mode & 07777));
    }
    return SIGNET_OK;
}

static int32_t fail_load(signet_call_t *call, const char *path, const char *detail)
{
    return signet_fail_detail(call, SIGNET_UNAVAILABLE, "key.module-invalid", detail,
                              "the PKCS#11 module %s cannot be loaded: %s; check that it is a "
                              "PKCS#11 module for this machine and that its own configuration is "
                              "in place",
                              path, detail);
}

static int32_t functions_of(signet_call_t *call, const char *path, CK_FUNCTION_LIST **functions)
{
    union {
        void *object;
        CK_RV (*function)(CK_FUNCTION_LIST **list);
    } symbol = {NULL};
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        return fail_load(call, path, dlerror());
    }
    symbol.object = dlsym(library, "C_GetFunctionList");
    if (!symbol.object) {
        (void)dlclose(library);
        return fail_load(call, path, "it has no C_GetFunctionList");
    }
    CK_RV result = symbol.function(functions);
    if (result != CKR_OK || !*functions) {
        return fail_load(call, path, pkcs11_result_name(result));
    }
    return SIGNET_OK;
}

static int32_t initialise(signet_call_t *call, const char *path, PKCS11_CTX **kept)
{
    PKCS11_CTX *context = PKCS11_CTX_new();
    if (!context) {
        return signet_fail_memory(call);
    }
    if (PKCS11_CTX_load(context, path) != 0) {
        const char *detail = ERR_reason_error_string(ERR_peek_last_error());
        ERR_clear_error();
        PKCS11_CTX_free(context);
        return fail_load(call, path, detail ? detail : "C_Initialize failed");
    }
    *kept = context;
    return SIGNET_OK;
}

static int32_t load(signet_call_t *call, const char *path, pkcs11_module_t **module)
{
    int32_t status = check_file(call, path);
    pkcs11_module_t *made = status == SIGNET_OK ? calloc(1, sizeof(*made)) : NULL;
    if (!made) {
        return status == SIGNET_OK ? signet_fail_memory(call) : status;
    }
    made->path = strdup(path);
    status = made->path ? functions_of(call, path, &made->functions) : signet_fail_memory(call);
    if (status == SIGNET_OK) {
        status = initialise(call, path, &made->context);
    }
    if (status != SIGNET_OK) {
        free(made->path);
        free(made);
        return status;
    }
    made->next = modules;
    modules = made;
    *module = made;
    return SIGNET_OK;
}

int32_t pkcs11_module_load(signet_call_t *call, signet_text_t path, pkcs11_module_t **module)
{
    const char *given = signet_text_string(call, path);
    if (!given) {
        return signet_status(call);
    }
    /* One module under two paths must not be initialised twice. */
    char *real = realpath(given, NULL);
    if (!real) {
        return check_file(call, given);
    }
    int32_t status = SIGNET_OK;
    (void)pthread_mutex_lock(&modules_lock);
    *module = modules;
    while (*module && strcmp((*module)->path, real) != 0) {
        *module = (*module)->next;
    }
    if (!*module) {
        status = load(call, real, module);
    }
    (void)pthread_mutex_unlock(&modules_lock);
    free(real);
    return status;
}
