/* A further key before it is on record, for judging what it signed. */
#ifndef CA_FORESEE_H
#define CA_FORESEE_H

#include "authority/lineage.h"

/* Adds the key of a certificate to an authority's lineage, as it will be once it is imported: with
 * the same number, published and not issuing. For copies of the authorities alone
 * (authority/copy.h), with which nobody else works. INVALID where the certificate is none of this
 * authority's. */
int32_t ca_lineage_foresee(ca_t *copy, signet_call_t *call, ca_authority_t *home,
                           const signet_x509_t *x509);

#endif
