/* protocol-acme: entry, descriptor and wiring. */
#include <signet/ca.h>
#include <signet/ext/draft/policy.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#include <acme_openapi.h>

#include "account/account.h"
#include "cluster/perspective.h"
#include "credential/record.h"
#include "credential/routes.h"
#include "directory.h"
#include "limit/limit.h"
#include "option.h"
#include "order/order.h"
#include "order/replace.h"
#include "order/sweep.h"
#include "order/waiting.h"
#include "protocol/chaos.h"
#include "protocol/request.h"
#include "renewal.h"
#include "revoke.h"

#define NEED(id, from)                                                                             \
    {                                                                                              \
        .size = sizeof(signet_need_t), .kind = SIGNET_NEED_REQUIRED,                               \
        .interface = SIGNET_TEXT_INIT(id), .option = SIGNET_TEXT_INIT(from),                       \
    }

static const signet_need_t needs[] = {
    NEED(SIGNET_CA_INTERFACE, "ca"),
    NEED(SIGNET_INVENTORY_INTERFACE, "ca"),
    NEED(SIGNET_STORE_INTERFACE, "store"),
    NEED(SIGNET_JOURNAL_INTERFACE, "journal"),
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_POLICY_INTERFACE),
     .option = SIGNET_TEXT_INIT("device_policy")},
};

/* Public to the router: what proves who asks is the signature inside. */
#define ROUTE(verb, where, options_, handler)                                                      \
    {                                                                                              \
        .size = sizeof(signet_route_t), .flags = SIGNET_ROUTE_PUBLIC | (options_),                 \
        .method = SIGNET_TEXT_INIT(verb), .path = SIGNET_TEXT_INIT("/acme/{directory}/" where),    \
        .body_limit = ACME_BODY_MAX, .handle = (handler), .on_error = acme_request_fail,           \
    }

/* Other nodes show a certificate, which the handler judges. */
#define PEER_ROUTE(where, handler)                                                                 \
    {                                                                                              \
        .size = sizeof(signet_route_t), .flags = SIGNET_ROUTE_PUBLIC,                              \
        .method = SIGNET_TEXT_INIT("POST"), .path = SIGNET_TEXT_INIT("/acme-peer/" where),         \
        .handle = (handler),                                                                       \
    }

/* Officers log in as they do elsewhere. */
#define OFFICER_ROUTE(verb, where, operation, handler)                                             \
    {                                                                                              \
        .size = sizeof(signet_route_t), .method = SIGNET_TEXT_INIT(verb),                          \
        .path = SIGNET_TEXT_INIT("/v1/acme/{directory}/" where), .body_limit = ACME_BODY_MAX,      \
        .openapi = SIGNET_TEXT_INIT(acme_openapi_##operation), .handle = (handler),                \
    }

static const signet_route_t routes[] = {
    ROUTE("GET", "directory", SIGNET_ROUTE_INLINE, acme_directory_read),
    ROUTE("GET", "new-nonce", SIGNET_ROUTE_INLINE, acme_directory_nonce),
    ROUTE("POST", "new-account", 0, acme_account_new),
    ROUTE("POST", "account/{account}", 0, acme_account_change),
    ROUTE("POST", "account/{account}/orders", 0, acme_account_orders),
    ROUTE("POST", "account/{account}/orders/{cursor}", 0, acme_account_orders),
    ROUTE("POST", "key-change", 0, acme_account_key_change),
    ROUTE("POST", "new-order", 0, acme_order_new),
    ROUTE("POST", "new-authz", 0, acme_authorization_preauthorize),
    ROUTE("POST", "order/{order}", 0, acme_order_read),
    ROUTE("POST", "order/{order}/finalize", 0, acme_order_finalize),
    ROUTE("POST", "authorization/{authorization}", 0, acme_authorization_change),
    ROUTE("POST", "challenge/{authorization}/{type}", 0, acme_authorization_challenge),
    ROUTE("POST", "certificate/{order}", 0, acme_order_certificate),
    ROUTE("POST", "certificate/{order}/{chain}", 0, acme_order_certificate),
    ROUTE("POST", "revoke-cert", 0, acme_revoke),
    ROUTE("GET", "renewal-info/{certificate}", 0, acme_renewal_read),
    PEER_ROUTE("nonce", acme_peer_nonce),
    PEER_ROUTE("validate", acme_peer_validate),
    OFFICER_ROUTE("POST", "credentials", create_credential, acme_credential_create),
    OFFICER_ROUTE("GET", "credentials", list_credentials, acme_credential_show),
    OFFICER_ROUTE("DELETE", "credentials/{id}", revoke_credential, acme_credential_revoke),
};

/* Where a directory has a host's name to itself. */
static const signet_route_t host_route = {
    .size = sizeof host_route,
    .flags = SIGNET_ROUTE_PUBLIC | SIGNET_ROUTE_INLINE,
    .method = SIGNET_TEXT_INIT("GET"),
    .path = SIGNET_TEXT_INIT("/directory"),
    .handle = acme_directory_read,
    .on_error = acme_request_fail,
};

static int32_t add_routes(const acme_t *acme, signet_call_t *call)
{
    const signet_host_t *host = acme->host;
    int named = 0;
    for (uint64_t i = 0; i < acme->directory_count; i++) {
        named |= acme->directories[i].hosts != NULL && acme->directories[i].hosts->member_count > 0;
    }
    int32_t status = host->services->add_routes(host, call, routes, sizeof routes / sizeof *routes);
    return status == SIGNET_OK && named ? host->services->add_routes(host, call, &host_route, 1)
                                        : status;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    acme_t *acme = calloc(1, sizeof *acme);
    if (acme == NULL) {
        return signet_fail_memory(call);
    }
    *instance = acme;
    acme->host = host;
    int32_t status = acme_option_read(call, acme);
    if (status != SIGNET_OK) {
        return status;
    }
    status = acme_cluster_new(call, host, &acme->cluster);
    if (status == SIGNET_OK) {
        status = acme_perspectives_check(call, acme);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    acme->nonces = acme_nonces_new(call, host->node);
    acme->queue = acme->nonces != NULL ? acme_queue_new(call, host) : NULL;
    if (acme->queue == NULL) {
        return SIGNET_NO_MEMORY;
    }
    acme->limits = acme_limits_new(call);
    if (acme->limits == NULL) {
        return SIGNET_NO_MEMORY;
    }
    status = acme_chaos_new(call, host, &acme->chaos);
    return status == SIGNET_OK ? add_routes(acme, call) : status;
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    acme_t *acme = instance;
    signet_store_t store;
    int32_t status = signet_store(call, acme->store, &store);
    if (status == SIGNET_OK) {
        status = acme_account_declare(call, &store);
    }
    if (status == SIGNET_OK) {
        status = acme_order_declare(call, &store);
    }
    if (status == SIGNET_OK) {
        status = acme_replace_declare(call, &store);
    }
    if (status == SIGNET_OK) {
        status = acme_waiting_declare(call, &store);
    }
    if (status == SIGNET_OK) {
        status = acme_credential_declare(call, &store);
    }
    if (status == SIGNET_OK) {
        status = signet_outbound_open(
            call, acme->host, signet_setting(acme->host->settings, "outbound"), &acme->outbound);
    }
    if (status == SIGNET_OK) {
        status = acme_dns_new(call, signet_setting(acme->host->settings, "dns"), &acme->dns);
    }
    if (status == SIGNET_OK) {
        status = acme_option_open_roots(call, acme);
    }
    if (status == SIGNET_OK) {
        status = acme_cluster_open(call, acme->cluster);
    }
    if (status == SIGNET_OK) {
        status = acme_queue_start(call, acme);
    }
    return status == SIGNET_OK ? acme_sweep_start(call, acme) : status;
}

/* Nobody waits for what was not begun: clients ask again. */
static int32_t drain_instance(void *instance, signet_call_t *call)
{
    acme_t *acme = instance;
    (void)call;
    signet_queue_close(acme->queue);
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    acme_t *acme = instance;
    acme_cluster_free(acme->cluster);
    signet_outbound_close(acme->outbound);
    acme_dns_free(acme->dns);
    signet_queue_free(acme->queue);
    acme_limits_free(acme->limits);
    acme_chaos_free(acme->chaos);
    acme_nonces_free(acme->nonces);
    acme_option_free(acme);
    free(acme);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("protocol-acme"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Certificates by ACME (RFC 8555)."),
    .options = acme_options,
    .option_count = ACME_OPTION_COUNT,
    .needs = needs,
    .need_count = sizeof needs / sizeof *needs,
    .open = open_instance,
    .start = start_instance,
    .drain = drain_instance,
    .close = close_instance,
    .uses = SIGNET_USES_NETWORK,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
