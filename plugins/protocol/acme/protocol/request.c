#include "request.h"

#include <signet/auth.h>
#include <signet/sdk/http.h>
#include <stdio.h>
#include <string.h>

#include "chaos.h"
#include "cluster/redeem.h"
#include "option.h"
#include "problem.h"

#define MEDIA_TYPE "application/jose+json"
#define HEADERS_MAX 16U

int32_t acme_request_begin(acme_t *acme, signet_call_t *call, const signet_request_t *http,
                           signet_exchange_t *exchange, acme_request_t *request)
{
    *request = (acme_request_t){.acme = acme, .http = http, .exchange = exchange};
    request->directory = http->parameter_count > 0
                             ? acme_directory_find(acme, signet_http_parameter(http, 0))
                             : acme_directory_of_host(acme, signet_http_header(http, "host"));
    if (request->directory == NULL) {
        return acme_fail_missing(call, "directory");
    }
    if (!signet_text_equal(call->services->tenant(call), request->directory->tenant)) {
        int32_t status = call->services->set_tenant(call, request->directory->tenant);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    signet_text_t url = request->directory->url;
    signet_text_t name = request->directory->name;
    if (url.length > 0) {
        request->base =
            signet_format(call, "%.*s/acme/%.*s", SIGNET_FORMAT(url), SIGNET_FORMAT(name));
    } else {
        signet_text_t host = signet_http_header(http, "host");
        request->base = signet_format(call, "%s://%.*s/acme/%.*s", http->secure ? "https" : "http",
                                      SIGNET_FORMAT(host), SIGNET_FORMAT(name));
    }
    return request->base.data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

signet_text_t acme_request_url(signet_call_t *call, const acme_request_t *request,
                               const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    signet_text_t rest = signet_format_list(call, format, arguments);
    va_end(arguments);
    if (rest.data == NULL) {
        return rest;
    }
    return signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(request->base), SIGNET_FORMAT(rest));
}

/* Whether the signed URL is the one that the request came to (RFC 8555, 6.4). */
static int32_t check_url(signet_call_t *call, const acme_request_t *request)
{
    signet_text_t path = request->http->path;
    uint64_t prefix = strlen("/acme/") + request->directory->name.length;
    if (path.length < prefix || request->http->query_count > 0) {
        return acme_fail_missing(call, "resource");
    }
    signet_text_t asked =
        signet_format(call, "%.*s%.*s", SIGNET_FORMAT(request->base),
                      SIGNET_FORMAT(((signet_text_t){path.data + prefix, path.length - prefix})));
    if (asked.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (!signet_text_equal(asked, request->jws.url)) {
        return acme_fail(call, "unauthorized",
                         "The signed url is not the one that was asked, which is %.*s.",
                         SIGNET_FORMAT(asked));
    }
    return SIGNET_OK;
}

/* The account behind "kid", a URL of this directory. */
static int32_t find_account(signet_call_t *call, acme_request_t *request)
{
    signet_text_t prefix = acme_request_url(call, request, "account/");
    if (prefix.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    signet_text_t kid = request->jws.key_id;
    int32_t status = SIGNET_NOT_FOUND;
    if (kid.length > prefix.length && memcmp(kid.data, prefix.data, prefix.length) == 0) {
        signet_text_t id = {kid.data + prefix.length, kid.length - prefix.length};
        status = acme_account_get(call, request->acme, request->directory, id, &request->account);
    }
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return acme_fail(call, "accountDoesNotExist", "There is no account %.*s.",
                         SIGNET_FORMAT(kid));
    }
    if (status == SIGNET_OK && !signet_text_is(request->account.state, ACME_ACCOUNT_VALID)) {
        return acme_fail(call, "unauthorized", "The account is %.*s.",
                         SIGNET_FORMAT(request->account.state));
    }
    return status == SIGNET_OK ? signet_public_key_parse(call, request->account.spki, &request->key)
                               : status;
}

static int32_t find_key(signet_call_t *call, acme_request_t *request, uint32_t by)
{
    if (request->jws.jwk != NULL && (by & ACME_BY_KEY) != 0) {
        return acme_jws_key(call, request->jws.jwk, &request->key);
    }
    if (request->jws.jwk == NULL && (by & ACME_BY_ACCOUNT) != 0) {
        return find_account(call, request);
    }
    return acme_fail(call, "malformed", "The protected header must have %s here.",
                     (by & ACME_BY_KEY) != 0 ? "jwk" : "kid");
}

int32_t acme_request_become(signet_call_t *call, const acme_request_t *request, signet_text_t role)
{
    const acme_directory_t *directory = request->directory;
    uint64_t count = directory->profiles->member_count;
    signet_grant_t *grants = signet_alloc(call, count, sizeof *grants);
    if (grants == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; i < count; i++) {
        grants[i] = (signet_grant_t){
            .size = sizeof *grants,
            .role = role,
            .authority = directory->authority,
            .profile = SIGNET_AT(signet_setting_t, directory->profiles->members, i)->text,
            .names = SIGNET_TEXT("*"), /* control of each was proved */
        };
    }
    const signet_actor_t actor = {
        .size = sizeof actor,
        .id = acme_account_actor(call, directory, request->account.id),
        .name = request->account.id,
        .method = SIGNET_TEXT("acme"),
        .tenant = call->services->tenant(call),
        .grants = grants,
        .grant_count = count,
    };
    return actor.id.data != NULL ? call->services->set_actor(call, &actor) : SIGNET_NO_MEMORY;
}

static int32_t read_payload(signet_call_t *call, acme_request_t *request)
{
    if (request->jws.encoded.length == 0) {
        return SIGNET_OK;
    }
    int32_t status = signet_json_parse(call, request->jws.payload, ACME_BODY_MAX, &request->body);
    if (status == SIGNET_OK && request->body->kind != SIGNET_JSON_OBJECT) {
        return acme_fail(call, "malformed", "The payload must be a JSON object.");
    }
    return status;
}

static int has_media_type(const signet_request_t *http)
{
    signet_text_t rest;
    signet_text_t type = signet_text_split(signet_http_header(http, "content-type"), ';', &rest);
    return signet_text_equal_nocase(type, SIGNET_TEXT(MEDIA_TYPE));
}

int32_t acme_request_verify(acme_t *acme, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange, uint32_t by, acme_request_t *request)
{
    int32_t status = acme_request_begin(acme, call, http, exchange, request);
    if (status == SIGNET_OK && !has_media_type(http)) {
        status = acme_fail(call, "malformed",
                           "The body must be a JSON Web Signature and say so: "
                           "Content-Type: " MEDIA_TYPE ".");
    }
    if (status == SIGNET_OK) {
        status = acme_jws_parse(call, http->body, &request->jws);
    }
    if (status == SIGNET_OK) {
        status = acme_chaos_request(call, acme->chaos);
    }
    if (status == SIGNET_OK) {
        status = acme_redeem(call, acme, request->jws.nonce);
    }
    if (status == SIGNET_OK) {
        status = check_url(call, request);
    }
    if (status == SIGNET_OK) {
        status = find_key(call, request, by);
    }
    if (status == SIGNET_OK) {
        status = acme_jws_verify(call, &request->jws, &request->key);
    }
    if (status == SIGNET_OK) {
        status = read_payload(call, request);
    }
    if (status == SIGNET_OK && request->account.id.length > 0 && (by & ACME_AS_NOBODY) == 0) {
        status = acme_request_become(call, request, request->directory->role);
    }
    return status;
}

int32_t acme_request_reads(signet_call_t *call, const acme_request_t *request)
{
    return request->body == NULL ? SIGNET_OK
                                 : acme_fail(call, "malformed", "The payload must be empty here.");
}

int32_t acme_request_acts(signet_call_t *call, const acme_request_t *request)
{
    return request->body != NULL
               ? SIGNET_OK
               : acme_fail(call, "malformed", "The payload must be an object here.");
}

int32_t acme_request_answer(signet_call_t *call, const acme_request_t *request,
                            const acme_answer_t *answer, signet_bytes_t body)
{
    signet_pair_t headers[HEADERS_MAX];
    uint64_t count = 0;
    signet_text_t nonce;
    int32_t status = acme_nonce_make(call, request->acme->nonces, &nonce);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_text_t index =
        signet_format(call, "<%.*s/directory>;rel=\"index\"", SIGNET_FORMAT(request->base));
    signet_text_t retry = signet_format(call, "%lld", (long long)answer->retry_after_s);
    if (index.data == NULL || retry.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    headers[count++] = signet_pair("replay-nonce", nonce);
    headers[count++] = signet_pair("cache-control", SIGNET_TEXT("no-store"));
    headers[count++] = signet_pair("link", index);
    if (body.length > 0) {
        headers[count++] =
            signet_pair("content-type",
                        answer->type.length > 0 ? answer->type : SIGNET_TEXT("application/json"));
    }
    if (answer->location.length > 0) {
        headers[count++] = signet_pair("location", answer->location);
    }
    if (answer->retry_after_s > 0) {
        headers[count++] = signet_pair("retry-after", retry);
    }
    for (uint64_t i = 0; i < answer->link_count && count < HEADERS_MAX; i++) {
        headers[count++] = signet_pair("link", answer->links[i]);
    }
    const signet_response_t response = {.size = sizeof response,
                                        .status = answer->status,
                                        .headers = headers,
                                        .header_count = count,
                                        .body = body};
    return request->exchange->services->respond(request->exchange, call, &response);
}

int32_t acme_request_answer_json(signet_call_t *call, const acme_request_t *request,
                                 const acme_answer_t *answer, const signet_json_writer_t *writer)
{
    signet_text_t text;
    int32_t status = signet_json_finish(writer, &text);
    return status == SIGNET_OK ? acme_request_answer(call, request, answer, signet_text_bytes(text))
                               : status;
}

int32_t acme_request_fail(void *instance, signet_call_t *call, const signet_request_t *http,
                          const signet_error_t *error, signet_exchange_t *exchange)
{
    acme_request_t request;
    uint32_t http_status = acme_problem_status(error);
    signet_text_t detail = error->message;
    int64_t retry_after = (error->retry_after_ms + 999) / 1000;
    signet_text_t type = acme_problem_type(error);
    if (acme_request_begin(instance, call, http, exchange, &request) != SIGNET_OK) {
        call->services->clear(call);
        request.base = SIGNET_TEXT("");
    }
    signet_json_writer_t writer = signet_json_writer(call, 256);
    acme_problem_write(&writer, NULL, type, detail, http_status);
    const acme_answer_t answer = {.status = http_status,
                                  .type = SIGNET_TEXT("application/problem+json"),
                                  .retry_after_s = retry_after};
    return acme_request_answer_json(call, &request, &answer, &writer);
}
