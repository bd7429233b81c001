/* Secrets, which configuration names and never holds. */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include <signet/call.h>

/* Kinds of references, 0 where it is none. */
#define CORE_SECRET_FILE 1        /* "file:PATH" */
#define CORE_SECRET_ENVIRONMENT 2 /* "env:NAME" */
#define CORE_SECRET_CREDENTIAL 3  /* "cred:NAME", a credential of systemd */

/* The kind of a reference, and what follows its colon. Any thread. */
int core_secret_kind(signet_text_t reference, signet_text_t *name);
/* Fails where a secret's file cannot be used: INVALID, NOT_FOUND, DENIED (owner, mode). */
int32_t core_secret_check(signet_call_t *call, signet_text_t path);
/* Reads the secret behind a reference into the arena, without a trailing newline. */
int32_t core_secret_read(signet_call_t *call, signet_text_t reference, signet_bytes_t *secret);

#endif
