/* What the steps of a script can do, by name. */
#ifndef CA_ACTION_H
#define CA_ACTION_H

#include "ceremony/session.h"

/* The choices of the option `action`, joined by '|'. */
#define CA_ACTION_NAMES                                                                            \
    "enroll|initialise|unlock|lock|make-key|self-sign|certify|sign-request|sign-responder|"        \
    "cross-sign|sign-crl|backup|export|verify|destroy-key"

/* The action, or NULL. */
const ca_action_t *ca_action_find(signet_text_t name);

extern const ca_action_t ca_action_enroll;
extern const ca_action_t ca_action_initialise;
extern const ca_action_t ca_action_unlock;
extern const ca_action_t ca_action_lock;
extern const ca_action_t ca_action_make_key;
extern const ca_action_t ca_action_self_sign;
extern const ca_action_t ca_action_certify;
extern const ca_action_t ca_action_sign_request;
extern const ca_action_t ca_action_sign_responder;
extern const ca_action_t ca_action_cross_sign;
extern const ca_action_t ca_action_sign_crl;
extern const ca_action_t ca_action_backup;
extern const ca_action_t ca_action_export;
extern const ca_action_t ca_action_verify;
extern const ca_action_t ca_action_destroy_key;

#endif
