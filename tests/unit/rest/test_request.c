/* /v1/requests: what waits for approval, on the wire. */
#include "fake_approval.h"
#include "fake_ca.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONE "/v1/requests/0a0b"

static uint32_t ask(const char *method, const char *target, const char *body)
{
    return world_ask("token:bob", "officer", method, target, NULL, body);
}

static void expect_request(void)
{
    const signet_json_t *json = world_json();
    assert_text(world_text("id"), "0a0b");
    assert_text(world_text("kind"), "certificate.issue");
    assert_text(world_text("person"), "alice");
    ck_assert_int_eq(signet_json_get(json, "required")->integer, 2);
    ck_assert_int_eq(signet_json_get(json, "approved")->integer, 1);
    const signet_json_t *decision = &signet_json_get(json, "decisions")->items[0];
    assert_text(signet_json_get(decision, "decision")->text, "approve");
    assert_text(signet_json_get(decision, "comment")->text, "<fine>");
    assert_text(signet_json_get(decision, "at")->text, "2023-11-14T22:13:20Z");
    ck_assert_ptr_nonnull(signet_json_get(signet_json_get(json, "document"), "certificate"));
}

START_TEST(a_request_that_waits_is_answered_202)
{
    fake_ca.failure = SIGNET_PENDING;
    ck_assert_uint_eq(world_ask("token:alice", "requester", "POST", "/v1/certificates", NULL,
                                "{\"profile\":\"p\",\"csr\":\"MAMCAQU=\"}"),
                      202);
    fake_ca.failure = 0;
    assert_text(world_header("location"), "/v1/requests/0a0b");
    assert_text(world_text("state"), "pending");
    expect_request();
}
END_TEST

START_TEST(shows_a_request)
{
    ck_assert_uint_eq(ask("GET", ONE, NULL), 200);
    expect_request();
    ck_assert_uint_eq(ask("GET", "/v1/requests/ffff", NULL), 404);
    assert_text(world_reason(), "approval.not-found");
    ck_assert_uint_eq(ask("GET", ONE "?x=1", NULL), 400);
}
END_TEST

START_TEST(lists_requests)
{
    ck_assert_uint_eq(ask("GET", "/v1/requests?state=pending&order=desc&limit=1", NULL), 200);
    const signet_json_t *json = world_json();
    ck_assert_uint_eq(signet_json_get(json, "requests")->count, 1);
    assert_text(world_text("next"), "more");
    ck_assert_str_eq(fake_approval.query_state, "pending");
    ck_assert_uint_eq(fake_approval.query.descending, 1);
    ck_assert_uint_eq(fake_approval.query.limit, 1);
    ck_assert_uint_eq(ask("GET", "/v1/requests", NULL), 200);
    ck_assert_uint_eq(fake_approval.query.limit, 50);
    ck_assert_ptr_null(signet_json_get(world_json(), "next"));
    ck_assert_uint_eq(ask("GET", "/v1/requests?state=odd", NULL), 400);
    ck_assert_uint_eq(ask("GET", "/v1/requests?limit=0", NULL), 400);
    ck_assert_uint_eq(ask("GET", "/v1/requests?colour=red", NULL), 400);
}
END_TEST

START_TEST(acts_on_a_request)
{
    static const char *const acts[] = {"approve", "deny", "withdraw", "comment"};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char target[64];
        (void)snprintf(target, sizeof target, ONE "/%s", acts[i]);
        ck_assert_uint_eq(ask("POST", target, "{\"comment\":\"said\"}"), 200);
        expect_request();
        ck_assert_str_eq(fake_approval.act, acts[i]);
        ck_assert_str_eq(fake_approval.comment, "said");
        ck_assert_uint_eq(ask("POST", target, "{}"), 200);
        ck_assert_str_eq(fake_approval.comment, "");
        ck_assert_uint_eq(ask("POST", target, "{\"comment\":1}"), 400);
        ck_assert_uint_eq(ask("POST", target, "{\"other\":\"x\"}"), 400);
        (void)snprintf(target, sizeof target, "/v1/requests/ffff/%s", acts[i]);
        ck_assert_uint_eq(ask("POST", target, "{}"), 404);
    }
}
END_TEST

START_TEST(issues_what_was_approved)
{
    ck_assert_uint_eq(ask("POST", ONE "/issue", "{}"), 201);
    ck_assert_str_eq(fake_ca.request_id, "rest/x/y");
    ck_assert_uint_eq(fake_ca.csr_length, 0);
    assert_text(world_text("serial"), "010203");
    fake_ca.failure = SIGNET_PENDING;
    ck_assert_uint_eq(ask("POST", ONE "/issue", "{}"), 202);
    fake_ca.failure = SIGNET_DENIED;
    ck_assert_uint_eq(ask("POST", ONE "/issue", "{}"), 403);
    fake_ca.failure = 0;
    ck_assert_uint_eq(ask("POST", "/v1/requests/ffff/issue", "{}"), 404);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_request_that_waits_is_answered_202, shows_a_request,
                                  lists_requests, acts_on_a_request, issues_what_was_approved};
    return world_run("request", tests, sizeof tests / sizeof tests[0]);
}
