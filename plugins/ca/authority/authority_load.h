/* Reading an authority's certificate and finding its key. */
#ifndef CA_AUTHORITY_LOAD_H
#define CA_AUTHORITY_LOAD_H

#include "authority/authority.h"

#include <signet/sdk/x509.h>

/* Reads the certificate's file, where there is one, checks it and finds the key; its parents are
 * loaded. An authority without a file stays pending. */
int32_t ca_authority_load(ca_pool_t *pool, signet_call_t *call, ca_authority_t *authority);
/* Checks that a certificate fits the authority: CA:TRUE, keyCertSign, made by the parent (or by
 * itself), within the parent's path length. */
int32_t ca_authority_check(signet_call_t *call, const ca_authority_t *authority,
                           const signet_x509_t *x509);
/* Makes a checked certificate the authority's own: its names, key and constraints are taken from
 * it, and its key is found in the backend. */
int32_t ca_authority_activate(ca_pool_t *pool, signet_call_t *call, ca_authority_t *authority,
                              const signet_x509_t *x509);
/* The authority's key in its backend. NOT_FOUND; UNAVAILABLE where no backend is configured. */
int32_t ca_authority_key(signet_call_t *call, const ca_authority_t *authority,
                         const signet_key_t **key);
/* Whether the key in the backend is the certificate's: INVALID ("authority.key-mismatch"). `uri`
 * gets the key's. */
int32_t ca_authority_check_key(signet_call_t *call, const ca_authority_t *authority,
                               const signet_x509_t *x509, signet_text_t *uri);
/* The one certificate in a PEM file, parsed. */
int32_t ca_certificate_read(signet_call_t *call, signet_text_t path, const signet_x509_t **x509);

#endif
