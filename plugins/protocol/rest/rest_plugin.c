/* protocol-rest: entry, descriptor and wiring. */
#include <openssl/crypto.h>
#include <rest_openapi.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#include "rest.h"
#include "rest_input.h"

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .name = SIGNET_TEXT_INIT("ca"),
     .help = SIGNET_TEXT_INIT("The ca instance that is served; needed where there are several.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .name = SIGNET_TEXT_INIT("journal"),
     .help = SIGNET_TEXT_INIT("The journal instance that /v1/journal reads; needed where there "
                              "are several.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("pkcs12_iterations"),
     .default_value = SIGNET_TEXT_INIT("600000"),
     .minimum = 100000,
     .maximum = 10000000,
     .help = SIGNET_TEXT_INIT("How often PBKDF2 is iterated for the passwords of private keys that "
                              "are handed out.")},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_CA_INTERFACE),
     .option = SIGNET_TEXT_INIT("ca")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_INVENTORY_INTERFACE),
     .option = SIGNET_TEXT_INIT("ca")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE),
     .option = SIGNET_TEXT_INIT("journal")},
};

#define ROUTE(verb, where, options_, limit, operation, handler)                                    \
    {                                                                                              \
        .size = sizeof(signet_route_t), .flags = (options_), .method = SIGNET_TEXT_INIT(verb),     \
        .path = SIGNET_TEXT_INIT(where), .body_limit = (limit),                                    \
        .openapi = SIGNET_TEXT_INIT(rest_openapi_##operation), .handle = (handler),                \
    }

static const signet_route_t routes[] = {
    ROUTE("POST", "/v1/certificates", 0, REST_LARGE_BODY, issue, rest_issue),
    ROUTE("GET", "/v1/certificates", 0, 0, list_certificates, rest_list_certificates),
    ROUTE("GET", "/v1/certificates/{authority}/{serial}", 0, 0, get_certificate,
          rest_get_certificate),
    ROUTE("POST", "/v1/certificates/{authority}/{serial}/revoke", 0, 0, revoke, rest_revoke),
    ROUTE("POST", "/v1/certificates/{authority}/{serial}/hold", 0, 0, hold, rest_hold),
    ROUTE("POST", "/v1/certificates/{authority}/{serial}/release", 0, 0, release, rest_release),
    ROUTE("POST", "/v1/certificates/{authority}/{serial}/renew", 0, REST_LARGE_BODY, renew,
          rest_renew),
    ROUTE("POST", "/v1/certificates/{authority}/{serial}/renewal", 0, 0, hint, rest_hint),
    ROUTE("POST", "/v1/certificates/{authority}/{serial}/recover", 0, 0, recover, rest_recover),
    ROUTE("GET", "/v1/keys", 0, 0, list_keys, rest_list_keys),
    ROUTE("POST", "/v1/keys", 0, REST_LARGE_BODY, import_key, rest_import_key),
    ROUTE("POST", "/v1/revocations", 0, 0, revoke_many, rest_revoke_many),
    ROUTE("GET", "/v1/revocations/{id}", 0, 0, get_bulk, rest_get_bulk),
    ROUTE("GET", "/v1/revocations/nonce", SIGNET_ROUTE_PUBLIC, 0, get_nonce, rest_get_nonce),
    ROUTE("POST", "/v1/revocations/by-key", SIGNET_ROUTE_PUBLIC, 0, revoke_by_key,
          rest_revoke_by_key),
    ROUTE("GET", "/v1/requests", 0, 0, list_requests, rest_list_requests),
    ROUTE("GET", "/v1/requests/{id}", 0, 0, get_request, rest_get_request),
    ROUTE("POST", "/v1/requests/{id}/approve", 0, 0, approve_request, rest_approve_request),
    ROUTE("POST", "/v1/requests/{id}/deny", 0, 0, deny_request, rest_deny_request),
    ROUTE("POST", "/v1/requests/{id}/withdraw", 0, 0, withdraw_request, rest_withdraw_request),
    ROUTE("POST", "/v1/requests/{id}/comment", 0, 0, comment_request, rest_comment_request),
    ROUTE("POST", "/v1/requests/{id}/issue", 0, 0, issue_request, rest_issue_request),
    ROUTE("GET", "/v1/authorities", 0, 0, list_authorities, rest_list_authorities),
    ROUTE("GET", "/v1/authorities/{name}", 0, 0, get_authority, rest_get_authority),
    ROUTE("GET", "/v1/authorities/{name}/chain", 0, 0, get_chain, rest_get_chain),
    ROUTE("GET", "/v1/authorities/{name}/generations", 0, 0, get_generations, rest_get_generations),
    ROUTE("GET", "/v1/authorities/{name}/generations/{generation}/evidence", 0, 0, get_evidence,
          rest_get_evidence),
    ROUTE("GET", "/v1/authorities/{name}/generations/{generation}/list", 0, 0, get_last_list,
          rest_get_last_list),
    ROUTE("GET", "/v1/authorities/{name}/impact", 0, 0, get_impact, rest_get_impact),
    ROUTE("POST", "/v1/authorities/{name}/compromise/rehearsal", 0, 0, rehearse_compromise,
          rest_rehearse_compromise),
    ROUTE("POST", "/v1/authorities/{name}/{action}", 0, 0, change_authority, rest_change_authority),
    ROUTE("POST", "/v1/bundles", 0, REST_BUNDLE_BODY, import_bundle, rest_import_bundle),
    ROUTE("GET", "/v1/profiles", 0, 0, list_profiles, rest_list_profiles),
    ROUTE("GET", "/v1/profiles/{name}", 0, 0, get_profile, rest_get_profile),
    ROUTE("POST", "/v1/profiles/{name}/try", 0, REST_LARGE_BODY, try_profile, rest_try_profile),
    ROUTE("GET", "/v1/tenants", 0, 0, list_tenants, rest_list_tenants),
    ROUTE("GET", "/v1/tenants/{name}", 0, 0, get_tenant, rest_get_tenant),
    ROUTE("GET", "/v1/journal", 0, 0, list_journal, rest_list_journal),
    ROUTE("GET", "/v1/self", 0, 0, get_self, rest_get_self),
    ROUTE("GET", "/v1/openapi.json", SIGNET_ROUTE_PUBLIC, 0, get_openapi, rest_get_openapi),
};

static int32_t rest_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    rest_t *rest = calloc(1, sizeof *rest);
    if (rest == NULL)
        return signet_fail_memory(call);
    *instance = rest;
    rest->host = host;
    rest->ca = signet_setting_text(host->settings, "ca");
    rest->journal = signet_setting_text(host->settings, "journal");
    rest->pkcs12_iterations =
        (uint32_t)signet_setting_integer(host->settings, "pkcs12_iterations", 600000);
    rest->chains = rest_chains_new();
    rest->document = rest_document_new();
    if (rest->chains == NULL || rest->document == NULL)
        return signet_fail_memory(call);
    int32_t status = signet_random(call, rest->nonce_key, sizeof rest->nonce_key);
    if (status != SIGNET_OK)
        return status;
    return host->services->add_routes(host, call, routes, sizeof routes / sizeof routes[0]);
}

static void rest_close(void *instance)
{
    rest_t *rest = instance;
    rest_chains_free(rest->chains);
    rest_document_free(rest->document);
    OPENSSL_cleanse(rest->nonce_key, sizeof rest->nonce_key);
    free(rest);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("protocol-rest"),
    .version = SIGNET_TEXT_INIT(REST_VERSION),
    .summary = SIGNET_TEXT_INIT("The REST API under /v1, with its OpenAPI document."),
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .needs = needs,
    .need_count = sizeof needs / sizeof needs[0],
    .open = rest_open,
    .close = rest_close,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
