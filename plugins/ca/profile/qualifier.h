/* certificatePolicies (RFC 5280, 4.2.1.4) with their qualifiers. */
#ifndef CA_QUALIFIER_H
#define CA_QUALIFIER_H

#include "pool.h"

#include <signet/option.h>
#include <signet/sdk/der.h>

/* What is said beside one policy. */
typedef struct ca_qualifier {
    signet_text_t cps;    /* URI of a certification practice statement; empty: none */
    signet_text_t notice; /* explicit text of a user notice; empty: none */
} ca_qualifier_t;

/* The option policy_qualifiers of a profile, one for each of `count` encoded OIDs. INVALID at the
 * setting. */
int32_t ca_qualifiers_configure(ca_pool_t *pool, signet_call_t *call,
                                const signet_setting_t *profile, const signet_bytes_t *policies,
                                uint64_t count, ca_qualifier_t **qualifiers);
/* Appends the extension; nothing where there are no policies. `qualifiers` may be NULL: none. */
void ca_qualifiers_encode(signet_buffer_t *buffer, const signet_bytes_t *policies,
                          const ca_qualifier_t *qualifiers, uint64_t count);

#endif
