/* A configured instance as octets, to be handed to the process that it will live in.
 *
 * Both sides are one program, so there is no version; what does not add up is refused all the
 * same. */
#ifndef CORE_PACK_H
#define CORE_PACK_H

#include <signet/option.h>

#include "core/arena.h"
#include "core/buffer.h"

/* All that the process of an isolated instance is told. */
typedef struct core_pack {
    signet_text_t plugin_folder;
    signet_text_t plugin; /* its id */
    signet_text_t name;   /* of the instance */
    signet_text_t node;
    signet_text_t folder; /* where it may keep files of its own */
    signet_text_t file;   /* that configured it */
    uint32_t line;
    int32_t log_format;
    int32_t log_level;
    const signet_setting_t *settings;
    const signet_setting_t *sandbox; /* the host's, or NULL */
} core_pack_t;

/* Appends it to a buffer, whose `failed` tells of missing memory. */
void core_pack_write(core_buffer_t *buffer, const core_pack_t *pack);
/* Reads it; texts and settings are copies in the arena. 0 where it is damaged or memory is
 * missing. */
int core_pack_read(core_arena_t *arena, const char *data, size_t length, core_pack_t *pack);

#endif
