#include "cli/kept.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/memory.h"
#include "core/call.h"
#include "core/text.h"

/* What is collected; first only counted, while `paths` is NULL. */
typedef struct listing {
    signet_call_t *call;
    signet_kept_path_t *paths;
    uint64_t count;
} listing_t;

static void add(listing_t *listing, uint32_t kind, signet_text_t option, signet_text_t path)
{
    if (listing->paths)
        listing->paths[listing->count] = (signet_kept_path_t){
            .size = sizeof(signet_kept_path_t), .kind = kind, .option = option, .path = path};
    listing->count++;
}

static const signet_setting_t *member(const signet_setting_t *group, signet_text_t name)
{
    for (uint64_t index = 0; index < group->member_count; index++) {
        if (core_text_equal(group->members[index].name, name))
            return &group->members[index];
    }
    return NULL;
}

/* What an element of a list is called: by its name, or by its place. */
static signet_text_t element_name(const listing_t *listing, const signet_setting_t *element,
                                  uint64_t index)
{
    const signet_setting_t *name = member(element, SIGNET_TEXT("name"));
    return name && name->text.length ? name->text
                                     : core_format(listing->call, "%u", (unsigned)index);
}

static void look(listing_t *listing, signet_text_t prefix, const signet_option_t *options,
                 uint64_t option_count, const signet_setting_t *group)
{
    for (uint64_t index = 0; index < option_count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, index);
        const signet_setting_t *set = member(group, option->name);
        if (!set)
            continue;
        signet_text_t name = core_format(listing->call, "%.*s.%.*s", CORE_TEXT_ARG(prefix),
                                         CORE_TEXT_ARG(option->name));
        if (option->type == SIGNET_OPTION_GROUP)
            look(listing, name, option->members, option->member_count, set);
        for (uint64_t at = 0; option->type == SIGNET_OPTION_GROUPS && at < set->member_count; at++)
            look(listing,
                 core_format(listing->call, "%.*s.%.*s", CORE_TEXT_ARG(name),
                             CORE_TEXT_ARG(element_name(listing, &set->members[at], at))),
                 option->members, option->member_count, &set->members[at]);
        if (option->type != SIGNET_OPTION_PATH || !set->text.length)
            continue;
        if (option->flags & SIGNET_OPTION_KEYS)
            add(listing, SIGNET_KEPT_KEYS, name, set->text);
        else if (option->flags & SIGNET_OPTION_STATE)
            add(listing, SIGNET_KEPT_STATE, name, set->text);
    }
}

static int32_t look_at_file(listing_t *listing, signet_text_t name)
{
    char absolute[PATH_MAX];
    const char *path = cli_string(listing->call, name);
    if (!path)
        return cli_status(listing->call);
    if (!realpath(path, absolute))
        return core_fail(listing->call, SIGNET_INVALID, "command.configuration",
                         "%s cannot be found again (%s): leave the configuration as it is "
                         "meanwhile",
                         path, strerror(errno));
    add(listing, SIGNET_KEPT_CONFIGURATION, name, core_format(listing->call, "%s", absolute));
    return SIGNET_OK;
}

static int32_t look_at_all(listing_t *listing, const core_config_t *config)
{
    int32_t status = SIGNET_OK;
    for (uint64_t index = 0; status == SIGNET_OK && index < config->file_count; index++)
        status = look_at_file(listing, config->files[index].name);
    for (uint64_t index = 0; index < config->block_count; index++) {
        const core_block_t *block = &config->blocks[index];
        look(listing, block->name, block->descriptor->options, block->descriptor->option_count,
             block->settings);
    }
    return status;
}

int32_t cli_kept(signet_call_t *call, const core_config_t *config, const signet_kept_path_t **kept,
                 uint64_t *count)
{
    listing_t listing = {.call = call};
    int32_t status = look_at_all(&listing, config);
    if (status != SIGNET_OK)
        return status;
    listing.paths = cli_alloc(call, listing.count + 1, sizeof *listing.paths);
    if (!listing.paths)
        return cli_status(call);
    listing.count = 0;
    status = look_at_all(&listing, config);
    *kept = listing.paths;
    *count = listing.count;
    return status;
}
