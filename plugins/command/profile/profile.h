/* command-profile: reading profiles over the REST API. */
#ifndef PROFILE_H
#define PROFILE_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* Commands; each is a signet_command_t.run. [any] */
int32_t profile_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t profile_show(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
