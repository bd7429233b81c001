/* auth-token: making, using and revoking tokens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <signet/sdk/encode.h>

#include "fake_journal.h"
#include "fake_store.h"
#include "world.h"

#define GRANTS "\"grants\":[{\"role\":\"officer\"},{\"role\":\"requester\",\"profile\":\"web\"}]"
#define BODY "{\"name\":\"Build\"," GRANTS "}"
#define TOKEN_LENGTH 64

static char token[TOKEN_LENGTH + 1];
static char id[17];

static uint32_t post(const char *roles, const char *body)
{
    return world_ask("token:boss", roles, "POST", "/v1/tokens", NULL, body);
}

static void make_token(const char *body)
{
    ck_assert_uint_eq(post("administrator", body), 201);
    (void)snprintf(token, sizeof token, "%.*s", SIGNET_FORMAT(world_text("token")));
    (void)snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(world_text("id")));
    ck_assert_uint_eq(strlen(token), TOKEN_LENGTH);
}

/* What signet.auth/1 says to a credential. The call is the caller's to end. */
static int32_t authenticate(signet_call_t *call, const char *scheme, const char *value,
                            const signet_actor_t **actor)
{
    const signet_provider_t *provider = signet_check_find(world, SIGNET_AUTH_INTERFACE, NULL);
    const signet_auth_interface_t *auth = provider->interface;
    signet_credential_t credential = {.size = sizeof credential,
                                      .scheme = signet_text(scheme),
                                      .value = signet_text(value),
                                      .peer = SIGNET_TEXT("192.0.2.9")};
    return auth->authenticate(provider->instance, call, &credential, actor);
}

static int32_t status_of(const char *value)
{
    const signet_actor_t *actor = NULL;
    signet_call_t *call = signet_check_call(world, "", "");
    int32_t status = authenticate(call, "bearer", value, &actor);
    signet_check_call_end(call);
    return status;
}

START_TEST(makes_a_token)
{
    make_token("{\"name\":\"Build\",\"ttl\":\"12h\"," GRANTS "}");
    ck_assert_int_eq(strncmp(token, "sgt_", 4), 0);
    ck_assert_int_eq(strncmp(token + 4, id, 16), 0);
    assert_text(world_header("cache-control"), "no-store");
    assert_text(world_text("name"), "Build");
    assert_text(world_text("creator"), "token:boss");
    int64_t created = 0;
    int64_t expires = 0;
    signet_time_parse(world_call, world_text("created"), &created);
    signet_time_parse(world_call, world_text("expires"), &expires);
    ck_assert_int_eq(expires - created, INT64_C(12) * 3600 * 1000);
    char first[sizeof token];
    memcpy(first, token, sizeof first);
    make_token(BODY);
    ck_assert_str_ne(first, token);
    signet_time_parse(world_call, world_text("created"), &created);
    signet_time_parse(world_call, world_text("expires"), &expires);
    ck_assert_int_eq(expires - created, INT64_C(90) * 86400000);
}
END_TEST

START_TEST(journals_without_the_secret)
{
    make_token(BODY);
    char object[64];
    (void)snprintf(object, sizeof object, "token:%s", id);
    ck_assert_str_eq(fake_journal.event, "token.created");
    ck_assert_str_eq(fake_journal.object, object);
    ck_assert_ptr_nonnull(strstr(fake_journal.fields, "name=Build;"));
    ck_assert_ptr_nonnull(strstr(fake_journal.fields, "\"profile\":\"web\""));
    ck_assert_ptr_null(strstr(fake_journal.fields, token + 21));
    ck_assert_uint_eq(world_ask("t", "administrator", "GET", "/v1/tokens", NULL, NULL), 200);
    ck_assert_ptr_null(memmem(world_body().data, world_body().length, token + 21, 43));
}
END_TEST

START_TEST(lets_administrators_alone_make_tokens)
{
    static const char *const others[] = {
        "officer", "requester", "auditor", "", "administrator@web", "officer,auditor,requester"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_uint_eq(post(others[i], BODY), 403);
        assert_text(world_reason(), "token.denied");
        ck_assert_uint_eq(
            world_ask("t", others[i], "DELETE", "/v1/tokens/aaaaaaaaaaaaaaaa", NULL, NULL), 403);
        ck_assert_uint_eq(world_ask("t", others[i], "GET", "/v1/tokens", NULL, NULL),
                          strcmp(others[i], "auditor") == 0 || i == 5 ? 200 : 403);
    }
    ck_assert_int_eq(fake_journal.commits, 0);
}
END_TEST

START_TEST(refuses_bad_tokens)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "{\"name\":\"x\"}",
        "{" GRANTS "}",
        "{\"name\":\"\"," GRANTS "}",
        "{\"name\":\"x\",\"grants\":[]}",
        "{\"name\":\"x\",\"grants\":{\"role\":\"officer\"}}",
        "{\"name\":\"x\",\"grants\":[\"officer\"]}",
        "{\"name\":\"x\",\"grants\":[{\"role\":\"root\"}]}",
        "{\"name\":\"x\",\"grants\":[{\"role\":\"Officer\"}]}",
        "{\"name\":\"x\",\"grants\":[{}]}",
        "{\"name\":\"x\",\"grants\":[{\"role\":\"officer\",\"tenant\":\"*\"}]}",
        "{\"name\":\"x\",\"ttl\":\"0s\"," GRANTS "}",
        "{\"name\":\"x\",\"ttl\":\"-1h\"," GRANTS "}",
        "{\"name\":\"x\",\"ttl\":\"201d\"," GRANTS "}",
        "{\"name\":\"x\",\"ttl\":3600," GRANTS "}",
        "{\"name\":\"x\",\"id\":\"mine\"," GRANTS "}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        ck_assert_msg(post("administrator", bodies[i]) == 400, "%s", bodies[i]);
    ck_assert_int_eq(fake_journal.commits, 0);
    ck_assert_uint_eq(post("administrator", "{\"name\":\"x\",\"ttl\":\"200d\"," GRANTS "}"), 201);
}
END_TEST

START_TEST(gives_the_actor)
{
    make_token(BODY);
    for (int i = 0; i < 2; i++) { /* from the store, then from the cache */
        signet_call_t *call = signet_check_call(world, "", "");
        const signet_actor_t *actor = NULL;
        ck_assert_int_eq(authenticate(call, "bearer", token, &actor), SIGNET_OK);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "token:%s", id);
        assert_text(actor->id, expected);
        assert_text(actor->name, "Build");
        assert_text(actor->method, "token");
        assert_text(actor->tenant, "");
        ck_assert_uint_eq(actor->grant_count, 2);
        const signet_grant_t *second = SIGNET_AT(signet_grant_t, actor->grants, 1);
        assert_text(actor->grants->role, "officer");
        assert_text(actor->grants->profile, "");
        assert_text(second->role, "requester");
        assert_text(second->profile, "web");
        signet_check_call_end(call);
    }
    ck_assert_int_eq(fake_store.gets, 1);
}
END_TEST

START_TEST(leaves_other_credentials_to_others)
{
    const signet_actor_t *actor = NULL;
    signet_call_t *call = signet_check_call(world, "", "");
    ck_assert_int_eq(authenticate(call, "basic", "sgt_x", &actor), SIGNET_UNSUPPORTED);
    call->services->clear(call);
    ck_assert_int_eq(authenticate(call, "bearer", "eyJhbGciOi", &actor), SIGNET_UNSUPPORTED);
    call->services->clear(call);
    ck_assert_int_eq(authenticate(call, "", "", &actor), SIGNET_UNSUPPORTED);
    signet_check_call_end(call);
    ck_assert_int_eq(fake_store.gets, 0);
}
END_TEST

/* A token that differs in the character at `place`. */
static const char *changed(size_t place)
{
    static char other[sizeof token];
    memcpy(other, token, sizeof other);
    other[place] = other[place] == 'a' ? 'b' : 'a';
    return other;
}

START_TEST(answers_every_refusal_alike) /* case 110 */
{
    make_token(BODY);
    char expired[sizeof token];
    char revoked[sizeof token];
    memcpy(expired, token, sizeof expired);
    fake_store_set_time(id, "expires", 1);
    make_token(BODY);
    memcpy(revoked, token, sizeof revoked);
    char target[64];
    (void)snprintf(target, sizeof target, "/v1/tokens/%s", id);
    ck_assert_uint_eq(world_ask("t", "administrator", "DELETE", target, NULL, NULL), 204);
    make_token(BODY);

    char first_wrong[sizeof token];
    char last_wrong[sizeof token];
    char unknown[sizeof token];
    memcpy(first_wrong, changed(21), sizeof first_wrong);
    memcpy(last_wrong, changed(TOKEN_LENGTH - 1), sizeof last_wrong);
    memcpy(unknown, changed(4), sizeof unknown);
    char upper_case[sizeof token];
    memcpy(upper_case, token, sizeof upper_case);
    upper_case[5] = 'A';
    const char *const refused[] = {expired, revoked, first_wrong,   last_wrong,
                                   unknown, "sgt_",  "sgt_short_x", upper_case};
    for (int kept = 0; kept < 2; kept++) { /* before and after the right one is in the cache */
        for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
            const signet_actor_t *actor = NULL;
            signet_call_t *call = signet_check_call(world, "", "");
            ck_assert_int_eq(authenticate(call, "bearer", refused[i], &actor),
                             SIGNET_UNAUTHENTICATED);
            const signet_error_t *error = call->services->error(call);
            assert_text(error->reason, "token.invalid");
            assert_text(error->message, "The token is not valid. Ask an administrator for a new "
                                        "one: signet token create.");
            ck_assert_uint_eq(error->field.length, 0);
            ck_assert_uint_eq(error->detail.length, 0);
            ck_assert_ptr_null(actor);
            signet_check_call_end(call);
        }
        ck_assert_int_eq(status_of(token), SIGNET_OK);
    }
}
END_TEST

/* A wrong secret costs a look at the store whether or not its id is known and kept. */
START_TEST(reads_the_store_for_every_refusal) /* case 110 */
{
    make_token(BODY);
    ck_assert_int_eq(status_of(token), SIGNET_OK);
    int before = fake_store.gets;
    ck_assert_int_eq(status_of(changed(30)), SIGNET_UNAUTHENTICATED);
    ck_assert_int_eq(fake_store.gets, before + 1);
    ck_assert_int_eq(status_of(changed(4)), SIGNET_UNAUTHENTICATED);
    ck_assert_int_eq(fake_store.gets, before + 2);
    ck_assert_int_eq(status_of(token), SIGNET_OK);
    ck_assert_int_eq(fake_store.gets, before + 2);
}
END_TEST

static int by_value(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int64_t thread_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Wrong in the first character or in the last: 100,000 timings, taken in turns, have one median. */
START_TEST(takes_one_time_for_every_wrong_secret) /* case 110 */
{
    enum { TIMINGS = 50000 };
    static int64_t times[2][TIMINGS];
    const char *wrong[2];
    char first[sizeof token];
    char last[sizeof token];
    make_token(BODY);
    memcpy(first, changed(21), sizeof first);
    memcpy(last, changed(TOKEN_LENGTH - 1), sizeof last);
    wrong[0] = first;
    wrong[1] = last;
    double ratio = 0;
    for (int try = 0; try < 3; try++) { /* a neighbour may disturb one run, not three */
        for (int i = 0; i < TIMINGS; i++)
            for (int k = 0; k < 2; k++) {
                const signet_actor_t *actor = NULL;
                int which = (i + k) % 2;
                signet_call_t *call = signet_check_call(world, "", "");
                int64_t begin = thread_time();
                int32_t status = authenticate(call, "bearer", wrong[which], &actor);
                times[which][i] = thread_time() - begin;
                ck_assert_int_eq(status, SIGNET_UNAUTHENTICATED);
                signet_check_call_end(call);
            }
        qsort(times[0], TIMINGS, sizeof times[0][0], by_value);
        qsort(times[1], TIMINGS, sizeof times[1][0], by_value);
        int64_t median[2] = {times[0][TIMINGS / 2], times[1][TIMINGS / 2]};
        ratio = (double)median[0] / (double)median[1];
        if (ratio > 0.98 && ratio < 1.02)
            break;
    }
    ck_assert_msg(ratio > 0.98 && ratio < 1.02, "the medians differ: %f", ratio);
}
END_TEST

START_TEST(ends_with_its_time)
{
    make_token("{\"name\":\"x\",\"ttl\":\"1ms\"," GRANTS "}");
    int64_t until = signet_now() + 5;
    while (signet_now() <= until) {
    }
    ck_assert_int_eq(status_of(token), SIGNET_UNAUTHENTICATED);
    /* Also where it is kept: it was valid when it was read. */
    make_token("{\"name\":\"x\",\"ttl\":\"200ms\"," GRANTS "}");
    ck_assert_int_eq(status_of(token), SIGNET_OK);
    until = signet_now() + 210;
    while (signet_now() <= until) {
    }
    ck_assert_int_eq(status_of(token), SIGNET_UNAUTHENTICATED);
}
END_TEST

START_TEST(ends_at_once_when_revoked)
{
    make_token(BODY);
    ck_assert_int_eq(status_of(token), SIGNET_OK);
    char target[64];
    (void)snprintf(target, sizeof target, "/v1/tokens/%s", id);
    ck_assert_uint_eq(world_ask("t", "administrator", "DELETE", target, NULL, NULL), 204);
    ck_assert_uint_eq(world_response->body.length, 0);
    ck_assert_str_eq(fake_journal.event, "token.revoked");
    ck_assert_int_eq(status_of(token), SIGNET_UNAUTHENTICATED);
    ck_assert_uint_eq(world_ask("t", "administrator", "DELETE", target, NULL, NULL), 404);
    assert_text(world_reason(), "token.not-found");
}
END_TEST

/* The journal does not know whether it revoked: the token is looked at anew all the same. */
START_TEST(forgets_after_a_doubtful_revocation)
{
    make_token(BODY);
    ck_assert_int_eq(status_of(token), SIGNET_OK);
    char target[64];
    (void)snprintf(target, sizeof target, "/v1/tokens/%s", id);
    fake_journal.failure = SIGNET_UNKNOWN;
    ck_assert_uint_eq(world_ask("t", "administrator", "DELETE", target, NULL, NULL), 503);
    ck_assert_int_eq(status_of(token), SIGNET_UNAUTHENTICATED);
}
END_TEST

static void revoke_meanwhile(void)
{
    fake_store.during_get = NULL;
    char target[64];
    (void)snprintf(target, sizeof target, "/v1/tokens/%s", id);
    ck_assert_uint_eq(world_ask("t", "administrator", "DELETE", target, NULL, NULL), 204);
}

/* Read before the revocation, put into the cache after it: it must not stay there. */
START_TEST(does_not_keep_what_was_revoked_meanwhile)
{
    make_token(BODY);
    fake_store.during_get = revoke_meanwhile;
    (void)status_of(token);
    ck_assert_int_eq(status_of(token), SIGNET_UNAUTHENTICATED);
}
END_TEST

START_TEST(fails_with_the_store)
{
    make_token(BODY);
    fake_store.failure = SIGNET_UNAVAILABLE;
    ck_assert_int_eq(status_of(token), SIGNET_UNAVAILABLE);
    ck_assert_int_eq(status_of(changed(4)), SIGNET_UNAVAILABLE);
    fake_store.failure = 0;
    ck_assert_int_eq(status_of(token), SIGNET_OK);
    fake_store.failure = SIGNET_UNAVAILABLE;
    ck_assert_int_eq(status_of(token), SIGNET_OK); /* kept for a moment */
}
END_TEST

START_TEST(lists_tokens)
{
    make_token(BODY);
    make_token("{\"name\":\"Other\"," GRANTS "}");
    ck_assert_uint_eq(world_ask("t", "auditor", "GET", "/v1/tokens?limit=10", NULL, NULL), 200);
    const signet_json_t *tokens = signet_json_get(world_json(), "tokens");
    ck_assert_uint_eq(tokens->count, 2);
    ck_assert_ptr_null(signet_json_get(&tokens->items[0], "token"));
    ck_assert_uint_eq(signet_json_get(&tokens->items[0], "grants")->count, 2);
    ck_assert_uint_eq(world_ask("t", "auditor", "GET", "/v1/tokens?limit=0", NULL, NULL), 400);
    ck_assert_uint_eq(world_ask("t", "auditor", "GET", "/v1/tokens?x=0", NULL, NULL), 400);
}
END_TEST

START_TEST(survives_every_failing_allocation)
{
    make_token(BODY);
    int refusals = 0;
    for (uint64_t nth = 1; nth < 100; nth++) {
        signet_check_fail_alloc(world, nth);
        int32_t status = status_of(changed(25));
        signet_check_fail_alloc(world, 0);
        ck_assert_int_ne(status, SIGNET_OK);
        refusals += status == SIGNET_NO_MEMORY;
        signet_check_fail_alloc(world, nth);
        status = status_of(token);
        signet_check_fail_alloc(world, 0);
        ck_assert(status == SIGNET_OK || status == SIGNET_NO_MEMORY ||
                  status == SIGNET_UNAUTHENTICATED);
    }
    ck_assert_int_gt(refusals, 0);
    ck_assert_int_eq(status_of(token), SIGNET_OK);
}
END_TEST

START_TEST(refuses_a_configuration_against_itself)
{
    ck_assert_int_eq(signet_check_open(world, "auth-token", "more",
                                       "default_ttl = \"90d\"; maximum_ttl = \"30d\";"),
                     SIGNET_INVALID);
    assert_text(signet_check_error(world)->reason, "token.ttl-too-long");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {makes_a_token,
                                  journals_without_the_secret,
                                  lets_administrators_alone_make_tokens,
                                  refuses_bad_tokens,
                                  gives_the_actor,
                                  leaves_other_credentials_to_others,
                                  answers_every_refusal_alike,
                                  reads_the_store_for_every_refusal,
                                  takes_one_time_for_every_wrong_secret,
                                  ends_with_its_time,
                                  ends_at_once_when_revoked,
                                  forgets_after_a_doubtful_revocation,
                                  does_not_keep_what_was_revoked_meanwhile,
                                  fails_with_the_store,
                                  lists_tokens,
                                  survives_every_failing_allocation,
                                  refuses_a_configuration_against_itself};
    return world_run("token", tests, sizeof tests / sizeof tests[0]);
}
