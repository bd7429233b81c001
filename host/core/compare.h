/* Comparing settings: which declared options differ between two groups. Where they stand in their
 * files makes no difference. */
#ifndef CORE_COMPARE_H
#define CORE_COMPARE_H

#include <signet/option.h>

#include "core/buffer.h"

/* What differs. Starts out as all zero. */
typedef struct core_comparison {
    core_buffer_t names; /* of the options, joined by ", " */
    uint64_t differing;
    uint64_t fixed; /* of them those that are not declared RELOADABLE */
} core_comparison_t;

/* Compares two groups of settings made from the same options. An option that is RELOADABLE and has
 * members lets all of them change. */
void core_compare(core_comparison_t *comparison, const signet_option_t *options, uint64_t count,
                  const signet_setting_t *now, const signet_setting_t *next);

/* Whether two settings with all their members are equal. */
int core_setting_same(const signet_setting_t *left, const signet_setting_t *right);

#endif
