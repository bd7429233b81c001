/* GET /v1/authorities/{name}/generations, and of one of them its evidence and last list; POST
 * /v1/authorities/{name}/{action}: the life of an authority and of its keys. What a compromise
 * reaches, and its rehearsal. POST /v1/bundles: what a ceremony made. */
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
    if (SIGNET_HAS(report, revocation.length))
        signet_json_text(&writer, "revocation", report->revocation);
    if (SIGNET_HAS(report, problem.length))
        signet_json_text(&writer, "problem", report->problem);
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
    static const char *const members[] = {"certificate", "comment", "generation", "override",
                                          "responder",   "profile", "key_type"};
    const signet_json_t *body = NULL;
    signet_text_t certificate = {NULL, 0};
    signet_text_t responder = {NULL, 0};
    int64_t generation = 0;
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
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "override", &change->override);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "profile", &change->profile);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "key_type", &change->key_type);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "responder", &responder);
    if (status == SIGNET_OK && responder.length > 0)
        status =
            signet_pem_decode(call, responder, "CERTIFICATE REQUEST", &change->responder, NULL);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, body, "generation", &generation);
    if (status == SIGNET_OK && generation < 0)
        return signet_fail_field(call, SIGNET_INVALID, "authority.generation", "generation",
                                 "generations are counted from 1");
    change->generation = (uint64_t)generation;
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

/* The number of a generation in a path. */
static int32_t read_generation(signet_call_t *call, const signet_request_t *request,
                               uint64_t *generation)
{
    signet_text_t digits = signet_http_parameter(request, 1);
    int right = digits.length > 0 && digits.length <= 9;
    *generation = 0;
    for (uint64_t i = 0; right && i < digits.length; i++) {
        right = digits.data[i] >= '0' && digits.data[i] <= '9';
        *generation = *generation * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return right ? SIGNET_OK
                 : signet_fail_field(call, SIGNET_INVALID, "authority.generation", "generation",
                                     "a generation is a number, counted from 1");
}

/* What is asked of one generation: the interface, which has both functions, and the number. */
static int32_t open_generation(const rest_t *rest, signet_call_t *call,
                               const signet_request_t *request, const signet_provider_t **ca,
                               uint64_t *generation)
{
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = read_generation(call, request, generation);
    if (status != SIGNET_OK)
        return status;
    *ca = find(rest, call);
    if (*ca == NULL)
        return signet_status(call);
    const signet_authority_interface_t *interface = (*ca)->interface;
    return SIGNET_HAS(interface, last_list) && SIGNET_HAS(interface, evidence)
               ? SIGNET_OK
               : signet_fail(call, SIGNET_UNSUPPORTED, "authority.unsupported",
                             "the CA keeps neither evidence nor last lists");
}

int32_t rest_get_evidence(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange)
{
    const signet_authority_report_t *report = NULL;
    const signet_provider_t *ca = NULL;
    uint64_t generation = 0;
    int32_t status = open_generation(instance, call, request, &ca, &generation);
    if (status != SIGNET_OK)
        return status;
    const signet_authority_interface_t *interface = ca->interface;
    status = interface->evidence(ca->instance, call, signet_http_parameter(request, 0), generation,
                                 &report);
    return status == SIGNET_OK && report != NULL
               ? signet_http_answer(call, exchange, 200, SIGNET_TEXT("application/json"),
                                    signet_text_bytes(report->document), (signet_text_t){NULL, 0})
               : status;
}

int32_t rest_get_last_list(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    signet_bytes_t list = {NULL, 0};
    const signet_provider_t *ca = NULL;
    uint64_t generation = 0;
    int32_t status = open_generation(instance, call, request, &ca, &generation);
    if (status != SIGNET_OK)
        return status;
    const signet_authority_interface_t *interface = ca->interface;
    status = interface->last_list(ca->instance, call, signet_http_parameter(request, 0), generation,
                                  &list);
    return status == SIGNET_OK
               ? signet_http_answer(call, exchange, 200, SIGNET_TEXT("application/pkix-crl"), list,
                                    (signet_text_t){NULL, 0})
               : status;
}

/* A document as it is. */
static int32_t answer_document(signet_call_t *call, signet_exchange_t *exchange,
                               const signet_authority_report_t *report)
{
    return signet_http_answer(call, exchange, 200, SIGNET_TEXT("application/json"),
                              signet_text_bytes(report->document), (signet_text_t){NULL, 0});
}

int32_t rest_get_impact(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange)
{
    static const char *const names[] = {"limit", "cursor"};
    const signet_authority_report_t *report = NULL;
    signet_impact_query_t query = {.size = sizeof query,
                                   .authority = signet_http_parameter(request, 0),
                                   .cursor = signet_http_query(request, "cursor")};
    int32_t status = signet_http_query_only(call, request, names, 2);
    if (status == SIGNET_OK)
        status = signet_http_query_limit(call, request, &query.limit);
    if (status != SIGNET_OK)
        return status;
    const signet_provider_t *ca = find(instance, call);
    if (ca == NULL)
        return signet_status(call);
    const signet_authority_interface_t *interface = ca->interface;
    status = SIGNET_HAS(interface, impact)
                 ? interface->impact(ca->instance, call, &query, &report)
                 : signet_fail(call, SIGNET_UNSUPPORTED, "authority.unsupported",
                               "the CA cannot say what a compromise reaches");
    return status == SIGNET_OK && report != NULL ? answer_document(call, exchange, report) : status;
}

int32_t rest_rehearse_compromise(void *instance, signet_call_t *call,
                                 const signet_request_t *request, signet_exchange_t *exchange)
{
    const signet_authority_report_t *report = NULL;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status != SIGNET_OK)
        return status;
    const signet_provider_t *ca = find(instance, call);
    if (ca == NULL)
        return signet_status(call);
    const signet_authority_interface_t *interface = ca->interface;
    status =
        SIGNET_HAS(interface, rehearse)
            ? interface->rehearse(ca->instance, call, signet_http_parameter(request, 0), &report)
            : signet_fail(call, SIGNET_UNSUPPORTED, "authority.unsupported",
                          "the CA cannot rehearse a compromise");
    return status == SIGNET_OK && report != NULL ? answer_document(call, exchange, report) : status;
}

static int32_t read_bundle(signet_call_t *call, const signet_request_t *request,
                           signet_authority_bundle_t *bundle)
{
    static const char *const members[] = {"bundle", "signers", "quorum", "transcript", "folder"};
    const signet_json_t *body = NULL;
    signet_text_t file = {NULL, 0};
    signet_text_t transcript = {NULL, 0};
    int64_t quorum = 0;
    int32_t status = signet_http_json(call, request, REST_BUNDLE_BODY, members,
                                      sizeof members / sizeof members[0], &body);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "bundle", &file);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "signers", &bundle->signers);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, body, "quorum", &quorum);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "transcript", &transcript);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "folder", &bundle->folder);
    bundle->size = sizeof *bundle;
    bundle->quorum = quorum < 0 || quorum > 255 ? 0 : (uint32_t)quorum;
    bundle->file = signet_text_bytes(file);
    bundle->transcript = signet_text_bytes(transcript);
    return status;
}

int32_t rest_import_bundle(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    const signet_authority_report_t *report = NULL;
    signet_authority_bundle_t bundle = {0};
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = read_bundle(call, request, &bundle);
    if (status != SIGNET_OK)
        return status;
    const signet_provider_t *ca = find(instance, call);
    if (ca == NULL)
        return signet_status(call);
    const signet_authority_interface_t *interface = ca->interface;
    if (!SIGNET_HAS(interface, import_bundle))
        return signet_fail(call, SIGNET_UNSUPPORTED, "authority.bundles",
                           "this authority takes no bundles of ceremonies");
    status = interface->import_bundle(ca->instance, call, &bundle, &report);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, report->document.length + 16);
    signet_json_raw(&writer, NULL, report->document);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}
