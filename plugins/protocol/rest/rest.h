/* protocol-rest: the wire format of /v1. It holds no rule of the CA: it reads, asks, and writes. */
#ifndef REST_H
#define REST_H

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <signet/signet.h>

#include "rest_chains.h"
#include "rest_document.h"

#define REST_VERSION "0.1.0"

/* Most octets of a body: the host's own limit for routes that declare none, and that of bodies with
 * a certificate request, where one with hundreds of names or a very long key fits. */
#define REST_SMALL_BODY (UINT64_C(64) * 1024)
#define REST_LARGE_BODY (UINT64_C(256) * 1024)
/* Bundles of ceremonies hold revocation lists. */
#define REST_BUNDLE_BODY (UINT64_C(16) * 1024 * 1024)

/* One instance. */
typedef struct rest {
    const signet_host_t *host;
    signet_text_t ca; /* names of instances; empty: the sole one */
    signet_text_t journal;
    rest_chains_t *chains;
    rest_document_t *document;
    uint8_t nonce_key[32]; /* of this process */
    uint32_t pkcs12_iterations;
} rest_t;

/* The CA of this call. */
typedef struct rest_ca {
    const signet_ca_interface_t *interface;
    void *instance;
    uint64_t number;
} rest_ca_t;

/* The inventory of this call. */
typedef struct rest_inventory {
    const signet_inventory_interface_t *interface;
    void *instance;
} rest_inventory_t;

int32_t rest_find_ca(const rest_t *rest, signet_call_t *call, rest_ca_t *ca);
int32_t rest_find_inventory(const rest_t *rest, signet_call_t *call, rest_inventory_t *inventory);

/* Handlers, one for each route; each is a signet_route_t.handle. [worker] */
int32_t rest_issue(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange);
int32_t rest_list_certificates(void *instance, signet_call_t *call, const signet_request_t *request,
                               signet_exchange_t *exchange);
int32_t rest_get_certificate(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange);
int32_t rest_revoke(void *instance, signet_call_t *call, const signet_request_t *request,
                    signet_exchange_t *exchange);
int32_t rest_hold(void *instance, signet_call_t *call, const signet_request_t *request,
                  signet_exchange_t *exchange);
int32_t rest_release(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange);
int32_t rest_revoke_many(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);
int32_t rest_get_bulk(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange);
int32_t rest_renew(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange);
int32_t rest_hint(void *instance, signet_call_t *call, const signet_request_t *request,
                  signet_exchange_t *exchange);
int32_t rest_get_nonce(void *instance, signet_call_t *call, const signet_request_t *request,
                       signet_exchange_t *exchange);
int32_t rest_revoke_by_key(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange);
int32_t rest_list_requests(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange);
int32_t rest_get_request(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);
int32_t rest_approve_request(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange);
int32_t rest_deny_request(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange);
int32_t rest_withdraw_request(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange);
int32_t rest_comment_request(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange);
int32_t rest_issue_request(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange);
int32_t rest_list_authorities(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange);
int32_t rest_get_authority(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange);
int32_t rest_get_chain(void *instance, signet_call_t *call, const signet_request_t *request,
                       signet_exchange_t *exchange);
int32_t rest_get_generations(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange);
int32_t rest_get_evidence(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange);
int32_t rest_get_last_list(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange);
int32_t rest_get_impact(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange);
int32_t rest_rehearse_compromise(void *instance, signet_call_t *call,
                                 const signet_request_t *request, signet_exchange_t *exchange);
int32_t rest_import_bundle(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange);
int32_t rest_change_authority(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange);
int32_t rest_list_profiles(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange);
int32_t rest_get_profile(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);
int32_t rest_try_profile(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);
int32_t rest_list_journal(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange);
int32_t rest_get_self(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange);
int32_t rest_list_tenants(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange);
int32_t rest_get_tenant(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange);
int32_t rest_list_keys(void *instance, signet_call_t *call, const signet_request_t *request,
                       signet_exchange_t *exchange);
int32_t rest_import_key(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange);
int32_t rest_recover(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange);
int32_t rest_get_openapi(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);

#endif
