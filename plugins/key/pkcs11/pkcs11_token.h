/* Tokens: found by label or URI, logged in to with care. One struct for each in a process, shared
 * by the instances that use it. */
#ifndef PKCS11_TOKEN_H
#define PKCS11_TOKEN_H

#include "pkcs11_module.h"

#include <pthread.h>
#include <signet/host.h>
#include <signet/key.h>

typedef struct pkcs11_token {
    struct pkcs11_token *next;
    pkcs11_module_t *module;
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;   /* as it was when the token was found */
    int hardware;         /* the slot says so */
    pthread_mutex_t lock; /* guards the rest, and logging in */
    int refused;          /* the token refused a PIN … */
    uint8_t refused_key[32];
    uint8_t refused_pin[32]; /* … with this HMAC by refused_key */
} pkcs11_token_t;

/* The longest PIN that is taken. */
#define PKCS11_PIN_MAX 256U

/* What a token answered where there is no call to tell it to. */
#define PKCS11_OK 0
#define PKCS11_FAILED 1      /* `function` answered `result` */
#define PKCS11_PIN_MISSING 2 /* a PIN is needed, and none was given */
#define PKCS11_PIN_REFUSED 3 /* the token refused this PIN before */
#define PKCS11_PIN_WRONG 4   /* the token refuses this PIN, with `result` */
#define PKCS11_PIN_LOCKED 5
#define PKCS11_PIN_FINAL 6
typedef struct pkcs11_answer {
    int kind; /* PKCS11_* */
    const char *function;
    CK_RV result;
} pkcs11_answer_t;

/* Logs the user in, unless the process is logged in already. A PIN that the token refused is never
 * tried again; none is tried on a token that is locked or has one attempt left. [any] */
pkcs11_answer_t pkcs11_token_enter(pkcs11_token_t *token, CK_SESSION_HANDLE session,
                                   signet_bytes_t pin);
/* Sets the error that an answer stands for, and logs a wrong PIN; `reference` names the PIN. */
int32_t pkcs11_token_fail_answer(signet_call_t *call, const signet_host_t *host,
                                 const pkcs11_token_t *token, const pkcs11_answer_t *answer,
                                 signet_text_t reference);
/* The token with this label, or matching this RFC 7512 URI. UNAVAILABLE where there is none,
 * CONFLICT where there are two; the messages name module, token and remedy. */
int32_t pkcs11_token_find(signet_call_t *call, pkcs11_module_t *module, signet_text_t selector,
                          pkcs11_token_t **token);
/* pkcs11_token_enter with the PIN behind a reference. DENIED. */
int32_t pkcs11_token_login(signet_call_t *call, const signet_host_t *host, pkcs11_token_t *token,
                           CK_SESSION_HANDLE session, signet_text_t pin);
/* The same with the PIN itself, which a ceremony rebuilt and no configuration names. Without one
 * the token asks for it itself. */
int32_t pkcs11_token_unlock(signet_call_t *call, const signet_host_t *host, pkcs11_token_t *token,
                            CK_SESSION_HANDLE session, signet_bytes_t pin);
/* Initialises the one empty token of the module: label and both PINs. EXISTS where a token has this
 * label already, NOT_FOUND where none is empty, CONFLICT where several are. */
int32_t pkcs11_token_initialise(signet_call_t *call, pkcs11_module_t *module, signet_text_t label,
                                const signet_token_request_t *request);
/* The label, without its padding. */
signet_text_t pkcs11_token_label(const pkcs11_token_t *token);
/* UNAVAILABLE: what the token answered to a function. */
int32_t pkcs11_token_fail(signet_call_t *call, const pkcs11_token_t *token, const char *function,
                          CK_RV result);

#endif
