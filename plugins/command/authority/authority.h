/* command-authority: reading authorities over the REST API. */
#ifndef AUTHORITY_H
#define AUTHORITY_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* Commands; each is a signet_command_t.run. [any] */
int32_t authority_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_show(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_chain(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_rotate(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_import(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_activate(void *instance, signet_call_t *call,
                           const signet_command_input_t *input);
int32_t authority_suspend(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_resume(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_retire(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_destroy_key(void *instance, signet_call_t *call,
                              const signet_command_input_t *input);
int32_t authority_evidence(void *instance, signet_call_t *call,
                           const signet_command_input_t *input);
int32_t authority_last_list(void *instance, signet_call_t *call,
                            const signet_command_input_t *input);
int32_t authority_compromised(void *instance, signet_call_t *call,
                              const signet_command_input_t *input);
int32_t authority_rehearse_compromise(void *instance, signet_call_t *call,
                                      const signet_command_input_t *input);
int32_t authority_impact(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t authority_generations(void *instance, signet_call_t *call,
                              const signet_command_input_t *input);

#endif
