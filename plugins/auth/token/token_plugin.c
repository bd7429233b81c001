/* auth-token: entry, descriptor and wiring. */
#include <signet/ext/draft/approval.h>
#include <signet/ext/draft/tenant.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <token_openapi.h>

#include "token.h"
#include "token_record.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define DEFAULT_TTL_MS (90 * DAY_MS)
#define MAXIMUM_TTL_MS (365 * DAY_MS)
#define TENANT_TTL_MS (DAY_MS / 3)
#define SWEEP_PERIOD_MS (INT64_C(60) * 60 * 1000)

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .name = SIGNET_TEXT_INIT("store"),
     .help = SIGNET_TEXT_INIT("The store that keeps the tokens; needed where there are several.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .name = SIGNET_TEXT_INIT("journal"),
     .help = SIGNET_TEXT_INIT("The journal that records them; needed where there are several.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("default_ttl"),
     .help = SIGNET_TEXT_INIT("How long a token is valid where its maker does not say."),
     .default_value = SIGNET_TEXT_INIT("90d"),
     .minimum = 1000,
     .maximum = 10 * MAXIMUM_TTL_MS},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("maximum_ttl"),
     .help = SIGNET_TEXT_INIT("How long a token may be valid at most."),
     .default_value = SIGNET_TEXT_INIT("1y"),
     .minimum = 1000,
     .maximum = 10 * MAXIMUM_TTL_MS},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("tenant_ttl"),
     .help = SIGNET_TEXT_INIT("How long a token of the provider's staff in a tenant may be valid."),
     .default_value = SIGNET_TEXT_INIT("8h"),
     .minimum = 1000,
     .maximum = 30 * DAY_MS},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_BOOLEAN,
     .name = SIGNET_TEXT_INIT("second_person"),
     .help =
         SIGNET_TEXT_INIT("Whether another administrator must agree to tokens that can approve, "
                          "issue, revoke, recover or administer."),
     .default_value = SIGNET_TEXT_INIT("true")},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_APPROVAL_INTERFACE)},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_TENANT_INTERFACE)},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE),
     .option = SIGNET_TEXT_INIT("store")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE),
     .option = SIGNET_TEXT_INIT("journal")},
};

static const signet_auth_interface_t interface = {
    .size = sizeof(signet_auth_interface_t),
    .authenticate = token_authenticate,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_AUTH_INTERFACE),
     .vtable = &interface},
};

static const signet_route_t routes[] = {
    {.size = sizeof(signet_route_t),
     .method = SIGNET_TEXT_INIT("POST"),
     .path = SIGNET_TEXT_INIT("/v1/tokens"),
     .openapi = SIGNET_TEXT_INIT(token_openapi_create),
     .handle = token_create},
    {.size = sizeof(signet_route_t),
     .method = SIGNET_TEXT_INIT("GET"),
     .path = SIGNET_TEXT_INIT("/v1/tokens"),
     .openapi = SIGNET_TEXT_INIT(token_openapi_list),
     .handle = token_list},
    {.size = sizeof(signet_route_t),
     .method = SIGNET_TEXT_INIT("DELETE"),
     .path = SIGNET_TEXT_INIT("/v1/tokens/{id}"),
     .openapi = SIGNET_TEXT_INIT(token_openapi_revoke),
     .handle = token_revoke},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    token_auth_t *auth = calloc(1, sizeof *auth);
    if (auth == NULL)
        return signet_fail_memory(call);
    *instance = auth;
    auth->host = host;
    auth->store = signet_setting_text(host->settings, "store");
    auth->journal = signet_setting_text(host->settings, "journal");
    auth->default_ttl_ms = signet_setting_integer(host->settings, "default_ttl", DEFAULT_TTL_MS);
    auth->tenant_ttl_ms = signet_setting_integer(host->settings, "tenant_ttl", TENANT_TTL_MS);
    auth->second_person = signet_setting_integer(host->settings, "second_person", 1) != 0;
    auth->maximum_ttl_ms = signet_setting_integer(host->settings, "maximum_ttl", MAXIMUM_TTL_MS);
    if (auth->default_ttl_ms > auth->maximum_ttl_ms)
        return signet_setting_fail(call, signet_setting(host->settings, "default_ttl"),
                                   "token.ttl-too-long",
                                   "default_ttl is longer than maximum_ttl; shorten it.");
    auth->cache = token_cache_new();
    if (auth->cache == NULL)
        return signet_fail_memory(call);
    return host->services->add_routes(host, call, routes, sizeof routes / sizeof routes[0]);
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    static const signet_job_t sweep = {.size = sizeof(signet_job_t),
                                       .lane = SIGNET_LANE_BACKGROUND,
                                       .name = SIGNET_TEXT_INIT("sweep"),
                                       .period_ms = SWEEP_PERIOD_MS,
                                       .run = token_sweep};
    const token_auth_t *auth = instance;
    int32_t status = token_record_declare(call, auth->store);
    return status == SIGNET_OK ? auth->host->services->add_job(auth->host, call, &sweep) : status;
}

static void close_instance(void *instance)
{
    token_auth_t *auth = instance;
    token_cache_free(auth->cache);
    free(auth);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("auth-token"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Bearer tokens: limited to roles, expiring, hashed at rest."),
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .needs = needs,
    .need_count = sizeof needs / sizeof needs[0],
    .open = open_instance,
    .start = start_instance,
    .close = close_instance,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
