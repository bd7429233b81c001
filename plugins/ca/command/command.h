/* The local commands: ceremonies, and issuing while the host does not run. */
#ifndef CA_COMMAND_H
#define CA_COMMAND_H

#include "ca.h"

#include <signet/command.h>

extern const signet_command_interface_t ca_commands;

/* Handlers, one for each command. */
int32_t ca_command_authority_create(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input);
int32_t ca_command_authority_request(void *instance, signet_call_t *call,
                                     const signet_command_input_t *input);
int32_t ca_command_authority_sign(void *instance, signet_call_t *call,
                                  const signet_command_input_t *input);
int32_t ca_command_authority_import(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input);
int32_t ca_command_authority_cross(void *instance, signet_call_t *call,
                                   const signet_command_input_t *input);
int32_t ca_command_authority_import_cross(void *instance, signet_call_t *call,
                                          const signet_command_input_t *input);
int32_t ca_command_policy_replay(void *instance, signet_call_t *call,
                                 const signet_command_input_t *input);
int32_t ca_command_cps(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t ca_command_recovery_key(void *instance, signet_call_t *call,
                                const signet_command_input_t *input);
int32_t ca_command_authority_rotate(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input);
int32_t ca_command_authority_destroy_key(void *instance, signet_call_t *call,
                                         const signet_command_input_t *input);
int32_t ca_command_authority_activate(void *instance, signet_call_t *call,
                                      const signet_command_input_t *input);
int32_t ca_command_authority_suspend(void *instance, signet_call_t *call,
                                     const signet_command_input_t *input);
int32_t ca_command_authority_resume(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input);
int32_t ca_command_authority_retire(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input);
int32_t ca_command_issue(void *instance, signet_call_t *call, const signet_command_input_t *input);

/* A labelled value of the output. */
int32_t ca_command_say(signet_call_t *call, const signet_command_input_t *input, const char *name,
                       const char *title, signet_text_t value);

#endif
