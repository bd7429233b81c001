#include "core/plan.h"

#include "core/call.h"
#include "core/compare.h"
#include "core/text.h"

const char *core_change_word(core_change_kind_t kind)
{
    static const char *const words[] = {"unchanged", "added",    "removed",
                                        "replaced",  "in place", "restart needed"};
    return words[kind];
}

const core_change_t *core_plan_find(const core_plan_t *plan, signet_text_t name)
{
    for (uint64_t index = 0; index < plan->count; index++) {
        if (core_text_equal(plan->changes[index].name, name) && plan->changes[index].plugin.length)
            return &plan->changes[index];
    }
    return NULL;
}

static const core_block_t *find_block(const core_config_t *config, signet_text_t name)
{
    for (uint64_t index = 0; index < config->block_count; index++) {
        if (core_text_equal(config->blocks[index].name, name))
            return &config->blocks[index];
    }
    return NULL;
}

static int is_among(signet_text_t name, const signet_text_t *names, uint64_t count)
{
    for (uint64_t index = 0; index < count; index++) {
        if (core_text_equal(names[index], name))
            return 1;
    }
    return 0;
}

/* Where the plugin has one it is the only owner of something: a file, a device. */
static int is_exclusive(const core_block_t *block)
{
    const signet_plugin_t *plugin = block->carrier ? block->carrier : block->descriptor;
    return SIGNET_HAS(plugin, reload);
}

static core_change_t *add(core_plan_t *plan, const core_block_t *block, core_change_kind_t kind)
{
    core_change_t *change = &plan->changes[plan->count++];
    *change = (core_change_t){.name = block->name,
                              .plugin = block->plugin,
                              .kind = kind,
                              .file = block->file,
                              .line = block->line};
    return change;
}

/* Keeps the names of what differs in the arena; 0 when there is no memory. */
static int take_names(signet_call_t *call, core_comparison_t *comparison, core_change_t *change)
{
    int kept = !comparison->names.failed;
    if (kept && comparison->differing) {
        change->options =
            core_format(call, "%.*s", CORE_TEXT_ARG(core_buffer_text(&comparison->names)));
        kept = change->options.data != NULL;
    }
    core_buffer_free(&comparison->names);
    return kept;
}

static int plan_host(signet_call_t *call, core_plan_t *plan, const core_config_t *now,
                     const core_config_t *next)
{
    core_comparison_t comparison = {0};
    uint64_t count = 0;
    const signet_option_t *options = core_host_options(&count);
    core_change_t *change = &plan->changes[plan->count++];
    core_compare(&comparison, options, count, now->host, next->host);
    *change = (core_change_t){
        .name = SIGNET_TEXT("host"), .file = next->host->file, .line = next->host->line};
    if (comparison.differing)
        change->kind = comparison.fixed ? CORE_CHANGE_RESTART : CORE_CHANGE_IN_PLACE;
    return take_names(call, &comparison, change);
}

/* An instance that both configurations have. */
static int plan_kept(signet_call_t *call, core_plan_t *plan, const core_block_t *now,
                     const core_block_t *next, int again)
{
    core_comparison_t comparison = {0};
    core_change_t *change = add(plan, next, CORE_CHANGE_NONE);
    if (now->descriptor != next->descriptor) {
        change->kind =
            is_exclusive(now) || is_exclusive(next) ? CORE_CHANGE_RESTART : CORE_CHANGE_REPLACE;
        change->options = SIGNET_TEXT("plugin");
        return 1;
    }
    if (now->carrier != next->carrier) {
        change->kind =
            is_exclusive(now) || is_exclusive(next) ? CORE_CHANGE_RESTART : CORE_CHANGE_REPLACE;
        change->options = SIGNET_TEXT("isolate");
        return 1;
    }
    core_compare(&comparison, next->descriptor->options, next->descriptor->option_count,
                 now->settings, next->settings);
    if (is_exclusive(next) && (comparison.fixed || again))
        change->kind = CORE_CHANGE_RESTART;
    else if (is_exclusive(next) && comparison.differing)
        change->kind = CORE_CHANGE_IN_PLACE;
    else if (comparison.differing || again)
        change->kind = CORE_CHANGE_REPLACE;
    return take_names(call, &comparison, change);
}

/* An exclusive instance under another name would be opened while the former one is open. */
static void forbid_renaming(core_plan_t *plan, const core_config_t *now, const core_config_t *next)
{
    for (uint64_t index = 0; index < plan->count; index++) {
        core_change_t *added = &plan->changes[index];
        if (added->kind != CORE_CHANGE_ADD || !is_exclusive(find_block(next, added->name)))
            continue;
        for (uint64_t other = 0; other < now->block_count; other++) {
            if (core_text_equal(now->blocks[other].plugin, added->plugin) &&
                !find_block(next, now->blocks[other].name)) {
                added->kind = CORE_CHANGE_RESTART;
                added->options = SIGNET_TEXT("name");
            }
        }
    }
}

static int32_t plan_instances(signet_call_t *call, core_plan_t *plan, const core_config_t *now,
                              const core_config_t *next, const signet_text_t *again,
                              uint64_t again_count)
{
    for (uint64_t index = 0; index < next->block_count; index++) {
        const core_block_t *block = &next->blocks[index];
        const core_block_t *before = find_block(now, block->name);
        if (!before)
            add(plan, block, CORE_CHANGE_ADD);
        else if (!plan_kept(call, plan, before, block, is_among(block->name, again, again_count)))
            return SIGNET_NO_MEMORY;
    }
    for (uint64_t index = 0; index < now->block_count; index++) {
        if (!find_block(next, now->blocks[index].name))
            add(plan, &now->blocks[index], CORE_CHANGE_REMOVE);
    }
    forbid_renaming(plan, now, next);
    return SIGNET_OK;
}

/* The plan outlives the configurations: copies what it says about them. 0 when there is no memory.
 */
static int keep(signet_call_t *call, core_change_t *change)
{
    signet_text_t *texts[] = {&change->name, &change->plugin, &change->file};
    for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        *texts[index] = core_format(call, "%.*s", CORE_TEXT_ARG(*texts[index]));
        if (!texts[index]->data)
            return 0;
    }
    return 1;
}

int32_t core_plan_make(signet_call_t *call, const core_config_t *now, const core_config_t *next,
                       const signet_text_t *again, uint64_t again_count, core_plan_t *plan)
{
    for (uint64_t index = 0; index < again_count; index++) {
        if (!find_block(next, again[index]))
            return core_fail(call, SIGNET_NOT_FOUND, "reload.unknown-instance",
                             "no instance is named \"%.*s\": correct the name",
                             CORE_TEXT_ARG(again[index]));
    }
    *plan = (core_plan_t){0};
    plan->changes = call->services->alloc(call, (now->block_count + next->block_count + 1) *
                                                    sizeof *plan->changes);
    if (!plan->changes || !plan_host(call, plan, now, next) ||
        plan_instances(call, plan, now, next, again, again_count) != SIGNET_OK)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to compare configurations: free some");
    for (uint64_t index = 0; index < plan->count; index++) {
        if (!keep(call, &plan->changes[index]))
            return SIGNET_NO_MEMORY;
        plan->differences += plan->changes[index].kind != CORE_CHANGE_NONE;
        plan->restarts += plan->changes[index].kind == CORE_CHANGE_RESTART;
    }
    return SIGNET_OK;
}
