#include "daemon/log_setting.h"

#include "core/call.h"
#include "core/log.h"
#include "core/text.h"

typedef struct word {
    const char *name;
    int value;
} word_t;

static const word_t levels[] = {{"debug", SIGNET_LOG_DEBUG},
                                {"info", SIGNET_LOG_INFO},
                                {"warning", SIGNET_LOG_WARNING},
                                {"error", SIGNET_LOG_ERROR}};
static const word_t formats[] = {
    {"auto", CORE_LOG_AUTO}, {"text", CORE_LOG_TEXT}, {"json", CORE_LOG_JSON}};

static int choose(const core_config_t *config, const char *option, const word_t *words,
                  size_t count, int otherwise)
{
    const signet_setting_t *setting = core_setting(core_setting(config->host, "log"), option);
    for (size_t index = 0; setting && index < count; index++) {
        if (core_text_is(setting->text, words[index].name))
            return words[index].value;
    }
    return otherwise;
}

static int level_of(const core_config_t *config)
{
    return choose(config, "level", levels, sizeof levels / sizeof levels[0], SIGNET_LOG_INFO);
}

int32_t daemon_log_begin(signet_call_t *call, const core_config_t *config)
{
    int format =
        choose(config, "format", formats, sizeof formats / sizeof formats[0], CORE_LOG_AUTO);
    if (core_log_begin(format, level_of(config)) == SIGNET_OK)
        return SIGNET_OK;
    return core_fail(call, SIGNET_UNAVAILABLE, "host.no-thread",
                     "no thread can be started: raise the limit of processes");
}

void daemon_log_level(const core_config_t *config)
{
    core_log_set_level(level_of(config));
}
