/* ACME's errors (RFC 8555, 6.7): reasons "acme.TYPE", and what the errors of others become. */
#ifndef ACME_PROBLEM_H
#define ACME_PROBLEM_H

#include <signet/http.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

/* Sets an error of ACME's own: `type` is the last part of its URN ("malformed"). The status is the
 * one that its HTTP status suggests. [any] */
__attribute__((format(printf, 3, 4))) int32_t acme_fail(signet_call_t *call, const char *type,
                                                        const char *format, ...);
/* There is no such thing, or none that this account may know of: one answer for both. [any] */
int32_t acme_fail_missing(signet_call_t *call, const char *what);
/* ACME's type of an error, its own or another's. [any] */
signet_text_t acme_problem_type(const signet_error_t *error);
/* The HTTP status of an error. [any] */
uint32_t acme_problem_status(const signet_error_t *error);
/* The members of a problem document (RFC 7807) for an error, as an object. [any] */
void acme_problem_write(signet_json_writer_t *writer, const char *name, signet_text_t type,
                        signet_text_t detail, uint32_t status);

#endif
