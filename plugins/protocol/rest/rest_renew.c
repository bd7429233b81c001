/* POST /v1/certificates/{authority}/{serial}/renew and /renewal. */
#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_issue.h"
#include "rest_media.h"
#include "rest_request.h"

static int32_t read_renewal(signet_call_t *call, const signet_request_t *request,
                            signet_renew_request_t *renewal)
{
    static const char *const members[] = {"csr", "validity"};
    const signet_json_t *body = NULL;
    signet_text_t csr;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    renewal->authority = signet_http_parameter(request, 0);
    if (status == SIGNET_OK)
        status = rest_serial(call, signet_http_parameter(request, 1), &renewal->serial);
    if (status == SIGNET_OK)
        status = rest_read_key(call, request, &renewal->request_id);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_LARGE_BODY, members, 2, &body);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "csr", &csr);
    if (status == SIGNET_OK && csr.length > 0)
        status = rest_read_csr(call, csr, &renewal->csr);
    return status == SIGNET_OK ? rest_read_duration(call, body, &renewal->validity_ms) : status;
}

int32_t rest_renew(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    signet_renew_request_t renewal = {.size = sizeof renewal};
    const signet_certificate_t *certificate = NULL;
    rest_ca_t ca;
    int32_t status = read_renewal(call, request, &renewal);
    if (status == SIGNET_OK)
        status = rest_find_ca(rest, call, &ca);
    if (status != SIGNET_OK)
        return status;
    if (!SIGNET_HAS(ca.interface, renew))
        return signet_fail(call, SIGNET_UNSUPPORTED, "renewal.unsupported",
                           "This CA does not renew; ask for a new certificate.");
    status = ca.interface->renew(ca.instance, call, &renewal, &certificate);
    if (status != SIGNET_OK)
        return rest_request_pending(rest, call, exchange, status);
    return rest_certificate_answer(rest, call, exchange, 201, rest_media_accepted(request),
                                   certificate, 0, rest_certificate_location(call, certificate));
}

int32_t rest_hint(void *instance, signet_call_t *call, const signet_request_t *request,
                  signet_exchange_t *exchange)
{
    static const char *const members[] = {"from", "before"};
    const signet_json_t *body = NULL;
    const signet_certificate_t *certificate = NULL;
    rest_inventory_t inventory;
    signet_bytes_t serial;
    int64_t from = 0;
    int64_t before = 0;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_serial(call, signet_http_parameter(request, 1), &serial);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_SMALL_BODY, members, 2, &body);
    if (status == SIGNET_OK)
        status = rest_body_time(call, body, "from", &from);
    if (status == SIGNET_OK)
        status = rest_body_time(call, body, "before", &before);
    if (status == SIGNET_OK)
        status = rest_find_inventory(instance, call, &inventory);
    if (status != SIGNET_OK)
        return status;
    if (!SIGNET_HAS(inventory.interface, hint))
        return signet_fail(call, SIGNET_UNSUPPORTED, "renewal.unsupported",
                           "This inventory keeps no times of renewal.");
    status = inventory.interface->hint(inventory.instance, call, signet_http_parameter(request, 0),
                                       serial, from, before, &certificate);
    if (status != SIGNET_OK)
        return status;
    return rest_certificate_answer(instance, call, exchange, 200, REST_MEDIA_JSON, certificate, 1,
                                   (signet_text_t){NULL, 0});
}
