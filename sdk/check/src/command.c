/* Commands of plugins. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

static const signet_command_t *command_of(const signet_provider_t *provider, const char *name)
{
    const signet_command_interface_t *interface = provider->interface;
    for (uint64_t i = 0; i < interface->command_count; i++) {
        const signet_command_t *command = SIGNET_AT(signet_command_t, interface->commands, i);
        if (signet_text_is(command->name, name)) {
            return command;
        }
    }
    return NULL;
}

int32_t signet_check_command(signet_check_t *check, signet_call_t *call, const char *instance,
                             const char *command, const char *const *arguments, uint64_t count,
                             int json, signet_text_t *output)
{
    const signet_provider_t *provider =
        signet_check_find(check, SIGNET_COMMAND_INTERFACE, instance);
    const signet_command_t *found = provider ? command_of(provider, command) : NULL;
    if (!found) {
        runner_die("the instance %s has no command %s", instance, command);
    }
    signet_command_input_t *input = runner_take(call, sizeof *input);
    *input =
        (signet_command_input_t){.size = sizeof *input, .output = runner_output_new(call, json)};
    if (!(found->flags & SIGNET_COMMAND_LOCAL)) {
        input->url = signet_text(getenv("SIGNET_URL"));
        input->cacert = signet_text(getenv("SIGNET_CACERT"));
        input->token_file = signet_text(getenv("SIGNET_TOKEN_FILE"));
        input->client_certificate = signet_text(getenv("SIGNET_CLIENT_CERTIFICATE"));
        input->client_key = signet_text(getenv("SIGNET_CLIENT_KEY"));
    }
    int32_t status =
        runner_arguments(call, check->folder, found, arguments, count, &input->options);
    if (status == SIGNET_OK) {
        status = found->run(provider->instance, call, input);
    }
    signet_text_t text = {NULL, 0};
    int32_t printed = runner_output_text(input->output, &text);
    *output = text;
    return status == SIGNET_OK ? printed : status;
}
