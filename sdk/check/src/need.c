/* Whether what a plugin needs is open. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

static int provides(const runner_instance_t *instance, signet_text_t interface)
{
    for (uint64_t i = 0; i < instance->provider_count; i++) {
        if (signet_text_equal(SIGNET_AT(signet_provide_t, instance->plugin->provides, i)->interface,
                              interface)) {
            return 1;
        }
    }
    return 0;
}

/* Whether an instance of this name (empty: any) provides the interface. */
static int is_open(const signet_check_t *check, signet_text_t interface, signet_text_t name)
{
    for (const runner_instance_t *at = check->instances; at; at = at->next) {
        if (provides(at, interface) &&
            (name.length == 0 || signet_text_equal(name, at->host.name))) {
            return 1;
        }
    }
    return 0;
}

static int32_t check_one(signet_call_t *call, const signet_check_t *check,
                         const signet_plugin_t *plugin, const signet_need_t *need,
                         signet_text_t name)
{
    if (is_open(check, need->interface, name)) {
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_NOT_FOUND, "plugin.need-missing",
                       "The plugin %.*s needs %.*s, and no instance \"%.*s\" provides it: open "
                       "one before.",
                       SIGNET_FORMAT(plugin->id), SIGNET_FORMAT(need->interface),
                       SIGNET_FORMAT(name));
}

/* Checks the instances that the option at `path` ("authorities.keys") names below `group`. */
static int32_t check_named(signet_call_t *call, const signet_check_t *check,
                           const signet_plugin_t *plugin, const signet_need_t *need,
                           const signet_setting_t *group, signet_text_t path)
{
    signet_text_t rest;
    const char *name = signet_text_string(call, signet_text_split(path, '.', &rest));
    const signet_setting_t *setting = name ? signet_setting(group, name) : NULL;
    if (!setting) {
        return SIGNET_OK;
    }
    if (rest.length == 0) {
        return check_one(call, check, plugin, need, setting->text);
    }
    if (setting->type == SIGNET_OPTION_GROUP) {
        return check_named(call, check, plugin, need, setting, rest);
    }
    for (uint64_t i = 0; i < setting->member_count; i++) {
        int32_t status =
            check_named(call, check, plugin, need, signet_setting_at(setting, i), rest);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}

int32_t runner_check_needs(signet_call_t *call, const signet_check_t *check,
                           const signet_plugin_t *plugin, const signet_setting_t *settings)
{
    for (uint64_t i = 0; i < plugin->need_count; i++) {
        const signet_need_t *need = SIGNET_AT(signet_need_t, plugin->needs, i);
        if (need->kind != SIGNET_NEED_REQUIRED) {
            continue;
        }
        int32_t status = need->option.length == 0
                             ? check_one(call, check, plugin, need, SIGNET_TEXT(""))
                             : check_named(call, check, plugin, need, settings, need->option);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}
