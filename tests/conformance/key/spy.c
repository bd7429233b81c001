/* A PKCS#11 module in front of SoftHSM. */
#include "spy.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int spy_logins;
const char *spy_pad;
unsigned long spy_token_flags;
int spy_lost_sessions;
unsigned long spy_destroy_after;
unsigned long spy_destroy_answer;
int spy_destroy_lies;
int spy_sessions;
int spy_most_sessions;
static spy_control_t own_control;
spy_control_t *spy_control = &own_control;

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST spy;

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length)
{
    __atomic_add_fetch(&spy_logins, 1, __ATOMIC_SEQ_CST);
    if (!pin && spy_pad) {
        return real->C_Login(session, user, (CK_UTF8CHAR *)(uintptr_t)spy_pad,
                             (CK_ULONG)strlen(spy_pad));
    }
    return real->C_Login(session, user, pin, length);
}

static int get(const int *number)
{
    return __atomic_load_n(number, __ATOMIC_SEQ_CST);
}

static CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
    if (get(&spy_control->removed)) {
        return CKR_TOKEN_NOT_PRESENT;
    }
    CK_RV result = real->C_GetTokenInfo(slot, info);
    info->flags |= spy_token_flags;
    return result;
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    if (spy_lost_sessions > 0) {
        spy_lost_sessions--;
        return CKR_SESSION_HANDLE_INVALID;
    }
    if (get(&spy_control->removed)) {
        return CKR_DEVICE_REMOVED;
    }
    return real->C_SignInit(session, mechanism, key);
}

/* Takes its place among those that hang, and stays there until told otherwise. */
static void hang(void)
{
    int left = get(&spy_control->hang);
    while (left > 0 && !__atomic_compare_exchange_n(&spy_control->hang, &left, left - 1, 0,
                                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        continue;
    }
    if (left == 0) {
        return;
    }
    __atomic_add_fetch(&spy_control->hung, 1, __ATOMIC_SEQ_CST);
    while (get(&spy_control->hung) > 0) {
        usleep(2000);
    }
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
                  CK_ULONG *signature_length)
{
    hang();
    if (get(&spy_control->removed)) {
        return CKR_DEVICE_REMOVED;
    }
    CK_RV result = real->C_Sign(session, data, length, signature, signature_length);
    if (result == CKR_OK && get(&spy_control->lie)) {
        signature[*signature_length - 1] ^= 1;
    }
    return result;
}

static CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count)
{
    return get(&spy_control->removed) ? CKR_DEVICE_REMOVED
                                      : real->C_FindObjectsInit(session, template, count);
}

static void map_control(void)
{
    const char *path = getenv("KEY_SPY_CONTROL");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) {
        return;
    }
    void *memory = mmap(NULL, sizeof(*spy_control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) {
        spy_control = memory;
    }
    close(file);
}

static CK_RV destroy_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
    if (spy_destroy_lies) {
        return CKR_OK;
    }
    if (spy_destroy_answer && spy_destroy_after == 0) {
        return spy_destroy_answer;
    }
    if (spy_destroy_answer) {
        spy_destroy_after--;
    }
    return real->C_DestroyObject(session, object);
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                          CK_SESSION_HANDLE *session)
{
    if (get(&spy_control->removed)) {
        return CKR_TOKEN_NOT_PRESENT;
    }
    CK_RV result = real->C_OpenSession(slot, flags, application, notify, session);
    if (result == CKR_OK) {
        int now = __atomic_add_fetch(&spy_sessions, 1, __ATOMIC_SEQ_CST);
        if (now > spy_most_sessions) {
            spy_most_sessions = now;
        }
    }
    return result;
}

static CK_RV close_session(CK_SESSION_HANDLE session)
{
    __atomic_sub_fetch(&spy_sessions, 1, __ATOMIC_SEQ_CST);
    return real->C_CloseSession(session);
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    if (!real) {
        union {
            void *object;
            CK_RV (*function)(CK_FUNCTION_LIST **list);
        } symbol = {NULL};
        void *library = dlopen(SOFTHSM_MODULE, RTLD_NOW | RTLD_LOCAL);
        symbol.object = library ? dlsym(library, "C_GetFunctionList") : NULL;
        if (!symbol.object || symbol.function(&real) != CKR_OK) {
            return CKR_GENERAL_ERROR;
        }
        spy = *real;
        spy.C_Login = login;
        spy.C_GetTokenInfo = token_info;
        spy.C_SignInit = sign_init;
        spy.C_Sign = sign;
        spy.C_FindObjectsInit = find_init;
        map_control();
        spy.C_DestroyObject = destroy_object;
        spy.C_OpenSession = open_session;
        spy.C_CloseSession = close_session;
    }
    *list = &spy;
    return CKR_OK;
}
