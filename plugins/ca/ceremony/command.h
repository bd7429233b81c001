/* The commands of ceremonies, for the table of the plugin's commands. */
#ifndef CA_CEREMONY_COMMAND_H
#define CA_CEREMONY_COMMAND_H

#include <signet/command.h>

int32_t ca_command_ceremony_run(void *instance, signet_call_t *call,
                                const signet_command_input_t *input);
int32_t ca_command_ceremony_plan(void *instance, signet_call_t *call,
                                 const signet_command_input_t *input);
int32_t ca_command_ceremony_check(void *instance, signet_call_t *call,
                                  const signet_command_input_t *input);
int32_t ca_command_ceremony_import(void *instance, signet_call_t *call,
                                   const signet_command_input_t *input);
int32_t ca_command_ceremony_calendar(void *instance, signet_call_t *call,
                                     const signet_command_input_t *input);

#endif
