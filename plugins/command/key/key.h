/* command-key: list, recover and import archived keys, over the REST API. */
#ifndef KEY_H
#define KEY_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* Commands; each is a signet_command_t.run. [any] */
int32_t key_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t key_recover(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t key_import(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
