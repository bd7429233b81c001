/* Registered domains: a name's public suffix and the label before it. */
#ifndef ACME_DOMAIN_H
#define ACME_DOMAIN_H

#include "acme.h"

/* By the Public Suffix List, with the private suffixes of the configuration; of an address, and of
 * a suffix itself, it is the whole. In the call's arena. NULL data on NO_MEMORY. [any] */
signet_text_t acme_domain_registered(signet_call_t *call, const acme_t *acme,
                                     const acme_identifier_t *identifier);

#endif
