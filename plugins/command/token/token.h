/* command-token: tokens, and who the caller is, over the REST API. */
#ifndef TOKEN_H
#define TOKEN_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* A cell of a token or of the caller; grants become "officer, requester (profile web)". [any] */
signet_text_t token_cell(signet_call_t *call, const signet_json_t *object, signet_text_t member);

/* Commands; each is a signet_command_t.run. [any] */
int32_t token_create(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t token_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t token_revoke(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t token_whoami(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
