/* GET /v1/tenants and /v1/tenants/{name}. */
#include <signet/ext/draft/tenant.h>

#include "rest.h"
#include "rest_input.h"

static void tenant_members(signet_json_writer_t *writer, const signet_tenant_t *tenant)
{
    signet_json_text(writer, "name", tenant->name);
    signet_json_text(writer, "description", tenant->description);
    signet_json_integer(writer, "issuance_rate", (int64_t)tenant->issuance_rate);
    signet_json_integer(writer, "active_certificates", (int64_t)tenant->active_certificates);
    if (tenant->active_certificates > 0)
        signet_json_integer(writer, "active", (int64_t)tenant->active);
    signet_json_integer(writer, "approvals", tenant->approvals);
    signet_json_texts(writer, "approvers", tenant->approvers, tenant->approver_count);
}

static int32_t find_tenants(const rest_t *rest, signet_call_t *call,
                            const signet_request_t *request, const signet_tenant_t *const **tenants,
                            uint64_t *count)
{
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status != SIGNET_OK)
        return status;
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_TENANT_INTERFACE), rest->ca);
    if (provider == NULL)
        return signet_status(call);
    const signet_tenant_interface_t *directory = provider->interface;
    return directory->tenants(provider->instance, call, tenants, count);
}

int32_t rest_list_tenants(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange)
{
    const signet_tenant_t *const *tenants = NULL;
    uint64_t count = 0;
    int32_t status = find_tenants(instance, call, request, &tenants, &count);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 64 + count * 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "tenants");
    for (uint64_t i = 0; i < count; i++) {
        signet_json_begin_object(&writer, NULL);
        tenant_members(&writer, tenants[i]);
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t rest_get_tenant(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange)
{
    const signet_tenant_t *const *tenants = NULL;
    uint64_t count = 0;
    int32_t status = find_tenants(instance, call, request, &tenants, &count);
    if (status != SIGNET_OK)
        return status;
    signet_text_t name = signet_http_parameter(request, 0);
    uint64_t i = 0;
    while (i < count && !signet_text_equal(tenants[i]->name, name))
        i++;
    if (i == count)
        return signet_fail(call, SIGNET_NOT_FOUND, "tenant.not-found",
                           "There is no tenant \"%.*s\"; GET /v1/tenants lists them.",
                           SIGNET_FORMAT(name));
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    tenant_members(&writer, tenants[i]);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}
