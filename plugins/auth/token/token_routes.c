/* Routes below /v1/tokens: creating, listing and revoking tokens. */
#include <signet/sdk/encode.h>
#include <signet/sdk/http.h>

#include "token.h"
#include "token_entry.h"
#include "token_grant.h"
#include "token_journal.h"
#include "token_second.h"
#include "token_secret.h"

#define MAXIMUM_BODY (UINT64_C(64) * 1024)
#define MAXIMUM_NAME 128

static void write_token(signet_json_writer_t *writer, const token_t *token, signet_text_t text)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "id", token->id);
    signet_json_text(writer, "name", token->name);
    if (token->person.length > 0)
        signet_json_text(writer, "person", token->person);
    token_grants_write(writer, "grants", token->grants, token->grant_count);
    signet_json_time(writer, "created", token->created);
    signet_json_time(writer, "expires", token->expires);
    signet_json_text(writer, "creator", token->creator);
    if (token_is_entry(token)) {
        signet_json_text(writer, "entry", token->entry);
        signet_json_text(writer, "reason", token->reason);
    }
    if (text.length > 0)
        signet_json_text(writer, "token", text);
    signet_json_end_object(writer);
}

static int32_t read_ttl(const token_auth_t *auth, signet_call_t *call, const signet_json_t *body,
                        int64_t *ttl_ms)
{
    signet_text_t text;
    *ttl_ms = auth->default_ttl_ms;
    int32_t status = signet_json_get_text(call, body, "ttl", &text);
    if (status != SIGNET_OK || text.length == 0)
        return status;
    if (signet_duration_parse(call, text, ttl_ms) != SIGNET_OK || *ttl_ms <= 0) {
        call->services->clear(call);
        return signet_fail_field(call, SIGNET_INVALID, "token.ttl-invalid", "ttl",
                                 "ttl must be a duration such as 12h or 90d.");
    }
    if (*ttl_ms > auth->maximum_ttl_ms)
        return signet_fail_field(call, SIGNET_INVALID, "token.ttl-too-long", "ttl",
                                 "A token may be valid for at most %lld days here; ask for less.",
                                 (long long)(auth->maximum_ttl_ms / 86400000));
    return SIGNET_OK;
}

static int32_t read_new(const token_auth_t *auth, signet_call_t *call,
                        const signet_request_t *request, token_t *token, signet_text_t *approval)
{
    static const char *const members[] = {"name",     "grants", "ttl",    "person",
                                          "approval", "tenant", "reason", "break_glass"};
    const signet_json_t *body = NULL;
    int64_t ttl_ms = 0;
    int32_t status = signet_http_json(call, request, MAXIMUM_BODY, members, 8, &body);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "name", &token->name);
    if (status == SIGNET_OK && token->name.length > MAXIMUM_NAME)
        status = signet_fail_field(call, SIGNET_INVALID, "token.name-invalid", "name",
                                   "name must have at most %d octets; it tells people whose token "
                                   "it is.",
                                   MAXIMUM_NAME);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "person", &token->person);
    if (status == SIGNET_OK && token->person.length > MAXIMUM_NAME)
        status = signet_fail_field(call, SIGNET_INVALID, "token.person-invalid", "person",
                                   "person must have at most %d octets; all tokens of one person "
                                   "name it alike.",
                                   MAXIMUM_NAME);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "approval", approval);
    if (status == SIGNET_OK)
        status = token_grants_read(call, signet_json_get(body, "grants"), &token->grants,
                                   &token->grant_count);
    if (status == SIGNET_OK)
        status = token_grants_need_separate(call, token->grants, token->grant_count);
    if (status == SIGNET_OK)
        status = read_ttl(auth, call, body, &ttl_ms);
    if (status != SIGNET_OK)
        return status;
    token->created = signet_now();
    token->expires = token->created + ttl_ms;
    token->creator = call->services->actor(call)->id;
    return token_entry_read(auth, call, body, token);
}

/* The request that waits for others, and where it is found; not where that is a tenant's. */
static int32_t answer_pending(signet_call_t *call, signet_exchange_t *exchange,
                              const token_t *token)
{
    signet_text_t id = call->services->error(call)->field;
    call->services->clear(call);
    int elsewhere = signet_text_is(token->entry, TOKEN_ENTRY_AGREED);
    signet_text_t location =
        elsewhere ? SIGNET_TEXT("") : signet_format(call, "/v1/requests/%.*s", SIGNET_FORMAT(id));
    signet_json_writer_t writer = signet_json_writer(call, 128);
    if (location.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "id", id);
    signet_json_text(&writer, "state", SIGNET_TEXT(SIGNET_APPROVAL_PENDING));
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 202, &writer, location);
}

/* A token in the call's own tenant. */
static int32_t create_own(const token_auth_t *auth, signet_call_t *call, token_t *token,
                          signet_text_t approval, signet_text_t *text)
{
    token_second_t second;
    token_secret_t secret;
    int32_t status = token_second_require(auth, call, token, approval, &second);
    if (status == SIGNET_OK)
        status = token_secret_make(call, text, &secret);
    if (status != SIGNET_OK)
        return status;
    token->id = secret.id;
    token->digest = secret.digest;
    return token_second_store(auth, call, SIGNET_EVENT_TOKEN_CREATED, &second, token);
}

int32_t token_create(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange)
{
    static const char *const roles[] = {SIGNET_ROLE_ADMINISTRATOR};
    const token_auth_t *auth = instance;
    token_t token = {.name = {NULL, 0}};
    signet_text_t approval = {NULL, 0};
    signet_text_t text = {NULL, 0};
    int32_t status = token_need_role(call, roles, 1);
    if (status == SIGNET_OK)
        status = read_new(auth, call, request, &token, &approval);
    if (status == SIGNET_OK)
        status = token_is_entry(&token) ? token_entry_create(auth, call, &token, approval, &text)
                                        : create_own(auth, call, &token, approval, &text);
    if (status == SIGNET_PENDING)
        return answer_pending(call, exchange, &token);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    write_token(&writer, &token, text);
    return signet_http_answer_json(call, exchange, 201, &writer, (signet_text_t){NULL, 0});
}

int32_t token_list(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange)
{
    static const char *const roles[] = {SIGNET_ROLE_ADMINISTRATOR, SIGNET_ROLE_AUDITOR};
    static const char *const parameters[] = {"limit", "cursor"};
    const token_auth_t *auth = instance;
    signet_field_t tenant = signet_field_text("tenant", call->services->tenant(call));
    signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = &tenant};
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(TOKEN_COLLECTION),
                            .conditions = &condition,
                            .condition_count = 1,
                            .cursor = signet_http_query(request, "cursor")};
    signet_store_t store;
    const signet_page_t *page = NULL;
    int32_t status = token_need_role(call, roles, 2);
    if (status == SIGNET_OK)
        status = signet_http_query_only(call, request, parameters, 2);
    if (status == SIGNET_OK)
        status = signet_http_query_limit(call, request, &query.limit);
    if (status == SIGNET_OK)
        status = signet_store(call, auth->store, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 64 + page->count * 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "tokens");
    for (uint64_t i = 0; i < page->count; i++) {
        token_t token;
        status = token_record_read(call, page->records[i], &token);
        if (status != SIGNET_OK)
            return status;
        write_token(&writer, &token, (signet_text_t){NULL, 0});
    }
    signet_json_end_array(&writer);
    if (page->cursor.length > 0)
        signet_json_text(&writer, "next", page->cursor);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t token_revoke(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange)
{
    static const char *const roles[] = {SIGNET_ROLE_ADMINISTRATOR};
    const token_auth_t *auth = instance;
    signet_text_t id = signet_http_parameter(request, 0);
    signet_store_t store;
    const signet_record_t *record = NULL;
    token_t token = {.id = id};
    int32_t status = token_need_role(call, roles, 1);
    if (status == SIGNET_OK)
        status = signet_store(call, auth->store, &store);
    if (status != SIGNET_OK)
        return status;
    status = store.interface->get(store.instance, call, SIGNET_TEXT(TOKEN_COLLECTION), id, &record);
    if (status == SIGNET_OK &&
        !signet_text_equal(signet_record_text(record, "tenant"), call->services->tenant(call)))
        status = SIGNET_NOT_FOUND;
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_NOT_FOUND, "token.not-found",
                           "There is no token \"%.*s\"; GET /v1/tokens lists them.",
                           SIGNET_FORMAT(id));
    }
    if (status != SIGNET_OK)
        return status;
    /* A damaged record must not keep its token from being revoked. */
    if (token_record_read(call, record, &token) == SIGNET_CORRUPT)
        call->services->clear(call);
    signet_change_t change = signet_delete(TOKEN_COLLECTION, id, record->version);
    status = token_journal(auth, call, SIGNET_EVENT_TOKEN_REVOKED, &token, &change, 1);
    /* Also where it is not known whether the change was made: the next use reads the store. */
    token_cache_forget(auth->cache, id);
    if (status != SIGNET_OK)
        return status;
    signet_response_t response = {.size = sizeof response, .status = 204};
    return exchange->services->respond(exchange, call, &response);
}
