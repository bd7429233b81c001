#include "core/loader_descriptor.h"

#include "core/call.h"
#include "core/text.h"
#include "core/value.h"

/* Deeper declarations are a defect: nobody could write such a file. */
#define MAX_DEPTH 8

/* 1 where `size` covers every member up to and with `member` of a struct. */
#define COVERS(object, type, member)                                                               \
    ((object)->size >= offsetof(type, member) + sizeof((object)->member))

static int is_option_name(signet_text_t name)
{
    for (uint64_t at = 0; at < name.length; at++) {
        char letter = name.data[at];
        if (!((letter >= 'a' && letter <= 'z') || letter == '_' ||
              (letter >= '0' && letter <= '9' && at > 0)))
            return 0;
    }
    return name.length > 0;
}

static int32_t fail_option(signet_call_t *call, const char *path, const signet_option_t *option,
                           const char *what)
{
    return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.option",
                     "%s declares an option \"%.*s\" that %s: report it to the plugin's author",
                     path, CORE_TEXT_ARG(option->name), what);
}

/* What is wrong with one option by itself, or NULL. */
static const char *option_fault(const signet_option_t *option, int depth)
{
    int group = option->type == SIGNET_OPTION_GROUP || option->type == SIGNET_OPTION_GROUPS;
    signet_text_t text = {NULL, 0};
    int64_t integer = 0;
    if (!is_option_name(option->name))
        return "has no valid name";
    if (depth == 0 && (core_text_is(option->name, "name") || core_text_is(option->name, "plugin") ||
                       core_text_is(option->name, "isolate")))
        return "bears a name of the block's own";
    if (option->type < SIGNET_OPTION_TEXT || option->type > SIGNET_OPTION_INSTANCE)
        return "has an unknown type";
    if (group && (!option->members || option->member_count == 0))
        return "is a group without members";
    if (option->minimum > option->maximum)
        return "has a minimum above its maximum";
    if (option->default_value.length && option->type != SIGNET_OPTION_TEXTS &&
        !core_value_default(option, &text, &integer))
        return "has a default that its type does not allow";
    return NULL;
}

static int32_t check_options(signet_call_t *call, const char *path, const signet_option_t *options,
                             uint64_t count, int depth)
{
    for (uint64_t index = 0; index < count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, index);
        if (!COVERS(option, signet_option_t, member_count) || option->size != options->size)
            return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.size",
                             "%s declares options of another contract: install a version of the "
                             "plugin for this host",
                             path);
        const char *fault = option_fault(option, depth);
        if (!fault && core_option_find(options, index, option->name))
            fault = "is declared twice";
        if (!fault && depth == MAX_DEPTH)
            fault = "lies too deep";
        if (fault)
            return fail_option(call, path, option, fault);
        int32_t status =
            check_options(call, path, option->members, option->member_count, depth + 1);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

/* 1 where "a.b" leads to an option that names an instance. */
static int leads_to_instance(const signet_option_t *options, uint64_t count, signet_text_t option)
{
    for (;;) {
        uint64_t dot = 0;
        while (dot < option.length && option.data[dot] != '.')
            dot++;
        signet_text_t name = {option.data, dot};
        const signet_option_t *found = core_option_find(options, count, name);
        if (!found || dot == option.length)
            return found && found->type == SIGNET_OPTION_INSTANCE;
        options = found->members;
        count = found->member_count;
        option = (signet_text_t){option.data + dot + 1, option.length - dot - 1};
    }
}

static int32_t check_provides(signet_call_t *call, const char *path, const signet_plugin_t *plugin)
{
    for (uint64_t index = 0; index < plugin->provide_count; index++) {
        const signet_provide_t *provide = SIGNET_AT(signet_provide_t, plugin->provides, index);
        if (!COVERS(provide, signet_provide_t, vtable) || provide->interface.length == 0 ||
            !provide->vtable)
            return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.provides",
                             "%s provides an interface without a name or without functions: report "
                             "it to the plugin's author",
                             path);
        int32_t status = core_loader_check_interface(call, path, provide);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

static int32_t check_needs(signet_call_t *call, const char *path, const signet_plugin_t *plugin)
{
    for (uint64_t index = 0; index < plugin->need_count; index++) {
        const signet_need_t *need = SIGNET_AT(signet_need_t, plugin->needs, index);
        if (!COVERS(need, signet_need_t, option) || need->interface.length == 0 ||
            (need->kind != SIGNET_NEED_REQUIRED && need->kind != SIGNET_NEED_OPTIONAL) ||
            (need->option.length &&
             !leads_to_instance(plugin->options, plugin->option_count, need->option)))
            return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.needs",
                             "%s needs an interface without a name, or by an option that names no "
                             "instance: report it to the plugin's author",
                             path);
    }
    return SIGNET_OK;
}

int32_t core_loader_check_descriptor(signet_call_t *call, const char *path, signet_text_t id,
                                     const signet_plugin_t *plugin)
{
    /* The revision stands where it always did, so that it is told before anything else. */
    if (plugin && COVERS(plugin, signet_plugin_t, abi) && plugin->abi != SIGNET_ABI)
        return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.abi",
                         "%s was built for revision %u of the plugin contract, this host has %u: "
                         "install a version of the plugin for this host",
                         path, (unsigned)plugin->abi, (unsigned)SIGNET_ABI);
    if (!plugin || !COVERS(plugin, signet_plugin_t, close))
        return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.size",
                         "%s has a descriptor of %u octets, this host needs at least %u: install a "
                         "version of the plugin for this host",
                         path, plugin ? (unsigned)plugin->size : 0U,
                         (unsigned)(offsetof(signet_plugin_t, close) + sizeof plugin->close));
    if (!plugin->open || !plugin->close)
        return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.member-missing",
                         "%s lacks the required function %s: report it to the plugin's author",
                         path, plugin->open ? "close" : "open");
    if (!core_text_equal(plugin->id, id))
        return core_fail(call, SIGNET_INVALID, "plugin.id",
                         "%s calls itself \"%.*s\": name the file %.*s.so, as its id is", path,
                         CORE_TEXT_ARG(plugin->id), CORE_TEXT_ARG(plugin->id));
    if (plugin->version.length == 0 || plugin->summary.length == 0)
        return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.member-missing",
                         "%s has no version or no summary: report it to the plugin's author", path);
    int32_t status = check_options(call, path, plugin->options, plugin->option_count, 0);
    if (status == SIGNET_OK)
        status = check_provides(call, path, plugin);
    if (status == SIGNET_OK)
        status = check_needs(call, path, plugin);
    return status;
}
