/* POST /v1/certificates/{authority}/{serial}/revoke, /hold and /release. */
#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_reason.h"

static int32_t revoke(const rest_t *rest, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange, signet_revoke_request_t *revocation)
{
    rest_ca_t ca;
    const signet_certificate_t *certificate = NULL;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    revocation->authority = signet_http_parameter(request, 0);
    if (status == SIGNET_OK)
        status = rest_serial(call, signet_http_parameter(request, 1), &revocation->serial);
    if (status == SIGNET_OK)
        status = rest_find_ca(rest, call, &ca);
    if (status == SIGNET_OK)
        status = ca.interface->revoke(ca.instance, call, revocation, &certificate);
    if (status != SIGNET_OK)
        return status;
    return rest_certificate_answer_summary(call, exchange, certificate);
}

int32_t rest_revoke(void *instance, signet_call_t *call, const signet_request_t *request,
                    signet_exchange_t *exchange)
{
    static const char *const members[] = {"reason", "invalid_since", "comment"};
    signet_revoke_request_t revocation = {.size = sizeof revocation};
    const signet_json_t *body = NULL;
    int32_t status = signet_http_json(call, request, REST_SMALL_BODY, members, 3, &body);
    if (status == SIGNET_OK)
        status = rest_reason_read(call, body, &revocation.reason);
    if (status == SIGNET_OK)
        status = rest_body_time(call, body, "invalid_since", &revocation.invalid_since);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "comment", &revocation.comment);
    return status == SIGNET_OK ? revoke(instance, call, request, exchange, &revocation) : status;
}

int32_t rest_hold(void *instance, signet_call_t *call, const signet_request_t *request,
                  signet_exchange_t *exchange)
{
    static const char *const members[] = {"comment"};
    signet_revoke_request_t revocation = {.size = sizeof revocation,
                                          .reason = SIGNET_REASON_CERTIFICATE_HOLD};
    const signet_json_t *body = NULL;
    int32_t status = signet_http_json(call, request, REST_SMALL_BODY, members, 1, &body);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "comment", &revocation.comment);
    return status == SIGNET_OK ? revoke(instance, call, request, exchange, &revocation) : status;
}

int32_t rest_release(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange)
{
    const signet_json_t *body = NULL;
    signet_bytes_t serial;
    rest_ca_t ca;
    const signet_certificate_t *certificate = NULL;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_SMALL_BODY, NULL, 0, &body);
    if (status == SIGNET_OK)
        status = rest_serial(call, signet_http_parameter(request, 1), &serial);
    if (status == SIGNET_OK)
        status = rest_find_ca(instance, call, &ca);
    if (status == SIGNET_OK)
        status = ca.interface->release(ca.instance, call, signet_http_parameter(request, 0), serial,
                                       &certificate);
    if (status != SIGNET_OK)
        return status;
    return rest_certificate_answer_summary(call, exchange, certificate);
}
