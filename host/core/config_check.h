/* From what libconfig read to settings: checked against declared options, in the memory of the
 * configuration. */
#ifndef CORE_CONFIG_CHECK_H
#define CORE_CONFIG_CHECK_H

#include <libconfig.h>
#include <signet/option.h>

#include "core/arena.h"
#include "core/fault.h"

typedef struct core_check {
    signet_call_t *call; /* for what takes memory only for a while */
    core_arena_t *arena; /* of the configuration */
    core_faults_t *faults;
    const char *main_file; /* as libconfig knows it */
    signet_text_t folder;  /* of the main file, absolute */
    signet_text_t shown;   /* the same as the operator wrote it, with a final '/', or empty */
} core_check_t;

/* The file that holds a setting, as the operator knows it. Lives as long as the configuration. */
signet_text_t core_check_file(core_check_t *check, const config_setting_t *setting);
/* Adds a fault at a setting. */
__attribute__((format(printf, 3, 4))) void
core_check_fault(core_check_t *check, const config_setting_t *setting, const char *format, ...);
/* A copy in the memory of the configuration; empty, with a fault, when there is none. */
signet_text_t core_check_copy(core_check_t *check, const char *text);
/* The settings of a group: those set, checked, and the defaults of the others. `what` names the
 * group in faults: "the host", "plugin ca". `block`: its keys `name`, `plugin` and `isolate` are
 * the block's own and left out. NULL, with a fault, when there is no memory. */
const signet_setting_t *core_check_group(core_check_t *check, const config_setting_t *group,
                                         const signet_option_t *options, uint64_t count,
                                         const char *what, int block);

#endif
