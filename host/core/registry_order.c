/* The order in which instances start: whoever is needed comes first, and otherwise as configured.
 */
#include "core/registry_private.h"

#include <stdlib.h>

#include "core/call.h"
#include "core/config_reference.h"
#include "core/fault.h"
#include "core/text.h"

#define FRESH 0
#define VISITING 1
#define PLACED 2

typedef struct ordering {
    const core_config_t *config;
    core_faults_t faults;
    unsigned char *needs; /* needs[a * count + b]: a needs b to start before it */
    unsigned char *state;
    uint64_t *path; /* of the visit under way */
    uint64_t depth;
    uint64_t *order;
    uint64_t placed;
} ordering_t;

/* One need of one block, while the settings that name its providers are visited. */
typedef struct naming {
    ordering_t *ordering;
    uint64_t block;
    const signet_need_t *need;
    uint64_t named;
} naming_t;

static const core_block_t *block_at(const ordering_t *ordering, uint64_t index)
{
    return &ordering->config->blocks[index];
}

static int provides(const core_block_t *block, signet_text_t interface)
{
    const signet_plugin_t *plugin = block->descriptor;
    for (uint64_t index = 0; index < plugin->provide_count; index++) {
        if (core_text_equal(SIGNET_AT(signet_provide_t, plugin->provides, index)->interface,
                            interface))
            return 1;
    }
    return 0;
}

/* 1 where `from` needs `to` already, by itself or by others. */
static int reaches(const ordering_t *ordering, uint64_t from, uint64_t to, uint64_t depth)
{
    uint64_t count = ordering->config->block_count;
    if (from == to)
        return 1;
    for (uint64_t next = 0; depth < count && next < count; next++) {
        if (ordering->needs[from * count + next] && reaches(ordering, next, to, depth + 1))
            return 1;
    }
    return 0;
}

static void add_need(ordering_t *ordering, uint64_t from, uint64_t to, uint32_t kind)
{
    /* What one would only like to have never makes a circle. */
    if (kind == SIGNET_NEED_REQUIRED || !reaches(ordering, to, from, 0))
        ordering->needs[from * ordering->config->block_count + to] = 1;
}

static void visit_name(void *context, const signet_setting_t *setting)
{
    naming_t *naming = context;
    ordering_t *ordering = naming->ordering;
    signet_text_t interface = naming->need->interface;
    for (uint64_t index = 0; index < ordering->config->block_count; index++) {
        const core_block_t *other = block_at(ordering, index);
        if (!core_text_equal(other->name, setting->text))
            continue;
        naming->named++;
        if (provides(other, interface))
            add_need(ordering, naming->block, index, naming->need->kind);
        else
            core_fault(&ordering->faults, setting->file, setting->line,
                       "\"%.*s\" names instance \"%.*s\" (plugin %.*s), which does not provide "
                       "%.*s: name one that does",
                       CORE_TEXT_ARG(setting->name), CORE_TEXT_ARG(setting->text),
                       CORE_TEXT_ARG(other->plugin), CORE_TEXT_ARG(interface));
    }
}

static int is_nested(signet_text_t option)
{
    for (uint64_t index = 0; index < option.length; index++) {
        if (option.data[index] == '.')
            return 1;
    }
    return 0;
}

/* Whoever provides the interface. */
static void need_any(ordering_t *ordering, uint64_t block, const signet_need_t *need)
{
    uint64_t found = 0;
    for (uint64_t index = 0; index < ordering->config->block_count; index++) {
        if (index == block || !provides(block_at(ordering, index), need->interface))
            continue;
        add_need(ordering, block, index, need->kind);
        found++;
    }
    const core_block_t *asking = block_at(ordering, block);
    if (core_text_equal(asking->name, ordering->config->standalone))
        return;
    if (found == 0 && need->kind == SIGNET_NEED_REQUIRED)
        core_fault(&ordering->faults, asking->file, asking->line,
                   "instance \"%.*s\" (plugin %.*s) needs %.*s, which no configured plugin "
                   "provides: add one that does",
                   CORE_TEXT_ARG(asking->name), CORE_TEXT_ARG(asking->plugin),
                   CORE_TEXT_ARG(need->interface));
}

static void collect_needs(ordering_t *ordering, uint64_t block, uint32_t kind)
{
    const core_block_t *asking = block_at(ordering, block);
    const signet_plugin_t *plugin = asking->descriptor;
    for (uint64_t index = 0; index < plugin->need_count; index++) {
        const signet_need_t *need = SIGNET_AT(signet_need_t, plugin->needs, index);
        naming_t naming = {.ordering = ordering, .block = block, .need = need};
        if (need->kind != kind)
            continue;
        if (need->option.length)
            core_config_each_reference(asking->settings, need->option, visit_name, &naming);
        /* An option left out means any provider; an element of a list that names none needs none.
         */
        if (naming.named == 0 && !is_nested(need->option))
            need_any(ordering, block, need);
    }
}

static void fault_circle(ordering_t *ordering, uint64_t again)
{
    core_buffer_t circle = {0};
    uint64_t first = 0;
    while (ordering->path[first] != again)
        first++;
    for (uint64_t at = first; at < ordering->depth; at++)
        core_buffer_format(&circle, "\"%.*s\" needs ",
                           CORE_TEXT_ARG(block_at(ordering, ordering->path[at])->name));
    const core_block_t *block = block_at(ordering, again);
    core_fault(
        &ordering->faults, block->file, block->line,
        "instances need each other in a circle: %.*s\"%.*s\": remove one of these references",
        CORE_TEXT_ARG(core_buffer_text(&circle)), CORE_TEXT_ARG(block->name));
    core_buffer_free(&circle);
}

static void place(ordering_t *ordering, uint64_t block)
{
    uint64_t count = ordering->config->block_count;
    if (ordering->state[block] == VISITING)
        fault_circle(ordering, block);
    if (ordering->state[block] != FRESH)
        return;
    ordering->state[block] = VISITING;
    ordering->path[ordering->depth++] = block;
    for (uint64_t other = 0; other < count; other++) {
        if (ordering->needs[block * count + other])
            place(ordering, other);
    }
    ordering->depth--;
    ordering->state[block] = PLACED;
    ordering->order[ordering->placed++] = block;
}

static void order_all(ordering_t *ordering)
{
    uint64_t count = ordering->config->block_count;
    for (uint64_t block = 0; block < count; block++)
        collect_needs(ordering, block, SIGNET_NEED_REQUIRED);
    for (uint64_t block = 0; block < count; block++)
        collect_needs(ordering, block, SIGNET_NEED_OPTIONAL);
    for (uint64_t block = 0; block < count; block++)
        place(ordering, block);
}

int32_t core_registry_order(signet_call_t *call, const core_config_t *config, uint64_t **order)
{
    uint64_t count = config->block_count ? config->block_count : 1;
    ordering_t ordering = {.config = config,
                           .needs = calloc(count, count),
                           .state = calloc(count, 1),
                           .path = calloc(count, sizeof(uint64_t)),
                           .order = calloc(count, sizeof(uint64_t))};
    if (ordering.needs && ordering.state && ordering.path && ordering.order)
        order_all(&ordering);
    else
        ordering.faults.text.failed = 1;
    int32_t status = core_faults_end(&ordering.faults, call, "configuration.needs");
    free(ordering.needs);
    free(ordering.state);
    free(ordering.path);
    if (status == SIGNET_OK)
        *order = ordering.order;
    else
        free(ordering.order);
    return status;
}
