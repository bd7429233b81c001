/* command-journal: the journal over the REST API. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* A signet_command_t.run. [any] */
int32_t journal_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t journal_acknowledge(void *instance, signet_call_t *call,
                            const signet_command_input_t *input);

#endif
