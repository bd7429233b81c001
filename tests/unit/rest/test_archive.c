/* The routes of archived keys: /v1/keys, and recovering one. */
#include <signet/sdk/encode.h>
#include <signet/sdk/pkcs12.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_ca.h"
#include "world.h"

#define RECOVER "/v1/certificates/user/01:02:03/recover"
#define PASSWORD "correct horse"
#define LOST "{\"reason\":\"lost\",\"password\":\"" PASSWORD "\"}"

START_TEST(lists_keys_page_by_page)
{
    ck_assert_uint_eq(world_get("/v1/keys?name=email:ada@example.com&limit=7&order=desc"), 200);
    ck_assert_str_eq(fake_ca.query_name, "email:ada@example.com");
    ck_assert_uint_eq(fake_ca.key_query.limit, 7);
    ck_assert_uint_eq(fake_ca.key_query.descending, 1);
    const signet_json_t *keys = signet_json_get(world_json(), "keys");
    ck_assert_uint_eq(keys->count, 1);
    const signet_json_t *key = &keys->items[0];
    assert_text(signet_json_get(key, "serial")->text, "010203");
    assert_text(signet_json_get(key, "authority")->text, "user");
    assert_text(signet_json_get(key, "subject")->text, "CN=Ada");
    assert_text(signet_json_get(key, "profile")->text, "mail");
    assert_text(signet_json_get(key, "requester")->text, "token:ada");
    assert_text(signet_json_get(key, "recovery_key")->text, "users");
    assert_text(signet_json_get(key, "archived_at")->text, "2023-07-22T04:26:40Z");
    assert_text(signet_json_get(key, "names")->items[0].text, "email:ada@example.com");
    ck_assert_ptr_null(signet_json_get(key, "private_key"));
    assert_text(world_text("next"), "more");
    ck_assert_uint_eq(world_get("/v1/keys?cursor=more"), 200);
    ck_assert_str_eq(fake_ca.query_cursor, "more");
    ck_assert_uint_eq(fake_ca.key_query.limit, 50);
    ck_assert_uint_eq(fake_ca.key_query.descending, 0);
    ck_assert_ptr_null(signet_json_get(world_json(), "next"));
}
END_TEST

START_TEST(refuses_other_questions)
{
    ck_assert_uint_eq(world_get("/v1/keys?serial=01"), 400);
    ck_assert_uint_eq(world_get("/v1/keys?limit=0"), 400);
    ck_assert_uint_eq(world_get("/v1/keys?limit=1001"), 400);
    ck_assert_uint_eq(world_get("/v1/keys?order=up"), 400);
    fake_ca.failure = SIGNET_DENIED;
    ck_assert_uint_eq(world_get("/v1/keys"), 403);
    assert_text(world_reason(), "fake.refused");
}
END_TEST

/* A recovered key in the arena of the last call, read with this password. */
static const signet_key_bundle_t *recovered(const char *password)
{
    const signet_key_bundle_t *bundle = NULL;
    ck_assert_int_eq(signet_pkcs12_read(world_call, signet_text_bytes(world_body()),
                                        signet_text(password), &bundle),
                     SIGNET_OK);
    return bundle;
}

START_TEST(recovers_into_one_closed_file)
{
    const signet_key_bundle_t *wrong = NULL;
    ck_assert_uint_eq(world_ask("token:rita", "recovery-officer", "POST", RECOVER,
                                "Idempotency-Key: case 17\n", LOST),
                      200);
    assert_text(world_header("content-type"), "application/x-pkcs12");
    assert_text(world_header("cache-control"), "no-store");
    ck_assert_str_eq(fake_ca.recovered, "user/010203");
    ck_assert_str_eq(fake_ca.reason_text, "lost");
    ck_assert_str_eq(fake_ca.recovery_id, "rest/token:rita/case 17");
    const signet_key_bundle_t *bundle = recovered(PASSWORD);
    ck_assert_uint_gt(bundle->private_key.length, 0);
    ck_assert_uint_gt(bundle->certificate.length, 0);
    ck_assert_int_eq(signet_pkcs12_read(world_call, signet_text_bytes(world_body()),
                                        SIGNET_TEXT("another one"), &wrong),
                     SIGNET_DENIED);
    /* The key is in no other form in the answer. */
    ck_assert_ptr_null(memmem(world_body().data, world_body().length, bundle->private_key.data,
                              bundle->private_key.length));
}
END_TEST

START_TEST(waits_until_others_have_agreed)
{
    fake_ca.failure = SIGNET_PENDING;
    ck_assert_uint_eq(world_post(RECOVER, LOST), 202);
    assert_text(world_header("location"), "/v1/requests/0a0b");
    ck_assert_ptr_null(memmem(world_body().data, world_body().length, "PRIVATE", 7));
}
END_TEST

START_TEST(refuses_to_recover)
{
    static const char *const bodies[] = {
        "{}",
        "{\"reason\":\"\",\"password\":\"" PASSWORD "\"}",
        "{\"reason\":\"lost\"}",
        "{\"reason\":\"lost\",\"password\":\"\"}",
        "{\"reason\":\"lost\",\"password\":\"too short\"}",
        "{\"reason\":7,\"password\":\"" PASSWORD "\"}",
        "{\"reason\":\"lost\",\"password\":\"" PASSWORD "\",\"more\":1}",
        "[]",
        "{",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        ck_assert_msg(world_post(RECOVER, bodies[i]) == 400, "%s", bodies[i]);
    ck_assert_uint_eq(world_post("/v1/certificates/user/xyz/recover", LOST), 400);
    ck_assert_uint_eq(world_post(RECOVER "?x=1", LOST), 400);
    ck_assert_str_eq(fake_ca.recovered, "");
    static const struct {
        int32_t failure;
        uint32_t status;
    } failures[] = {{SIGNET_DENIED, 403},
                    {SIGNET_NOT_FOUND, 404},
                    {SIGNET_CONFLICT, 409},
                    {SIGNET_UNAVAILABLE, 503}};
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        fake_ca.failure = failures[i].failure;
        ck_assert_uint_eq(world_post(RECOVER, LOST), failures[i].status);
        assert_text(world_reason(), "fake.refused");
    }
}
END_TEST

/* The body that hands in the last recovered key. */
static const char *import_body(const char *password)
{
    static char body[16384];
    signet_text_t file = signet_base64(world_call, signet_text_bytes(world_body()));
    snprintf(body, sizeof body, "{\"profile\":\"mail\",\"pkcs12\":\"%.*s\",\"password\":\"%s\"}",
             SIGNET_FORMAT(file), password);
    return body;
}

START_TEST(takes_keys_that_are_handed_in)
{
    static char right[16384];
    static char wrong[16384];
    ck_assert_uint_eq(world_post(RECOVER, LOST), 200);
    snprintf(right, sizeof right, "%s", import_body(PASSWORD));
    snprintf(wrong, sizeof wrong, "%s", import_body("another one"));
    ck_assert_uint_eq(world_post("/v1/keys", right), 201);
    ck_assert_str_eq(fake_ca.import_profile, "mail");
    assert_text(world_text("serial"), "010203");
    ck_assert_ptr_null(signet_json_get(world_json(), "private_key"));
    fake_ca.import_profile[0] = '\0';
    ck_assert_uint_eq(world_post("/v1/keys", wrong), 403);
    ck_assert_str_eq(fake_ca.import_profile, "");
    fake_ca.failure = SIGNET_INVALID;
    ck_assert_uint_eq(world_post("/v1/keys", right), 400);
    assert_text(world_reason(), "fake.refused");
}
END_TEST

START_TEST(refuses_what_is_no_key)
{
    static const char *const bodies[] = {
        "{}",
        "{\"profile\":\"mail\"}",
        "{\"pkcs12\":\"MAMCAQU=\"}",
        "{\"profile\":\"mail\",\"pkcs12\":\"!\"}",
        "{\"profile\":\"mail\",\"pkcs12\":\"\"}",
        "{\"profile\":\"mail\",\"pkcs12\":\"MAMCAQU=\",\"password\":\"x\"}",
        "{\"profile\":\"mail\",\"pkcs12\":\"MAMCAQU=\",\"key\":\"x\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        ck_assert_msg(world_post("/v1/keys", bodies[i]) == 400, "%s", bodies[i]);
    ck_assert_str_eq(fake_ca.import_profile, "");
}
END_TEST

/* No allocation that fails has a key answered in another form, or takes the host down. */
START_TEST(survives_failing_allocations)
{
    uint64_t refusals = 0;
    uint32_t status = 0;
    for (uint64_t nth = 1; status != 200 && nth < 2000; nth++) {
        signet_check_fail_alloc(world, nth);
        status = world_post(RECOVER, LOST);
        signet_check_fail_alloc(world, 0);
        refusals += status == 500;
        ck_assert_msg(status == 200 || status >= 400, "%u", status);
    }
    ck_assert_uint_eq(status, 200);
    ck_assert_uint_gt(refusals, 2);
    (void)recovered(PASSWORD);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        lists_keys_page_by_page,        refuses_other_questions,      recovers_into_one_closed_file,
        waits_until_others_have_agreed, refuses_to_recover,           takes_keys_that_are_handed_in,
        refuses_what_is_no_key,         survives_failing_allocations,
    };
    return world_run("archive", tests, sizeof tests / sizeof tests[0]);
}
