/* GET /v1/authorities/{name}/generations and POST /v1/authorities/{name}/{action}: the life of an
 * authority and of its keys. */
#include <signet/ext/draft/authority.h>
#include <signet/sdk/encode.h>

#include "rest.h"
#include "rest_input.h"
#include "rest_request.h"

static const signet_provider_t *find(const rest_t *rest, signet_call_t *call)
{
    return call->services->find(call, SIGNET_TEXT(SIGNET_AUTHORITY_INTERFACE), rest->ca);
}

/* The report as it is, and the request for a parent elsewhere as PEM beside it. */
static int32_t answer(signet_call_t *call, signet_exchange_t *exchange,
                      const signet_authority_report_t *report)
{
    signet_json_writer_t writer = signet_json_writer(call, report->document.length + 4096);
    signet_json_begin_object(&writer, NULL);
    signet_json_raw(&writer, "authority", report->document);
    if (report->request.length > 0)
        signet_json_text(&writer, "request",
                         signet_pem(call, "CERTIFICATE REQUEST", report->request));
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t rest_get_generations(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    const signet_authority_report_t *report = NULL;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status != SIGNET_OK)
        return status;
    const signet_provider_t *ca = find(instance, call);
    if (ca == NULL)
        return signet_status(call);
    const signet_authority_interface_t *interface = ca->interface;
    status = interface->generations(ca->instance, call, signet_http_parameter(request, 0), &report);
    return status == SIGNET_OK ? answer(call, exchange, report) : status;
}

static int32_t read_change(signet_call_t *call, const signet_request_t *request,
                           signet_authority_change_t *change)
{
    static const char *const members[] = {"certificate", "comment"};
    const signet_json_t *body = NULL;
    signet_text_t certificate = {NULL, 0};
    if (request->body.length == 0)
        return SIGNET_OK;
    int32_t status = signet_http_json(call, request, REST_SMALL_BODY, members,
                                      sizeof members / sizeof members[0], &body);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "comment", &change->comment);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "certificate", &certificate);
    if (status == SIGNET_OK && certificate.length > 0)
        status = signet_pem_decode(call, certificate, "CERTIFICATE", &change->certificate, NULL);
    return status;
}

int32_t rest_change_authority(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange)
{
    const signet_authority_report_t *report = NULL;
    signet_authority_change_t change = {.size = sizeof change,
                                        .authority = signet_http_parameter(request, 0),
                                        .action = signet_http_parameter(request, 1)};
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = read_change(call, request, &change);
    if (status != SIGNET_OK)
        return status;
    const signet_provider_t *ca = find(instance, call);
    if (ca == NULL)
        return signet_status(call);
    const signet_authority_interface_t *interface = ca->interface;
    status = interface->change(ca->instance, call, &change, &report);
    return status == SIGNET_OK ? answer(call, exchange, report)
                               : rest_request_pending(instance, call, exchange, status);
}
