/* A plugin whose commands show what signet does with any plugin's. */
#include <inttypes.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <signet/signet.h>
#include <stdlib.h>

typedef struct sample {
    const signet_host_t *host;
} sample_t;

static int32_t sample_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    sample_t *sample = calloc(1, sizeof(*sample));
    if (!sample) {
        return signet_fail_memory(call);
    }
    sample->host = host;
    *instance = sample;
    return SIGNET_OK;
}

static void sample_close(void *instance)
{
    free(instance);
}

static int32_t show(signet_call_t *call, const signet_command_input_t *input, const char *name,
                    signet_text_t value)
{
    signet_column_t label = {
        .size = sizeof(label), .name = signet_text(name), .title = signet_text(name)};
    return input->output->services->value(input->output, call, &label, value);
}

/* Shows every option as it arrived. */
static int32_t run_echo(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    for (uint64_t i = 0; i < input->options->member_count; i++) {
        const signet_setting_t *setting = &input->options->members[i];
        signet_buffer_t buffer = signet_buffer(call, 64);
        signet_text_t value = setting->text;
        for (uint64_t j = 0; j < setting->member_count; j++) {
            signet_buffer_format(&buffer, "[%.*s]", SIGNET_FORMAT(setting->members[j].text));
        }
        if (setting->member_count && signet_buffer_text(&buffer, &value) != SIGNET_OK) {
            return signet_status(call);
        }
        if (!value.data) {
            value = signet_format(call, "%" PRId64, setting->integer);
        }
        const char *name = signet_text_string(call, setting->name);
        if (!name || show(call, input, name, value) != SIGNET_OK) {
            return signet_status(call);
        }
    }
    int32_t status = show(call, input, "url", input->url);
    if (status == SIGNET_OK) {
        status = show(call, input, "token-file", input->token_file);
    }
    if (status == SIGNET_OK) {
        status = show(call, input, "client-certificate", input->client_certificate);
    }
    return status == SIGNET_OK ? show(call, input, "client-key", input->client_key) : status;
}

static int32_t run_table(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t columns[] = {
        {.size = sizeof(columns[0]),
         .name = SIGNET_TEXT_INIT("serial"),
         .title = SIGNET_TEXT_INIT("Serial")},
        {.size = sizeof(columns[0]),
         .flags = SIGNET_COLUMN_WIDE,
         .name = SIGNET_TEXT_INIT("names"),
         .title = SIGNET_TEXT_INIT("Names")},
        {.size = sizeof(columns[0]),
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("count"),
         .title = SIGNET_TEXT_INIT("Count")},
        {.size = sizeof(columns[0]),
         .name = SIGNET_TEXT_INIT("state"),
         .title = SIGNET_TEXT_INIT("State")},
    };
    const signet_output_services_t *services = input->output->services;
    int64_t rows = signet_setting_integer(input->options, "rows", 0);
    (void)instance;
    int32_t status = services->columns(input->output, call, columns, 4);
    for (int64_t i = 0; i < rows && status == SIGNET_OK; i++) {
        signet_text_t cells[] = {
            signet_format(call, "01C8%04" PRId64, i),
            SIGNET_TEXT("www.long-name.example, mail.long-name.example, grün.example, \033[31m\n"),
            signet_format(call, "%" PRId64, i * 100), SIGNET_TEXT("valid")};
        services->progress(input->output, SIGNET_TEXT("rows"), (uint64_t)i, (uint64_t)rows);
        status = services->row(input->output, call, cells, 4);
    }
    if (status == SIGNET_OK && signet_setting_integer(input->options, "break", 0) != 0)
        return signet_fail(call, SIGNET_INTERNAL, "sample.failed", "the table breaks off");
    return status == SIGNET_OK ? services->note(input->output, call, SIGNET_TEXT("That was all."))
                               : status;
}

static int32_t run_fail(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    int64_t status = signet_setting_integer(input->options, "status", 0);
    (void)instance;
    return signet_fail_field(call, (int32_t)status, "sample.failed", "names[2]",
                             "the sample failed as it was told: tell it otherwise");
}

static int32_t run_raw(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const uint8_t bytes[] = {0, 1, 0xff, '\n'};
    (void)instance;
    return input->output->services->raw(input->output, call,
                                        (signet_bytes_t){bytes, sizeof(bytes)});
}

/* Shows who runs it and where. */
static int32_t run_local(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const sample_t *sample = instance;
    const signet_actor_t *actor = call->services->actor(call);
    const signet_provider_t *base = call->services->find(
        call, SIGNET_TEXT("test.base/1"), signet_setting_text(sample->host->settings, "base"));
    if (!base) {
        return signet_status(call);
    }
    signet_text_t mode = signet_format(call, "%u", sample->host->mode);
    signet_buffer_t roles = signet_buffer(call, 64);
    signet_text_t joined = {0};
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        signet_buffer_format(&roles, "%s%.*s", i ? "," : "", SIGNET_FORMAT(actor->grants[i].role));
    }
    if (signet_buffer_text(&roles, &joined) != SIGNET_OK ||
        show(call, input, "instance", sample->host->name) != SIGNET_OK ||
        show(call, input, "mode", mode) != SIGNET_OK ||
        show(call, input, "actor", actor->id) != SIGNET_OK ||
        show(call, input, "method", actor->method) != SIGNET_OK ||
        show(call, input, "roles", joined) != SIGNET_OK) {
        return signet_status(call);
    }
    return show(call, input, "base", base->name);
}

#define OPTION(kind, option_flags, key, words)                                                     \
    .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##kind, .flags = (option_flags),        \
    .name = SIGNET_TEXT_INIT(key), .help = SIGNET_TEXT_INIT(words)

static const signet_option_t echo_options[] = {
    {OPTION(TEXT, SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REQUIRED, "word", "A word.")},
    {OPTION(TEXT, 0, "color_name", "A colour."), .choices = SIGNET_TEXT_INIT("red|green|blue")},
    {OPTION(INTEGER, 0, "number", "A number."), .minimum = 1, .maximum = 10},
    {OPTION(BOOLEAN, 0, "loud", "Whether it is loud.")},
    {OPTION(DURATION, 0, "since", "A time ago."), .default_value = SIGNET_TEXT_INIT("2h")},
    {OPTION(SIZE, 0, "most", "A size.")},
    {OPTION(PATH, 0, "out", "A file.")},
    {OPTION(SECRET, 0, "secret", "A secret.")},
    {OPTION(TEXTS, SIGNET_OPTION_REPEATABLE, "tag", "A tag.")},
    {OPTION(TEXTS, SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REPEATABLE, "more", "More words.")},
};
static const signet_option_t table_options[] = {{OPTION(INTEGER, 0, "rows", "How many rows.")},
                                                {OPTION(BOOLEAN, 0, "break", "Fail after them.")}};
static const signet_option_t fail_options[] = {{OPTION(INTEGER, 0, "status", "The status.")}};

#define COMMAND(key, sentence, function)                                                           \
    .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(key),                               \
    .summary = SIGNET_TEXT_INIT(sentence), .run = (function)
#define DECLARED(declared)                                                                         \
    .options = (declared), .option_count = sizeof(declared) / sizeof((declared)[0])

static const signet_command_t commands[] = {
    {COMMAND("echo", "Show what was given.", run_echo), DECLARED(echo_options),
     .help = SIGNET_TEXT_INIT("signet echo hello --number 3")},
    {COMMAND("table", "Show a table.", run_table), DECLARED(table_options)},
    {COMMAND("thing", "Show nothing special.", run_raw)},
    {COMMAND("thing fail", "Fail.", run_fail), DECLARED(fail_options)},
    {COMMAND("thing local", "Work on a configuration.", run_local), .flags = SIGNET_COMMAND_LOCAL},
    {COMMAND("version", "Show a version of another kind.", run_raw)},
};

static const signet_command_interface_t interface = {
    .size = sizeof(interface),
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_COMMAND_INTERFACE),
     .vtable = &interface},
};

static const signet_option_t inner_options[] = {
    {OPTION(TEXT, SIGNET_OPTION_REQUIRED, "name", "What it is called.")},
    {OPTION(DURATION, 0, "period", "How often | when."), .default_value = SIGNET_TEXT_INIT("1h")},
};

static const signet_option_t options[] = {
    {OPTION(INSTANCE, 0, "base", "The instance that it needs.")},
    {OPTION(GROUPS, 0, "inner", "Groups inside."), .members = inner_options, .member_count = 2},
    {OPTION(TEXTS, 0, "words", "Some words."), .default_value = SIGNET_TEXT_INIT("[ \"a\" ]")},
    {OPTION(SIZE, 0, "most", "A size."), .default_value = SIGNET_TEXT_INIT("64KiB")},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT("test.base/1"),
     .option = SIGNET_TEXT_INIT("base")},
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("cli-sample"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Commands that show what signet does with them."),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .provides = provides,
    .provide_count = sizeof(provides) / sizeof(provides[0]),
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .open = sample_open,
    .close = sample_close,
};

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
