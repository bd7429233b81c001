/* What a profile says, with what it inherits from those it extends. */
#ifndef CA_EFFECTIVE_H
#define CA_EFFECTIVE_H

#include "pool.h"

#include <signet/option.h>

/* The settings of one profile. */
typedef struct ca_effective {
    const signet_setting_t *group; /* a GROUP of all that is set, in the order of declaration */
    const signet_text_t *origins;  /* for each member the profile that set it; empty: a default */
} ca_effective_t;

/* Resolves the profiles of a list, one for each element. INVALID (a profile that is extended is not
 * there, or extends itself). */
int32_t ca_effective_resolve(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list,
                             ca_effective_t **effective);

#endif
