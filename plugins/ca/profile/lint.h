/* The last look at a certificate before it is signed, at its bytes. */
#ifndef CA_LINT_H
#define CA_LINT_H

#include "authority/authority.h"
#include "profile/template.h"

/* Reads the encoded to-be-signed part back with the reader and compares it with what was meant:
 * serial, issuer, validity within the issuer's, subject, key, names, usages, and that each
 * extension stands there once and none that was not meant. `issuer` is NULL for a root's own
 * certificate. INTERNAL ("lint.*"): a defect here, never the requester's. */
int32_t ca_lint(signet_call_t *call, signet_bytes_t tbs, const ca_content_t *content,
                const ca_authority_t *issuer);

#endif
