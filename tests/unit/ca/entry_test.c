/* The provider's staff in a tenant: with its consent, or by breaking the glass; never otherwise,
 * and both journals tell. */
#include "world.h"

#include <signet/ext/draft/approval.h>
#include <signet/sdk/json.h>
#include <stdio.h>
#include <string.h>

#define TOKENS "auth.tokens"

static const signet_response_t *response;
static char id[64];
static char secret[256];

static void act(const char *tenant, const char *actor, const char *roles)
{
    world_actor(actor, roles);
    expect_ok(call->services->set_tenant(call, signet_text(tenant)));
}

/* Whoever holds the token that was made last. */
static const signet_actor_t *login(void)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTH_INTERFACE, "tokens");
    const signet_auth_interface_t *auth = provider->interface;
    const signet_actor_t *actor = NULL;
    world_actor("", "");
    signet_credential_t credential = {
        .size = sizeof credential, .scheme = SIGNET_TEXT("bearer"), .value = signet_text(secret)};
    expect_ok(auth->authenticate(provider->instance, call, &credential, &actor));
    expect_ok(call->services->set_actor(call, actor));
    expect_ok(call->services->set_tenant(call, actor->tenant));
    return actor;
}

static uint32_t post(const char *body)
{
    signet_bytes_t content = {(const uint8_t *)body, strlen(body)};
    ck_assert_int_eq(signet_check_request(check, call, "POST", "/v1/tokens",
                                          "Content-Type: application/json\n", content, &response),
                     SIGNET_OK);
    return response->status;
}

static signet_text_t member(const char *name)
{
    const signet_json_t *object = NULL;
    signet_text_t text = {NULL, 0};
    expect_ok(signet_json_parse(call, response->body, response->body.length, &object));
    expect_ok(signet_json_get_text(call, object, name, &text));
    return text;
}

static void keep(char *into, size_t room, const char *name)
{
    snprintf(into, room, "%.*s", SIGNET_FORMAT(member(name)));
}

static int32_t decide(int32_t decision)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    const signet_approval_interface_t *approvals = provider->interface;
    const signet_approval_t *approval = NULL;
    return approvals->decide(provider->instance, call, signet_text(id), decision, SIGNET_TEXT(""),
                             &approval);
}

static uint64_t entries(const char *tenant, const char *event)
{
    signet_journal_t journal = world_journal();
    const signet_journal_page_t *page = NULL;
    signet_journal_query_t query = {
        .size = sizeof query, .event = signet_text(event), .limit = 1000};
    act(tenant, "token:auditor", "auditor");
    expect_ok(journal.interface->query(journal.instance, call, &query, &page));
    return page->count;
}

#define FOR_ACME                                                                                   \
    "{\"name\":\"help\",\"person\":\"pat\",\"tenant\":\"acme\",\"reason\":\"CASE-7: they asked\"," \
    "\"grants\":[{\"role\":\"officer\"}]"

static void pat(void)
{
    act("", "token:pat|pat", "administrator");
}

START_TEST(it_takes_the_consent_of_the_tenant)
{
    char body[512];
    uint64_t tokens = world_records(TOKENS);
    uint64_t ours = entries("", "tenant.entered");
    uint64_t theirs = entries("acme", "tenant.entered");
    pat();
    ck_assert_uint_eq(post(FOR_ACME "}"), 202);
    keep(id, sizeof id, "id");
    for (uint64_t i = 0; i < response->header_count; i++)
        ck_assert(!signet_text_is(response->headers[i].name, "location"));
    snprintf(body, sizeof body, FOR_ACME ",\"approval\":\"%s\"}", id);
    ck_assert_uint_eq(post(body), 202);
    /* Not by others of the provider, nor of another tenant, nor by the same person over there. */
    act("", "token:ann|ann", "administrator");
    expect_error(decide(SIGNET_DECISION_APPROVE), SIGNET_NOT_FOUND, "approval.not-found");
    act("bolt", "token:bob|bob", "administrator");
    expect_error(decide(SIGNET_DECISION_APPROVE), SIGNET_NOT_FOUND, "approval.not-found");
    act("acme", "token:p2|pat", "administrator");
    expect_error(decide(SIGNET_DECISION_APPROVE), SIGNET_DENIED, "approval.own");
    act("acme", "token:carl|carl", "officer");
    expect_error(decide(SIGNET_DECISION_APPROVE), SIGNET_NOT_FOUND, "approval.not-found");
    act("acme", "token:ada|ada", "administrator");
    expect_ok(decide(SIGNET_DECISION_APPROVE));
    pat();
    ck_assert_uint_eq(world_records(TOKENS), tokens);
    ck_assert_uint_eq(post(body), 201);
    keep(secret, sizeof secret, "token");
    ck_assert(signet_text_is(member("entry"), "agreed"));
    ck_assert_uint_eq(post(body), 409);
    ck_assert_uint_eq(world_records(TOKENS), tokens + 1);
    ck_assert_uint_eq(entries("", "tenant.entered"), ours + 1);
    ck_assert_uint_eq(entries("acme", "tenant.entered"), theirs + 1);
    const signet_actor_t *actor = login();
    ck_assert(signet_text_is(actor->tenant, "acme"));
    ck_assert(signet_text_is(actor->person, "pat"));
    ck_assert(signet_text_is(actor->method, "token"));
}
END_TEST

START_TEST(a_tenant_may_refuse)
{
    char body[512];
    pat();
    ck_assert_uint_eq(post(FOR_ACME "}"), 202);
    keep(id, sizeof id, "id");
    act("acme", "token:ada|ada", "administrator");
    expect_ok(decide(SIGNET_DECISION_DENY));
    pat();
    snprintf(body, sizeof body, FOR_ACME ",\"approval\":\"%s\"}", id);
    ck_assert_uint_eq(post(body), 403);
}
END_TEST

#define THROUGH_GLASS FOR_ACME ",\"break_glass\":true"

START_TEST(the_glass_takes_two_and_both_journals_tell)
{
    char body[512];
    uint64_t ours = entries("", "glass.broken");
    uint64_t theirs = entries("acme", "glass.broken");
    pat();
    ck_assert_uint_eq(post(THROUGH_GLASS "}"), 202);
    keep(id, sizeof id, "id");
    snprintf(body, sizeof body, THROUGH_GLASS ",\"approval\":\"%s\"}", id);
    act("acme", "token:ada|ada", "administrator");
    expect_error(decide(SIGNET_DECISION_APPROVE), SIGNET_NOT_FOUND, "approval.not-found");
    act("", "token:ann|ann", "administrator");
    expect_ok(decide(SIGNET_DECISION_APPROVE));
    pat();
    ck_assert_uint_eq(post(body), 201);
    keep(secret, sizeof secret, "token");
    ck_assert(signet_text_is(member("entry"), "break-glass"));
    ck_assert_uint_eq(entries("", "glass.broken"), ours + 1);
    ck_assert_uint_eq(entries("acme", "glass.broken"), theirs + 1);
    ck_assert_uint_eq(entries("bolt", "glass.broken"), 0);
    /* Each entry that follows says how they came in; twice, from the store and from the cache. */
    for (int i = 0; i < 2; i++)
        ck_assert(signet_text_is(login()->method, "break-glass"));
}
END_TEST

/* A new tenant has nobody who could agree: the glass is the way in, and its first two
 * administrators need no others. */
START_TEST(a_tenant_begins_behind_the_glass)
{
    char body[512];
    char mine[256];
    pat();
    const char *asked = "{\"name\":\"begin\",\"tenant\":\"fresh\",\"reason\":\"a new customer\","
                        "\"break_glass\":true,\"grants\":[{\"role\":\"administrator\"}]";
    snprintf(body, sizeof body, "%s}", asked);
    ck_assert_uint_eq(post(body), 202);
    keep(id, sizeof id, "id");
    act("", "token:ann|ann", "administrator");
    expect_ok(decide(SIGNET_DECISION_APPROVE));
    pat();
    snprintf(body, sizeof body, "%s,\"approval\":\"%s\"}", asked, id);
    ck_assert_uint_eq(post(body), 201);
    keep(mine, sizeof mine, "token");
    memcpy(secret, mine, sizeof secret);
    ck_assert(signet_text_is(login()->person, "pat"));
    ck_assert_uint_eq(post("{\"name\":\"eva\",\"person\":\"eva\",\"grants\":[{\"role\":"
                           "\"administrator\"}]}"),
                      201);
    keep(secret, sizeof secret, "token");
    ck_assert(signet_text_is(login()->tenant, "fresh"));
    /* From here on they look after each other. */
    ck_assert_uint_eq(post("{\"name\":\"max\",\"person\":\"max\",\"grants\":[{\"role\":"
                           "\"administrator\"}]}"),
                      202);
    memcpy(secret, mine, sizeof secret);
    login();
    ck_assert_uint_eq(post("{\"name\":\"max\",\"person\":\"max\",\"grants\":[{\"role\":"
                           "\"administrator\"}]}"),
                      202);
}
END_TEST

START_TEST(entries_are_short_and_say_why)
{
    uint64_t tokens = world_records(TOKENS);
    pat();
    ck_assert_uint_eq(post("{\"name\":\"x\",\"tenant\":\"acme\",\"grants\":[{\"role\":"
                           "\"auditor\"}]}"),
                      400);
    ck_assert_uint_eq(post("{\"name\":\"x\",\"tenant\":\"acme\",\"reason\":\"two\\nlines\","
                           "\"grants\":[{\"role\":\"auditor\"}]}"),
                      400);
    ck_assert_uint_eq(post("{\"name\":\"x\",\"break_glass\":true,\"grants\":[{\"role\":"
                           "\"auditor\"}]}"),
                      400);
    ck_assert_uint_eq(post("{\"name\":\"x\",\"reason\":\"why\",\"grants\":[{\"role\":"
                           "\"auditor\"}]}"),
                      400);
    ck_assert_uint_eq(post("{\"name\":\"x\",\"tenant\":\"acme\",\"reason\":\"why\",\"break_glass\":"
                           "\"yes\",\"grants\":[{\"role\":\"auditor\"}]}"),
                      400);
    /* Even what only reads takes others, and no longer life makes it longer. */
    ck_assert_uint_eq(post("{\"name\":\"x\",\"tenant\":\"acme\",\"reason\":\"why\",\"ttl\":\"30d\","
                           "\"break_glass\":true,\"grants\":[{\"role\":\"auditor\"}]}"),
                      202);
    keep(id, sizeof id, "id");
    act("", "token:ann|ann", "administrator");
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    const signet_approval_interface_t *approvals = provider->interface;
    const signet_approval_t *approval = NULL;
    expect_ok(approvals->get(provider->instance, call, signet_text(id), &approval));
    ck_assert(strstr(signet_text_string(call, approval->document), "\"valid_seconds\":28800"));
    ck_assert_uint_eq(world_records(TOKENS), tokens);
}
END_TEST

/* A tenant learns nothing of which others there are. */
START_TEST(tenants_name_no_others)
{
    const char *const asked = "{\"name\":\"x\",\"tenant\":\"%s\",\"reason\":\"why\",\"grants\":[{"
                              "\"role\":\"auditor\"}]}";
    char body[256];
    char first[1024];
    act("acme", "token:ada|ada", "administrator");
    snprintf(body, sizeof body, asked, "bolt");
    ck_assert_uint_eq(post(body), 404);
    snprintf(first, sizeof first, "%.*s", (int)response->body.length, response->body.data);
    snprintf(body, sizeof body, asked, "none");
    ck_assert_uint_eq(post(body), 404);
    /* The name alone is another. */
    char *at = strstr(first, "bolt");
    if (at != NULL)
        memcpy(at, "none", 4);
    ck_assert_uint_eq(response->body.length, strlen(first));
    ck_assert_mem_eq(response->body.data, first, strlen(first));
    snprintf(body, sizeof body, "%s",
             "{\"name\":\"own\",\"tenant\":\"acme\",\"grants\":[{\"role\":\"requester\"}]}");
    ck_assert_uint_eq(post(body), 201);
    act("bolt", "token:bob|bob", "administrator");
    ck_assert_int_eq(signet_check_request(check, call, "GET", "/v1/tokens", NULL,
                                          (signet_bytes_t){NULL, 0}, &response),
                     SIGNET_OK);
    ck_assert_ptr_null(memmem(response->body.data, response->body.length, "\"own\"", 5));
}
END_TEST

START_TEST(tokens_are_served)
{
    ck_assert_int_eq(signet_check_open(check, "auth-token", "tokens",
                                       "store = \"store\"; journal = \"journal\";"),
                     SIGNET_OK);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        /* The first, because it opens the plugin for the others. */
        tokens_are_served,
        it_takes_the_consent_of_the_tenant,
        a_tenant_may_refuse,
        the_glass_takes_two_and_both_journals_tell,
        a_tenant_begins_behind_the_glass,
        entries_are_short_and_say_why,
        tenants_name_no_others,
    };
    world_settings = "tenants = ( { name = \"acme\"; }, { name = \"bolt\"; }, { name = \"fresh\"; "
                     "} );\n";
    return world_run("entry", "", tests, sizeof tests / sizeof tests[0]);
}
