/* Commands that have a running host read its configuration anew. */
#ifndef HOST_RELOAD_H
#define HOST_RELOAD_H

#include <signet/sdk/client.h>

/* signet reload */
int32_t host_reload(void *instance, signet_call_t *call, const signet_command_input_t *input);
/* signet config diff */
int32_t host_difference(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
