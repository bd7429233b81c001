#include "tenant/tenant.h"

#include "authority/authority.h"
#include "ca.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t configure(signet_call_t *call, const signet_setting_t *setting, ca_tenant_t *tenant)
{
    tenant->name = signet_setting_text(setting, "name");
    tenant->description = signet_setting_text(setting, "description");
    tenant->keys = signet_setting(setting, "keys");
    tenant->approvers = signet_setting(setting, "approvers");
    tenant->approvals = (uint32_t)signet_setting_integer(setting, "approvals", 1);
    if (!ca_authority_is_name(tenant->name))
        return signet_setting_fail(call, setting, "tenant.name",
                                   "\"%.*s\" is no name of a tenant: 1 to 64 letters, digits, '-', "
                                   "'_' and '.'",
                                   SIGNET_FORMAT(tenant->name));
    if (signet_setting_count(setting, "approvers") == 0)
        return signet_setting_fail(call, setting, "tenant.approvers",
                                   "the tenant \"%.*s\" names no approvers, so that nobody could "
                                   "let the provider's staff in",
                                   SIGNET_FORMAT(tenant->name));
    return ca_quota_configure(call, setting, &tenant->quota);
}

int32_t ca_tenants_configure(ca_t *ca, signet_call_t *call)
{
    const signet_setting_t *list = signet_setting(ca->host->settings, "tenants");
    uint64_t count = list == NULL ? 0 : list->member_count;
    ca->tenants = ca_pool_alloc(&ca->pool, call, count + 1, sizeof *ca->tenants);
    int32_t status = ca->tenants == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        status = configure(call, signet_setting_at(list, i), &ca->tenants[i]);
        ca->tenant_count += status == SIGNET_OK;
    }
    return status;
}

void ca_tenants_free(ca_t *ca)
{
    for (uint64_t i = 0; i < ca->tenant_count; i++)
        ca_quota_free(&ca->tenants[i].quota);
}

ca_tenant_t *ca_tenant_find(const ca_t *ca, signet_text_t name)
{
    for (uint64_t i = 0; i < ca->tenant_count; i++) {
        if (signet_text_equal(ca->tenants[i].name, name))
            return &ca->tenants[i];
    }
    return NULL;
}

ca_quota_t *ca_tenant_quota(ca_tenant_t *tenant)
{
    return tenant != NULL ? &tenant->quota : NULL;
}

static int holds(const signet_setting_t *list, signet_text_t text)
{
    for (uint64_t i = 0; list != NULL && i < list->member_count; i++) {
        if (signet_text_equal(signet_setting_at(list, i)->text, text))
            return 1;
    }
    return 0;
}

static int32_t unknown(signet_call_t *call, const signet_setting_t *setting, const char *what,
                       signet_text_t name, signet_text_t tenant)
{
    return signet_setting_fail(call, signet_setting(setting, "tenant"), "tenant.not-found",
                               "the tenant \"%.*s\" of the %s \"%.*s\" is not configured; name one "
                               "of tenants",
                               SIGNET_FORMAT(tenant), what, SIGNET_FORMAT(name));
}

int32_t ca_tenant_check_keys(const ca_t *ca, signet_call_t *call, const signet_setting_t *owner,
                             const char *what, signet_text_t name, signet_text_t tenant)
{
    const ca_tenant_t *own = ca_tenant_find(ca, tenant);
    const signet_setting_t *setting = signet_setting(owner, "keys");
    if (own == NULL && tenant.length > 0)
        return unknown(call, owner, what, name, tenant);
    if (setting == NULL || setting->text.length == 0)
        return SIGNET_OK;
    if (own != NULL && own->keys != NULL && own->keys->member_count > 0 &&
        !holds(own->keys, setting->text))
        return signet_setting_fail(call, setting, "tenant.keys",
                                   "the %s \"%.*s\" has its key in \"%.*s\", which is none of the "
                                   "keys of its tenant \"%.*s\"",
                                   what, SIGNET_FORMAT(name), SIGNET_FORMAT(setting->text),
                                   SIGNET_FORMAT(own->name));
    for (uint64_t i = 0; i < ca->tenant_count; i++) {
        if (&ca->tenants[i] != own && holds(ca->tenants[i].keys, setting->text))
            return signet_setting_fail(call, setting, "tenant.keys",
                                       "the %s \"%.*s\" has its key in \"%.*s\", which belongs to "
                                       "the tenant \"%.*s\"",
                                       what, SIGNET_FORMAT(name), SIGNET_FORMAT(setting->text),
                                       SIGNET_FORMAT(ca->tenants[i].name));
    }
    return SIGNET_OK;
}

int32_t ca_tenants_check_authorities(const ca_t *ca, signet_call_t *call)
{
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *authority = &ca->authorities[i];
        const ca_authority_t *parent = authority->parent;
        if (parent != NULL && parent->tenant.length > 0 &&
            !signet_text_equal(parent->tenant, authority->tenant))
            return signet_setting_fail(call, signet_setting(authority->setting, "parent"),
                                       "tenant.parent",
                                       "the parent \"%.*s\" of the authority \"%.*s\" belongs to "
                                       "another tenant",
                                       SIGNET_FORMAT(parent->name), SIGNET_FORMAT(authority->name));
        int32_t status = ca_tenant_check_keys(ca, call, authority->setting, "authority",
                                              authority->name, authority->tenant);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

int32_t ca_tenant_check_profile(const ca_t *ca, signet_call_t *call, ca_profile_t *profile)
{
    profile->owner = ca_tenant_find(ca, profile->tenant);
    if (profile->owner == NULL && profile->tenant.length > 0)
        return unknown(call, profile->setting, "profile", profile->name, profile->tenant);
    return SIGNET_OK;
}

int ca_tenant_sees(signet_call_t *call, signet_text_t owner)
{
    signet_text_t tenant = call->services->tenant(call);
    return signet_text_equal(tenant, owner) || signet_text_is(tenant, "*");
}

ca_authority_t *ca_tenant_authority(const ca_t *ca, signet_call_t *call, signet_text_t name)
{
    ca_authority_t *authority = ca_authority_find(ca->authorities, ca->authority_count, name);
    return authority != NULL && ca_tenant_sees(call, authority->tenant) ? authority : NULL;
}

const ca_profile_t *ca_tenant_profile(const ca_t *ca, signet_call_t *call, signet_text_t name)
{
    const ca_profile_t *profile = ca_profile_find(ca->profiles, ca->profile_count, name);
    return profile != NULL && ca_tenant_sees(call, profile->tenant) ? profile : NULL;
}
