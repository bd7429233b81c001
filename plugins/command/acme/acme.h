/* command-acme: what officers do with ACME directories, over the REST API. */
#ifndef COMMAND_ACME_H
#define COMMAND_ACME_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* Commands; each is a signet_command_t.run. [any] */
int32_t acme_eab_create(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t acme_eab_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t acme_eab_revoke(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
