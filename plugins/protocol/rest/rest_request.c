#include "rest_request.h"

#include <signet/sdk/http.h>

#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_issue.h"
#include "rest_key.h"
#include "rest_media.h"

static const char *decision_word(int32_t decision)
{
    switch (decision) {
    case SIGNET_DECISION_APPROVE:
        return "approve";
    case SIGNET_DECISION_DENY:
        return "deny";
    default:
        return "comment";
    }
}

static void write_optional(signet_json_writer_t *writer, const char *name, signet_text_t text)
{
    if (text.length > 0)
        signet_json_text(writer, name, text);
}

static void write_decisions(signet_json_writer_t *writer, const signet_approval_t *approval)
{
    signet_json_begin_array(writer, "decisions");
    for (uint64_t i = 0; i < approval->decision_count; i++) {
        const signet_approval_decision_t *decision = approval->decisions[i];
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "decision", signet_text(decision_word(decision->decision)));
        signet_json_text(writer, "person", decision->person);
        signet_json_text(writer, "actor", decision->actor);
        signet_json_time(writer, "at", decision->at);
        write_optional(writer, "comment", decision->comment);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
}

static uint64_t count_approvals(const signet_approval_t *approval)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < approval->decision_count; i++)
        count += approval->decisions[i]->decision == SIGNET_DECISION_APPROVE;
    return count;
}

static void write_request(signet_json_writer_t *writer, const signet_approval_t *approval)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "id", approval->id);
    signet_json_text(writer, "state", approval->state);
    signet_json_text(writer, "kind", approval->kind);
    signet_json_text(writer, "object", approval->object);
    signet_json_integer(writer, "required", approval->required);
    signet_json_integer(writer, "approved", (int64_t)count_approvals(approval));
    signet_json_text(writer, "requester", approval->requester);
    signet_json_text(writer, "person", approval->person);
    write_optional(writer, "authority", approval->authority);
    write_optional(writer, "profile", approval->profile);
    signet_json_texts(writer, "roles", approval->roles, approval->role_count);
    signet_json_time(writer, "created", approval->created);
    signet_json_time(writer, "expires", approval->expires);
    write_decisions(writer, approval);
    if (approval->document.length > 0)
        signet_json_raw(writer, "document", approval->document);
    write_optional(writer, "result", approval->result);
    signet_json_end_object(writer);
}

static int32_t answer(signet_call_t *call, signet_exchange_t *exchange, uint32_t status,
                      const signet_approval_t *approval, signet_text_t location)
{
    signet_json_writer_t writer = signet_json_writer(call, approval->document.length + 1024);
    write_request(&writer, approval);
    return signet_http_answer_json(call, exchange, status, &writer, location);
}

int32_t rest_request_pending(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                             int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    rest_approvals_t approvals;
    const signet_approval_t *approval = NULL;
    if (status != SIGNET_PENDING || error == NULL || error->field.length == 0)
        return status;
    signet_text_t id = error->field;
    call->services->clear(call);
    status = rest_find_approvals(rest, call, &approvals);
    if (status == SIGNET_OK)
        status = approvals.interface->get(approvals.instance, call, id, &approval);
    if (status != SIGNET_OK)
        return status;
    signet_text_t location = signet_format(call, "/v1/requests/%.*s", SIGNET_FORMAT(id));
    return location.data == NULL ? SIGNET_NO_MEMORY
                                 : answer(call, exchange, 202, approval, location);
}

int32_t rest_list_requests(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    static const char *const names[] = {"state", "kind", "requester", "order", "limit", "cursor"};
    signet_approval_query_t query = {.size = sizeof query,
                                     .state = signet_http_query(request, "state"),
                                     .kind = signet_http_query(request, "kind"),
                                     .requester = signet_http_query(request, "requester"),
                                     .cursor = signet_http_query(request, "cursor")};
    rest_approvals_t approvals;
    const signet_approval_page_t *page = NULL;
    int32_t status = signet_http_query_only(call, request, names, sizeof names / sizeof names[0]);
    if (status == SIGNET_OK)
        status = rest_query_order(call, request, &query.descending);
    if (status == SIGNET_OK)
        status = signet_http_query_limit(call, request, &query.limit);
    if (status == SIGNET_OK)
        status = rest_find_approvals(instance, call, &approvals);
    if (status == SIGNET_OK)
        status = approvals.interface->query(approvals.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 64 + page->count * 4096);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "requests");
    for (uint64_t i = 0; i < page->count; i++)
        write_request(&writer, page->approvals[i]);
    signet_json_end_array(&writer);
    write_optional(&writer, "next", page->cursor);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

static int32_t get(const rest_t *rest, signet_call_t *call, const signet_request_t *request,
                   const signet_approval_t **approval)
{
    rest_approvals_t approvals;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_find_approvals(rest, call, &approvals);
    if (status == SIGNET_OK)
        status = approvals.interface->get(approvals.instance, call,
                                          signet_http_parameter(request, 0), approval);
    return status;
}

int32_t rest_get_request(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    const signet_approval_t *approval = NULL;
    int32_t status = get(instance, call, request, &approval);
    return status == SIGNET_OK ? answer(call, exchange, 200, approval, (signet_text_t){NULL, 0})
                               : status;
}

#define WITHDRAW (-1)

/* One act on a request, with a comment in the body. */
static int32_t act(const rest_t *rest, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange, int32_t decision)
{
    static const char *const members[] = {"comment"};
    const signet_json_t *body = NULL;
    const signet_approval_t *approval = NULL;
    signet_text_t id = signet_http_parameter(request, 0);
    signet_text_t comment;
    rest_approvals_t approvals;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_SMALL_BODY, members, 1, &body);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "comment", &comment);
    if (status == SIGNET_OK)
        status = rest_find_approvals(rest, call, &approvals);
    if (status != SIGNET_OK)
        return status;
    if (decision == WITHDRAW)
        status = approvals.interface->withdraw(approvals.instance, call, id, comment, &approval);
    else if (decision == 0)
        status = approvals.interface->comment(approvals.instance, call, id, comment, &approval);
    else
        status =
            approvals.interface->decide(approvals.instance, call, id, decision, comment, &approval);
    return status == SIGNET_OK ? answer(call, exchange, 200, approval, (signet_text_t){NULL, 0})
                               : status;
}

int32_t rest_approve_request(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    return act(instance, call, request, exchange, SIGNET_DECISION_APPROVE);
}

int32_t rest_deny_request(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange)
{
    return act(instance, call, request, exchange, SIGNET_DECISION_DENY);
}

int32_t rest_withdraw_request(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange)
{
    return act(instance, call, request, exchange, WITHDRAW);
}

int32_t rest_comment_request(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    return act(instance, call, request, exchange, 0);
}

int32_t rest_issue_request(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    const signet_approval_t *approval = NULL;
    const signet_certificate_t *certificate = NULL;
    static const char *const members[] = {"password"};
    signet_issue_request_t asked = {.size = sizeof asked};
    const signet_json_t *body = NULL;
    signet_text_t password = {NULL, 0};
    int pkcs12 = rest_key_pkcs12_accepted(request);
    rest_ca_t ca;
    int32_t status = signet_http_json(call, request, REST_SMALL_BODY, members, 1, &body);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "password", &password);
    if (status == SIGNET_OK)
        status = rest_key_password(call, password, pkcs12);
    if (status == SIGNET_OK)
        status = get(rest, call, request, &approval);
    if (status == SIGNET_OK && !signet_text_is(approval->kind, "certificate.issue"))
        status =
            signet_fail(call, SIGNET_CONFLICT, "request.not-certificate",
                        "The request is about no certificate; ask again for what it is about.");
    if (status == SIGNET_OK)
        status = rest_find_ca(rest, call, &ca);
    if (status != SIGNET_OK)
        return status;
    asked.request_id = approval->key;
    status = ca.interface->issue(ca.instance, call, &asked, &certificate);
    if (status != SIGNET_OK)
        return rest_request_pending(rest, call, exchange, status);
    if (SIGNET_HAS(certificate, private_key.length))
        return rest_issue_answer_key(rest, call, exchange, pkcs12, password, certificate);
    return rest_certificate_answer(rest, call, exchange, 201, rest_media_accepted(request),
                                   certificate, 0, rest_certificate_location(call, certificate));
}
