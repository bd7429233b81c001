/* auth-certificate: entry, descriptor and wiring. */
#include <signet/ext/draft/tenant.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/tenant.h>
#include <signet/signet.h>
#include <stdlib.h>

#include "certificate.h"
#include "certificate_option.h"
#include "certificate_rule.h"

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_CA_INTERFACE),
     .option = SIGNET_TEXT_INIT("ca")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_INVENTORY_INTERFACE),
     .option = SIGNET_TEXT_INIT("ca")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_TENANT_INTERFACE)},
};

static const signet_auth_interface_t interface = {
    .size = sizeof(signet_auth_interface_t),
    .authenticate = certificate_authenticate,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_AUTH_INTERFACE),
     .vtable = &interface},
};

static int32_t configure_authorities(certificate_auth_t *auth, signet_call_t *call)
{
    const signet_setting_t *list = signet_setting(auth->host->settings, "authorities");
    uint64_t count = list != NULL ? list->member_count : 0;
    auth->authorities = calloc(count + 1, sizeof *auth->authorities);
    if (auth->authorities == NULL)
        return signet_fail_memory(call);
    for (uint64_t i = 0; i < count; i++) {
        auth->authority_count++;
        int32_t status = certificate_authority_configure(
            auth->host, call, signet_setting_at(list, i), &auth->authorities[i]);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

static int is_known(const certificate_auth_t *auth, signet_text_t authority)
{
    for (uint64_t i = 0; i < auth->authority_count; i++)
        if (signet_text_equal(auth->authorities[i].name, authority))
            return 1;
    return 0;
}

static int32_t check_rules(certificate_auth_t *auth, signet_call_t *call)
{
    auth->rules = signet_setting(auth->host->settings, "rules");
    for (uint64_t i = 0; auth->rules != NULL && i < auth->rules->member_count; i++) {
        const signet_setting_t *rule = signet_setting_at(auth->rules, i);
        const signet_setting_t *authority = signet_setting(rule, "authority");
        if (!is_known(auth, authority->text))
            return signet_setting_fail(call, authority, "certificate.rule-invalid",
                                       "\"%.*s\" is not among the \"authorities\" of this instance",
                                       SIGNET_FORMAT(authority->text));
        int32_t status = certificate_rule_check(call, rule);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    certificate_auth_t *auth = calloc(1, sizeof *auth);
    if (auth == NULL)
        return signet_fail_memory(call);
    *instance = auth;
    auth->host = host;
    auth->ca = signet_setting_text(host->settings, "ca");
    auth->cache = certificate_cache_new();
    if (auth->cache == NULL)
        return signet_fail_memory(call);
    int32_t status = configure_authorities(auth, call);
    return status == SIGNET_OK ? check_rules(auth, call) : status;
}

/* An authority of Signet's own must be one; it may still be pending. */
static int32_t check_own(const certificate_auth_t *auth, signet_call_t *call,
                         const certificate_authority_t *authority)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_CA_INTERFACE), auth->ca);
    const signet_authority_t *const *all = NULL;
    uint64_t count = 0;
    if (provider == NULL)
        return signet_status(call);
    const signet_ca_interface_t *ca = provider->interface;
    int32_t status = ca->authorities(provider->instance, call, &all, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++)
        if (signet_text_equal(all[i]->name, authority->name))
            return SIGNET_OK;
    return status != SIGNET_OK
               ? status
               : signet_fail(call, SIGNET_NOT_FOUND, "certificate.authority-unknown",
                             "there is no authority \"%.*s\" of Signet's own: correct the name, or "
                             "set \"certificates\" where it is one elsewhere",
                             SIGNET_FORMAT(authority->name));
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    certificate_auth_t *auth = instance;
    const signet_setting_t *list = signet_setting(auth->host->settings, "authorities");
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < auth->authority_count; i++) {
        certificate_authority_t *authority = &auth->authorities[i];
        status = signet_tenant_check(call, signet_setting(signet_setting_at(list, i), "tenant"));
        if (status == SIGNET_OK)
            status = certificate_authority_is_own(authority)
                         ? check_own(auth, call, authority)
                         : certificate_authority_start(call, authority);
    }
    return status;
}

static void close_instance(void *instance)
{
    certificate_auth_t *auth = instance;
    for (uint64_t i = 0; i < auth->authority_count; i++)
        certificate_authority_free(&auth->authorities[i]);
    free(auth->authorities);
    certificate_cache_free(auth->cache);
    free(auth);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("auth-certificate"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("TLS clients with certificates of chosen authorities."),
    .options = certificate_options,
    .option_count = CERTIFICATE_OPTION_COUNT,
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
