/* The part of a configuration that one instance needs. */
#include "cli/needed.h"

#include "cli/catalog.h"
#include "cli/memory.h"
#include "core/config_reference.h"
#include "core/text.h"

#define ALL_KINDS (1U << SIGNET_NEED_REQUIRED | 1U << SIGNET_NEED_OPTIONAL)

/* Which blocks are in. */
typedef struct marking {
    const core_config_t *whole;
    unsigned char *in;
    uint64_t count;
    uint64_t named; /* by the option that is looked at */
} marking_t;

static void mark(marking_t *marking, uint64_t index)
{
    marking->count += !marking->in[index];
    marking->in[index] = 1;
}

static void mark_named(void *context, const signet_setting_t *setting)
{
    marking_t *marking = context;
    for (uint64_t index = 0; index < marking->whole->block_count; index++) {
        if (core_text_equal(marking->whole->blocks[index].name, setting->text)) {
            mark(marking, index);
            marking->named++;
        }
    }
}

static void mark_providers(marking_t *marking, signet_call_t *call, signet_text_t interface)
{
    const char *id = cli_string(call, interface);
    for (uint64_t index = 0; id && index < marking->whole->block_count; index++) {
        if (cli_plugin_provides(marking->whole->blocks[index].descriptor, id))
            mark(marking, index);
    }
}

/* Marks what a block needs, of the kinds in `kinds` (1 << SIGNET_NEED_*). */
static void mark_needs(marking_t *marking, signet_call_t *call, const core_block_t *block,
                       uint32_t kinds)
{
    for (uint64_t at = 0; at < block->descriptor->need_count; at++) {
        const signet_need_t *need = SIGNET_AT(signet_need_t, block->descriptor->needs, at);
        marking->named = 0;
        if (!(kinds & (1U << need->kind)))
            continue;
        if (need->option.length)
            core_config_each_reference(block->settings, need->option, mark_named, marking);
        if (!marking->named)
            mark_providers(marking, call, need->interface);
    }
}

static int32_t collect(signet_call_t *call, const core_config_t *whole, uint64_t index,
                       uint32_t kinds, core_config_t *needed)
{
    marking_t marking = {.whole = whole};
    uint64_t before = 0;
    marking.in = cli_alloc(call, whole->block_count, 1);
    core_block_t *blocks = cli_alloc(call, whole->block_count, sizeof *blocks);
    if (!marking.in || !blocks)
        return cli_status(call);
    mark(&marking, index);
    while (before != marking.count) {
        before = marking.count;
        for (uint64_t at = 0; at < whole->block_count; at++) {
            if (marking.in[at])
                mark_needs(&marking, call, &whole->blocks[at], at == index ? kinds : ALL_KINDS);
        }
    }
    *needed = *whole;
    needed->blocks = blocks;
    needed->block_count = 0;
    for (uint64_t at = 0; at < whole->block_count; at++) {
        if (marking.in[at])
            blocks[needed->block_count++] = whole->blocks[at];
    }
    return SIGNET_OK;
}

int32_t cli_needed(signet_call_t *call, const core_config_t *whole, uint64_t index,
                   core_config_t *needed)
{
    return collect(call, whole, index, ALL_KINDS, needed);
}

int32_t cli_needed_alone(signet_call_t *call, const core_config_t *whole, uint64_t index,
                         uint32_t flags, core_config_t *needed)
{
    uint32_t kinds = flags & SIGNET_COMMAND_WITH_OPTIONAL ? 1U << SIGNET_NEED_OPTIONAL : 0;
    int32_t status = collect(call, whole, index, kinds, needed);
    needed->standalone = whole->blocks[index].name;
    return status;
}
