/* What there is: authorities, chains and profiles, from memory. */
#ifndef CA_CATALOG_H
#define CA_CATALOG_H

#include "ca.h"

#include <signet/ca.h>

/* signet.ca/1 authorities, chain and profiles. */
int32_t ca_catalog_authorities(void *instance, signet_call_t *call,
                               const signet_authority_t *const **authorities, uint64_t *count);
int32_t ca_catalog_chain(void *instance, signet_call_t *call, signet_text_t authority,
                         const signet_bytes_t **certificates, uint64_t *count);
/* signet.ca/1 relied_chains. */
int32_t ca_catalog_relied_chains(void *instance, signet_call_t *call, signet_text_t authority,
                                 const signet_chain_t *const **chains, uint64_t *count);
/* signet.ca/1 chain_of. */
int32_t ca_catalog_chain_of(void *instance, signet_call_t *call, signet_text_t authority,
                            uint64_t generation, const signet_bytes_t **certificates,
                            uint64_t *count);
int32_t ca_catalog_profiles(void *instance, signet_call_t *call,
                            const signet_profile_t *const **profiles, uint64_t *count);

#endif
