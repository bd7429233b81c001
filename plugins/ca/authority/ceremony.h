/* What is done with an authority's own key and certificate: make a key, a certificate, a request.
 */
#ifndef CA_CEREMONY_H
#define CA_CEREMONY_H

#include "ca.h"
#include "profile/template.h"
#include "record/record.h"

#include <signet/ca.h>

/* The authority's key, made if it is not there; journaled then. */
int32_t ca_ceremony_key(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                        const signet_key_t **key);
/* What the certificate of an authority with this key will hold, by its configuration: self-signed
 * for a root, else from its parent, which is loaded. */
int32_t ca_ceremony_content(signet_call_t *call, const ca_authority_t *authority,
                            signet_bytes_t spki, int64_t now, ca_content_t *content);
/* Signs a certificate for an authority's key: self-signed for a root, else by its parent. Under a
 * request id, with the SHA-256 of its csr as digest, it is signed once; NULL: none. */
int32_t ca_ceremony_certify(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            const signet_key_t *key, const signet_issue_request_t *request,
                            ca_record_t *record);
/* Signs a certificate for one key of a root with another of its keys (RFC 4210, 4.4). */
int32_t ca_ceremony_link(ca_t *ca, signet_call_t *call, ca_authority_t *issuer,
                         const ca_authority_t *subject, const signet_issue_request_t *request,
                         ca_record_t *record);
/* A PKCS#10 request for a certificate for the key, DER; it is journaled. */
int32_t ca_ceremony_csr(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                        const signet_key_t *key, signet_bytes_t *csr);
/* Makes the certificate of a pending authority: self-signed for a root, else by its parent, whose
 * key must be on this host. It goes the way of every certificate and ends in the authority's file;
 * the authority is active then. EXISTS where it has one. */
int32_t ca_ceremony_create(ca_t *ca, signet_call_t *call, ca_authority_t *authority);
/* A PKCS#10 request for the authority's certificate, DER. */
int32_t ca_ceremony_request(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            signet_bytes_t *csr);
/* Takes a certificate that another authority made: checked like one at the start, written to the
 * authority's file. */
int32_t ca_ceremony_import(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                           signet_text_t path);

#endif
