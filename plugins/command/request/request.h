/* command-request: list, show, approve, deny, withdraw and comment requests that wait for approval,
 * over the REST API. */
#ifndef REQUEST_H
#define REQUEST_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* Commands; each is a signet_command_t.run. [any] */
int32_t request_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t request_show(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t request_approve(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t request_deny(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t request_withdraw(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t request_comment(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
