/* Failing: set once, where most is known; then returned unchanged. */
#ifndef SIGNET_SDK_ERROR_H
#define SIGNET_SDK_ERROR_H

#include <signet/host.h>

/* Sets the call's error and returns `status`. `reason` is stable ("profile.name-not-permitted"),
 * the formatted message is a public sentence. [any] */
__attribute__((format(printf, 4, 5))) int32_t
signet_fail(signet_call_t *call, int32_t status, const char *reason, const char *format, ...);
/* The same with the input at fault. [any] */
__attribute__((format(printf, 5, 6))) int32_t signet_fail_field(signet_call_t *call, int32_t status,
                                                                const char *reason,
                                                                const char *field,
                                                                const char *format, ...);
/* The same with a detail for the log alone. [any] */
__attribute__((format(printf, 5, 6))) int32_t signet_fail_detail(signet_call_t *call,
                                                                 int32_t status, const char *reason,
                                                                 const char *detail,
                                                                 const char *format, ...);
/* NO_MEMORY, for an allocation outside the arena that failed. [any] */
int32_t signet_fail_memory(signet_call_t *call);
/* The status of the error that is set, or INTERNAL where none is. [any] */
int32_t signet_status(signet_call_t *call);
/* Takes a child's error over and returns its status; INTERNAL where it has none. [any] */
int32_t signet_error_pass(signet_call_t *call, signet_call_t *child);
/* Ends a child that came to this status, and returns it. Where that is a failure `call` has an
 * error then: the child's, but for one that it had already. [any] */
int32_t signet_child_end(signet_call_t *call, signet_call_t *child, int32_t status);
/* The lower-case word of a status: "invalid", "not-found". [any] */
const char *signet_status_name(int32_t status);
/* A log line. `event` is stable. The call may be NULL. [any] */
__attribute__((format(printf, 5, 6))) void signet_log(const signet_host_t *host,
                                                      signet_call_t *call, int32_t level,
                                                      const char *event, const char *format, ...);
/* A log line for the error set in `call`, with its detail. [any] */
void signet_log_error(const signet_host_t *host, signet_call_t *call, int32_t level,
                      const char *event);

#endif
