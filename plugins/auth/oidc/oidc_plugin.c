/* auth-oidc: entry, descriptor and wiring. */
#include <signet/ext/draft/tenant.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/tenant.h>
#include <stdlib.h>

#include "oidc.h"
#include "option.h"

/* How often jobs look whether keys are due. */
#define LOOK_MS 5000

static const signet_auth_interface_t interface = {
    .size = sizeof(signet_auth_interface_t),
    .authenticate = oidc_authenticate,
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_TENANT_INTERFACE)},
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_AUTH_INTERFACE),
     .vtable = &interface},
};

/* Fetches the keys that are due. Failures are logged where they happen: one issuer's must not keep
 * the others from their turn. */
static int32_t fetch(void *instance, signet_call_t *call)
{
    const oidc_auth_t *auth = instance;
    for (uint64_t i = 0; i < auth->issuer_count; i++) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL) {
            return signet_status(call);
        }
        (void)oidc_source_refresh(child, auth->issuers[i].source);
        call->services->end(child);
    }
    return SIGNET_OK;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    oidc_auth_t *auth = calloc(1, sizeof *auth);
    if (auth == NULL) {
        return signet_fail_memory(call);
    }
    *instance = auth;
    auth->host = host;
    return oidc_option_read(call, auth);
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const oidc_auth_t *auth = instance;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < auth->issuer_count; i++) {
        status = signet_tenant_check(call, signet_setting(auth->issuers[i].settings, "tenant"));
        if (status == SIGNET_OK) {
            status = oidc_source_start(call, auth->issuers[i].source);
        }
    }
    for (uint32_t i = 1; status == SIGNET_OK && i <= OIDC_FETCHERS; i++) {
        const signet_job_t job = {
            .size = sizeof job,
            .lane = SIGNET_LANE_OUTBOUND,
            .name = signet_format(call, "fetch-%u", i),
            .period_ms = LOOK_MS,
            .run = fetch,
        };
        status = auth->host->services->add_job(auth->host, call, &job);
    }
    return status;
}

static int32_t drain_instance(void *instance, signet_call_t *call)
{
    const oidc_auth_t *auth = instance;
    (void)call;
    for (uint64_t i = 0; i < auth->issuer_count; i++) {
        oidc_source_drain(auth->issuers[i].source);
    }
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    oidc_auth_t *auth = instance;
    for (uint64_t i = 0; i < auth->issuer_count; i++) {
        oidc_source_free(auth->issuers[i].source);
        free(auth->issuers[i].own_actor);
    }
    free(auth->issuers);
    free(auth);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("auth-oidc"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Bearer tokens of named issuers: OpenID Connect, CI systems, "
                                "Kubernetes."),
    .options = oidc_options,
    .option_count = OIDC_OPTION_COUNT,
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .needs = needs,
    .need_count = sizeof needs / sizeof needs[0],
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
