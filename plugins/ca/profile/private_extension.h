/* Extensions that a profile names by their OID: fixed ones, and those taken from requests. */
#ifndef CA_PRIVATE_EXTENSION_H
#define CA_PRIVATE_EXTENSION_H

#include "pool.h"

#include <signet/option.h>
#include <signet/sdk/x509.h>

/* Those of one profile. */
typedef struct ca_private_extensions {
    signet_bytes_t encoded;       /* the fixed ones, each a whole Extension */
    uint64_t count;               /* how many these are */
    const signet_bytes_t *wanted; /* OIDs of those taken from requests */
    uint64_t wanted_count;
} ca_private_extensions_t;

/* The options extensions and requested_extensions of a profile. An extension that this authority
 * makes itself, or that grants what only an authority may grant, is refused. INVALID at the
 * setting. */
int32_t ca_private_extensions_configure(ca_pool_t *pool, signet_call_t *call,
                                        const signet_setting_t *profile,
                                        ca_private_extensions_t *extensions);
/* Appends what a request asks for and the profile takes, never critical; `*count` grows. INVALID
 * where a value is not DER. */
int32_t ca_private_extensions_copy(signet_call_t *call, const ca_private_extensions_t *extensions,
                                   const signet_csr_t *csr, signet_buffer_t *buffer,
                                   uint64_t *count);

#endif
