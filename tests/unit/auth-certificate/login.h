/* Logging in through an instance of auth-certificate called "mtls". */
#ifndef TESTS_UNIT_AUTH_CERTIFICATE_LOGIN_H
#define TESTS_UNIT_AUTH_CERTIFICATE_LOGIN_H

#include "make.h"

#include <signet/auth.h>
#include <signet/check.h>

/* What came of the last login; valid until the next one. */
extern const signet_actor_t *actor;
extern char detail[512]; /* of the error, or "" */

/* Logs in with a certificate and what else the client sends; the status. */
int32_t login_with(signet_check_t *check, signet_bytes_t certificate, const signet_bytes_t *chain,
                   uint64_t count);
/* The same for a made one, with at most one authority besides. */
int32_t login(signet_check_t *check, const made_t *made, const made_t *besides);
/* Ends the call of the last login. */
void login_end(void);

/* The login succeeds, as this actor. */
#define expect_login(status_, id_)                                                                 \
    do {                                                                                           \
        int32_t login_status = (status_);                                                          \
        ck_assert_msg(login_status == SIGNET_OK, "status %d: %s", login_status, detail);           \
        ck_assert_msg(signet_text_is(actor->id, (id_)), "actor %.*s", SIGNET_FORMAT(actor->id));   \
    } while (0)
/* The login is refused, and the log says why. */
#define expect_refusal(status_, why_)                                                              \
    do {                                                                                           \
        int32_t login_status = (status_);                                                          \
        ck_assert_int_eq(login_status, SIGNET_UNAUTHENTICATED);                                    \
        ck_assert_ptr_null(actor);                                                                 \
        ck_assert_msg(strstr(detail, (why_)) != NULL, "no \"%s\" in: %s", (why_), detail);         \
    } while (0)

/* The certificate is none that this instance knows about. */
#define expect_unknown(status_)                                                                    \
    do {                                                                                           \
        ck_assert_int_eq((status_), SIGNET_UNSUPPORTED);                                           \
        ck_assert_ptr_null(actor);                                                                 \
    } while (0)

#endif
