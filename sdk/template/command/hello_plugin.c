/* command-hello: adds `signet hello` to the operator's command. */
#include <signet/sdk/command_plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

/* signet hello NAME */
static int32_t hello_greet(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t column = {.size = sizeof column,
                                           .name = SIGNET_TEXT_INIT("greeting"),
                                           .title = SIGNET_TEXT_INIT("Greeting")};
    (void)instance;
    signet_text_t name = signet_setting_text(input->options, "name");
    signet_text_t greeting = signet_format(call, "Hello, %.*s!", SIGNET_FORMAT(name));
    if (!greeting.data) {
        return signet_status(call);
    }
    return input->output->services->value(input->output, call, &column, greeting);
}

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL,
     .name = SIGNET_TEXT_INIT("name"),
     .help = SIGNET_TEXT_INIT("Who is greeted.")},
};

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("hello"),
     .summary = SIGNET_TEXT_INIT("Greet somebody."),
     .help = SIGNET_TEXT_INIT("signet hello Ada"),
     .options = options,
     .option_count = sizeof options / sizeof *options,
     .run = hello_greet},
};

SIGNET_COMMAND_PLUGIN("command-hello", "Greets.", commands)
