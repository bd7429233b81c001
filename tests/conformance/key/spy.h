/* A PKCS#11 module in front of SoftHSM, for what SoftHSM does not do by itself. The test reaches
 * these through dlsym in the module that the plugin loaded. */
#ifndef SPY_H
#define SPY_H

/* How often C_Login was called. */
extern int spy_logins;
/* What a token with a PIN pad, or a quorum of its own, is given there; NULL: nothing. */
extern const char *spy_pad;
/* Flags that are added to those of every token. */
extern unsigned long spy_token_flags;
/* How many of the next calls of C_SignInit answer CKR_SESSION_HANDLE_INVALID. */
extern int spy_lost_sessions;
/* What C_DestroyObject answers from the call on that is as many calls away, without destroying
 * anything; 0: the next. Until spy_destroy_answer is reset; 0: what SoftHSM answers. */
extern unsigned long spy_destroy_after;
extern unsigned long spy_destroy_answer;
/* 1: C_DestroyObject answers CKR_OK and destroys nothing. */
extern int spy_destroy_lies;
/* How many sessions are open, and the most that were. */
extern int spy_sessions;
extern int spy_most_sessions;

/* How the token misbehaves. A process that is not the test's own maps it from the file that the
 * environment variable KEY_SPY_CONTROL names. */
typedef struct spy_control {
    int hang;    /* so many signatures do not end while it is not 0; -1: all */
    int removed; /* the token is not there */
    int lie;     /* signatures are wrong */
    int hung;    /* counts those that hang now */
} spy_control_t;

#endif
