/* PKCS#11 modules: loaded and initialised once in a process, shared by all instances, kept until
 * exit, because unloading one would finalise it for everyone.
 *
 * libp11 loads and initialises the module. Everything else goes through the module's own function
 * list: libp11 0.4.12 hides object handles, makes no EC keys on the token and knows no EdDSA. */
#ifndef PKCS11_MODULE_H
#define PKCS11_MODULE_H

#include <p11-kit/pkcs11.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

typedef struct pkcs11_module {
    struct pkcs11_module *next;
    char *path;
    struct PKCS11_ctx_st *context; /* of libp11; never freed, see above */
    CK_FUNCTION_LIST *functions;
} pkcs11_module_t;

/* The module, loaded where it is not yet. */
int32_t pkcs11_module_load(signet_call_t *call, signet_text_t path, pkcs11_module_t **module);
/* The name of a CKR_* value, or "an unknown error". */
const char *pkcs11_result_name(CK_RV result);
/* A text of a PKCS#11 struct, padded with blanks, without the padding. */
signet_text_t pkcs11_padded(const unsigned char *field, uint64_t length);

#endif
