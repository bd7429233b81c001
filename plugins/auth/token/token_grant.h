/* Grants in JSON: what a token may do. */
#ifndef TOKEN_GRANT_H
#define TOKEN_GRANT_H

#include <signet/auth.h>
#include <signet/sdk/json.h>

/* Most grants of one token. */
#define TOKEN_MAXIMUM_GRANTS 32

/* Grants from an array of objects with role and, each optional, authority, profile and names.
 * INVALID for roles that do not exist and members that are not known. [any] */
int32_t token_grants_read(signet_call_t *call, const signet_json_t *array,
                          const signet_grant_t **grants, uint64_t *count);
/* INVALID where an auditor's role comes with another: who watches over others takes no part in what
 * they do. [any] */
int32_t token_grants_need_separate(signet_call_t *call, const signet_grant_t *grants,
                                   uint64_t count);
/* Whether one of the roles can approve, issue for others, revoke, recover or administer. [any] */
int token_grants_decide(const signet_grant_t *grants, uint64_t count);
/* The reverse. [any] */
void token_grants_write(signet_json_writer_t *writer, const char *name,
                        const signet_grant_t *grants, uint64_t count);
/* DENIED unless the actor holds one of the roles (`count` C strings) without limits. [any] */
int32_t token_need_role(signet_call_t *call, const char *const *roles, uint64_t count);

#endif
