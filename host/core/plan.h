/* The plan of a reload: what another configuration changes, and how each change takes place. */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "core/config.h"

typedef enum core_change_kind {
    CORE_CHANGE_NONE,     /* the instance stays as it is */
    CORE_CHANGE_ADD,      /* opened */
    CORE_CHANGE_REMOVE,   /* drained and closed */
    CORE_CHANGE_REPLACE,  /* a new instance is opened, and the old one closed */
    CORE_CHANGE_IN_PLACE, /* the instance takes its new options */
    CORE_CHANGE_RESTART   /* only a restart can do that */
} core_change_kind_t;

/* What becomes of one instance, or of the `host` group. */
typedef struct core_change {
    signet_text_t name;   /* the instance's; "host" */
    signet_text_t plugin; /* its plugin; empty for the host */
    core_change_kind_t kind;
    signet_text_t options; /* that differ, joined by ", " */
    signet_text_t file;    /* where it is configured now, or was */
    uint32_t line;
} core_change_t;

/* All of them, the host first. */
typedef struct core_plan {
    core_change_t *changes;
    uint64_t count;
    uint64_t differences; /* changes that are not NONE */
    uint64_t restarts;
} core_plan_t;

/* Compares two configurations. Plugins that can `reload` are never opened twice at a time: of their
 * options those may change that are declared RELOADABLE. `again` are names of instances to replace
 * although their block is the same, because files changed that it names; NOT_FOUND where there is
 * no such instance. The plan is in the arena of `call`. */
int32_t core_plan_make(signet_call_t *call, const core_config_t *now, const core_config_t *next,
                       const signet_text_t *again, uint64_t again_count, core_plan_t *plan);
/* The change of an instance; NULL for one that neither configuration has. */
const core_change_t *core_plan_find(const core_plan_t *plan, signet_text_t name);
/* "added", "in place": for people and for the API. */
const char *core_change_word(core_change_kind_t kind);

#endif
