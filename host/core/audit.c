#include "core/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include <signet/journal.h>

#include "core/call.h"
#include "core/log.h"
#include "core/text.h"

static signet_pair_t pair(const char *name, signet_text_t value)
{
    return (signet_pair_t){.size = sizeof(signet_pair_t), .name = core_text(name), .value = value};
}

static void commit(core_registry_t *registry, const char *event, const char *kind,
                   signet_text_t object, const signet_pair_t *fields, uint64_t count)
{
    uint64_t journals = 0;
    const signet_provider_t *const *journal =
        core_registry_providers(registry, SIGNET_TEXT(SIGNET_JOURNAL_INTERFACE), &journals);
    if (journals == 0)
        return;
    signet_actor_t actor = {.size = sizeof actor,
                            .id = SIGNET_TEXT_INIT("system:host"),
                            .name = SIGNET_TEXT_INIT("host"),
                            .method = SIGNET_TEXT_INIT("system")};
    core_call_options_t options = {.registry = registry, .actor = &actor, .may_set_tenant = 1};
    signet_call_t *call = core_call_new(&options);
    signet_text_t named = {NULL, 0};
    if (call)
        named = core_format(call, "%s:%.*s", kind, CORE_TEXT_ARG(object));
    signet_entry_t entry = {.size = sizeof entry,
                            .event = core_text(event),
                            .object = named,
                            .fields = fields,
                            .field_count = count};
    const signet_journal_interface_t *interface = journal[0]->interface;
    if (!named.data ||
        interface->commit(journal[0]->instance, call, NULL, 0, &entry) != SIGNET_OK) {
        const signet_error_t *error = call ? call->services->error(call) : NULL;
        core_log(SIGNET_LOG_ERROR, "journal.failed", "The journal has no entry %s: %.*s", event,
                 CORE_TEXT_ARG(error ? error->message : SIGNET_TEXT("no reason was given")));
    }
    core_call_free(call);
}

static signet_text_t node_of(const core_config_t *config)
{
    const signet_setting_t *node = core_setting(config->host, "node");
    return node ? node->text : SIGNET_TEXT("");
}

static void commit_configuration(core_registry_t *registry, const core_config_t *config)
{
    signet_pair_t *files = calloc(config->file_count ? config->file_count : 1, sizeof *files);
    char(*lengths)[32] = calloc(config->file_count ? config->file_count : 1, sizeof *lengths);
    for (uint64_t index = 0; files && lengths && index < config->file_count; index++) {
        snprintf(lengths[index], sizeof lengths[index], "%llu octets",
                 (unsigned long long)config->files[index].length);
        files[index] = (signet_pair_t){.size = sizeof *files,
                                       .name = config->files[index].name,
                                       .value = core_text(lengths[index])};
    }
    commit(registry, SIGNET_EVENT_CONFIGURATION_LOADED, "configuration", config->file, files,
           files && lengths ? config->file_count : 0);
    free(files);
    free(lengths);
}

/* Plugins of `config`, each once; where there is a plan, those of added and replaced instances. */
static void commit_plugins(core_registry_t *registry, const core_config_t *config,
                           const core_plan_t *plan)
{
    for (uint64_t index = 0; index < config->block_count; index++) {
        const signet_plugin_t *plugin = config->blocks[index].descriptor;
        const core_change_t *change =
            plan ? core_plan_find(plan, config->blocks[index].name) : NULL;
        uint64_t before = 0;
        while (before < index && config->blocks[before].descriptor != plugin)
            before++;
        const signet_pair_t fields[] = {pair("version", plugin->version)};
        if (before == index && (!plan || (change && change->kind == CORE_CHANGE_ADD)))
            commit(registry, SIGNET_EVENT_PLUGIN_LOADED, "plugin", plugin->id, fields, 1);
    }
}

void core_audit_started(core_registry_t *registry, const core_config_t *config)
{
    const signet_pair_t fields[] = {pair("version", SIGNET_TEXT(SIGNET_VERSION))};
    commit(registry, SIGNET_EVENT_HOST_STARTED, "host", node_of(config), fields, 1);
    commit_configuration(registry, config);
    commit_plugins(registry, config, NULL);
}

void core_audit_reloaded(core_registry_t *registry, const core_config_t *config,
                         const core_plan_t *plan, signet_text_t who)
{
    signet_pair_t *fields = calloc(plan->count + 1, sizeof *fields);
    uint64_t count = 0;
    for (uint64_t index = 0; fields && index < plan->count; index++) {
        const core_change_t *change = &plan->changes[index];
        if (change->kind != CORE_CHANGE_NONE)
            fields[count++] = (signet_pair_t){.size = sizeof *fields,
                                              .name = change->name,
                                              .value = core_text(core_change_word(change->kind))};
    }
    if (fields)
        fields[count++] = pair("requested_by", who);
    commit(registry, SIGNET_EVENT_CONFIGURATION_LOADED, "configuration", config->file, fields,
           count);
    free(fields);
    commit_plugins(registry, config, plan);
}

void core_audit_reload_refused(core_registry_t *registry, const core_config_t *config,
                               const signet_error_t *error, signet_text_t who)
{
    const signet_pair_t fields[] = {pair("requested_by", who),
                                    pair("reason", error ? error->reason : core_text("")),
                                    pair("message", error ? error->message : core_text(""))};
    commit(registry, SIGNET_EVENT_CONFIGURATION_REFUSED, "configuration", config->file, fields, 3);
}

void core_audit_stopped(core_registry_t *registry, const core_config_t *config)
{
    commit(registry, SIGNET_EVENT_HOST_STOPPED, "host", node_of(config), NULL, 0);
}
