/* Tokens and approvals together: persons, and the second administrator. */
#include "world.h"

#include <signet/ext/draft/approval.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>
#include <signet/sdk/record.h>
#include <stdlib.h>
#include <string.h>

static const signet_response_t *response;
static char id[64];

static uint32_t post(const char *actor, const char *body)
{
    world_actor(actor, "administrator");
    signet_bytes_t content = {(const uint8_t *)body, strlen(body)};
    ck_assert_int_eq(signet_check_request(check, call, "POST", "/v1/tokens",
                                          "Content-Type: application/json\n", content, &response),
                     SIGNET_OK);
    return response->status;
}

/* A member of the answer, in the arena of `call`. */
static signet_text_t member(const char *name)
{
    const signet_json_t *object = NULL;
    signet_text_t text = {NULL, 0};
    expect_ok(signet_json_parse(call, response->body, response->body.length, &object));
    expect_ok(signet_json_get_text(call, object, name, &text));
    return text;
}

static int32_t approve_as(const char *actor)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    const signet_approval_interface_t *approvals = provider->interface;
    const signet_approval_t *approval = NULL;
    world_actor(actor, "administrator");
    return approvals->decide(provider->instance, call, signet_text(id), SIGNET_DECISION_APPROVE,
                             SIGNET_TEXT(""), &approval);
}

#define OFFICER "\"name\":\"dan\",\"person\":\"dan\",\"grants\":[{\"role\":\"officer\"}]"

static void ask_for_officer(void)
{
    ck_assert_uint_eq(post("token:boss|boss", "{" OFFICER "}"), 202);
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(member("id")));
    ck_assert(signet_text_is(member("state"), "pending"));
}

START_TEST(a_powerful_token_takes_a_second_administrator)
{
    char body[256];
    uint64_t tokens = world_records("auth.tokens");
    ask_for_officer();
    snprintf(body, sizeof body, "{" OFFICER ",\"approval\":\"%s\"}", id);
    ck_assert_uint_eq(post("token:boss|boss", body), 202);
    expect_error(approve_as("token:boss|boss"), SIGNET_DENIED, "approval.own");
    expect_error(approve_as("token:other|boss"), SIGNET_DENIED, "approval.own");
    expect_ok(approve_as("token:ann|ann"));
    /* Nobody else makes use of it. */
    ck_assert_uint_eq(post("token:ann|ann", body), 409);
    ck_assert_uint_eq(world_records("auth.tokens"), tokens);
    ck_assert_uint_eq(post("token:boss|boss", body), 201);
    ck_assert(signet_text_is(member("person"), "dan"));
    ck_assert_uint_eq(world_records("auth.tokens"), tokens + 1);
    /* And it is good for once. */
    ck_assert_uint_eq(post("token:boss|boss", body), 409);
    ck_assert_uint_eq(world_records("auth.tokens"), tokens + 1);
}
END_TEST

START_TEST(an_agreement_covers_what_it_was_asked_for)
{
    char body[256];
    uint64_t tokens = world_records("auth.tokens");
    ask_for_officer();
    expect_ok(approve_as("token:ann|ann"));
    snprintf(body, sizeof body,
             "{\"name\":\"dan\",\"person\":\"dan\",\"grants\":[{\"role\":\"administrator\"}],"
             "\"approval\":\"%s\"}",
             id);
    ck_assert_uint_eq(post("token:boss|boss", body), 202);
    snprintf(body, sizeof body, "{" OFFICER ",\"approval\":\"%s\"}", id);
    ck_assert_uint_ne(post("token:boss|boss", body), 201);
    ck_assert_uint_eq(world_records("auth.tokens"), tokens);
}
END_TEST

START_TEST(each_role_that_decides_takes_it)
{
    static const char *const roles[] = {"administrator", "ca-administrator", "officer",
                                        "revocation-officer", "recovery-officer"};
    char body[128];
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        snprintf(body, sizeof body, "{\"name\":\"x\",\"grants\":[{\"role\":\"%s\"}]}", roles[i]);
        ck_assert_uint_eq(post("token:boss|boss", body), 202);
    }
    ck_assert_uint_eq(
        post("token:boss|boss", "{\"name\":\"x\",\"grants\":[{\"role\":\"requester\"}]}"), 201);
    ck_assert_uint_eq(
        post("token:boss|boss", "{\"name\":\"x\",\"grants\":[{\"role\":\"auditor\"}]}"), 201);
    ck_assert_uint_eq(post("token:boss|boss", "{\"name\":\"x\",\"grants\":[{\"role\":\"auditor\"},{"
                                              "\"role\":\"officer\"}]}"),
                      400);
}
END_TEST

START_TEST(a_token_names_its_person)
{
    ck_assert_uint_eq(post("token:boss|boss", "{\"name\":\"x\",\"person\":\"erin\",\"grants\":[{"
                                              "\"role\":\"requester\"}]}"),
                      201);
    signet_credential_t credential = {
        .size = sizeof credential, .scheme = SIGNET_TEXT("bearer"), .value = member("token")};
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTH_INTERFACE, "tokens");
    const signet_auth_interface_t *auth = provider->interface;
    const signet_actor_t *actor = NULL;
    /* From the store, then from the cache. */
    for (int i = 0; i < 2; i++) {
        expect_ok(auth->authenticate(provider->instance, call, &credential, &actor));
        ck_assert(signet_text_is(actor->person, "erin"));
    }
}
END_TEST

START_TEST(another_request_is_no_agreement)
{
    ck_assert_uint_eq(post("token:boss|boss", "{" OFFICER ",\"approval\":\"00\"}"), 404);
}
END_TEST

/* Has a token have expired so long ago. */
static void expire(signet_text_t token, int64_t ago_ms)
{
    signet_store_t store = world_store();
    const signet_record_t *record = NULL;
    signet_field_t fields[16];
    expect_ok(
        store.interface->get(store.instance, call, SIGNET_TEXT("auth.tokens"), token, &record));
    ck_assert_uint_le(record->field_count, 16);
    for (uint64_t i = 0; i < record->field_count; i++) {
        fields[i] = *SIGNET_AT(signet_field_t, record->fields, i);
        if (signet_text_is(fields[i].name, "expires"))
            fields[i].integer = signet_now() - ago_ms;
    }
    const signet_change_t change = signet_put("auth.tokens", record->key, record->version, fields,
                                              record->field_count, record->body);
    expect_ok(store.interface->commit(store.instance, call, &change, 1));
}

START_TEST(expired_tokens_are_swept)
{
    static const int64_t day = INT64_C(86400000);
    uint64_t tokens = world_records("auth.tokens");
    /* More than the sweep takes at a time. */
    for (int i = 0; i < 100; i++) {
        ck_assert_uint_eq(
            post("token:boss|boss", "{\"name\":\"x\",\"grants\":[{\"role\":\"requester\"}]}"), 201);
        expire(member("id"), i < 97 ? 8 * day : i == 97 ? 6 * day : -day);
    }
    ck_assert_uint_eq(world_records("auth.tokens"), tokens + 100);
    ck_assert_int_eq(signet_check_run_job(check, "tokens", "sweep"), SIGNET_OK);
    ck_assert_uint_eq(world_records("auth.tokens"), tokens + 3);
    ck_assert(signet_check_logged(check, "token.swept"));
    ck_assert_int_eq(signet_check_run_job(check, "tokens", "sweep"), SIGNET_OK);
    ck_assert_uint_eq(world_records("auth.tokens"), tokens + 3);
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
        a_powerful_token_takes_a_second_administrator,
        an_agreement_covers_what_it_was_asked_for,
        each_role_that_decides_takes_it,
        a_token_names_its_person,
        another_request_is_no_agreement,
        expired_tokens_are_swept,
    };
    return world_run("token", "", tests, sizeof tests / sizeof tests[0]);
}
