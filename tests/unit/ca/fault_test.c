/* What breaks between intent and record: nothing is acknowledged that is not on record, and nothing
 * that may have been signed is forgotten. */
#include "world.h"

#include <string.h>

static signet_issue_request_t device_request(const char *request_id)
{
    return (signet_issue_request_t){.size = sizeof(signet_issue_request_t),
                                    .request_id = signet_text(request_id),
                                    .profile = SIGNET_TEXT("device"),
                                    .csr = world_csr(NULL, "/CN=x", NULL)};
}

static const signet_certificate_page_t *abandoned(void)
{
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_page_t *page = NULL;
    signet_certificate_query_t query = {
        .size = sizeof query, .limit = 100, .state = SIGNET_TEXT(SIGNET_CERTIFICATE_UNKNOWN)};
    expect_ok(inventory->query(instance, call, &query, &page));
    return page;
}

START_TEST(case_105_a_wrong_signature_is_never_stored)
{
    const signet_certificate_t *certificate = NULL;
    world_begin("");
    signet_issue_request_t request = device_request("");
    uint64_t records = world_records("ca.certificates");
    fault.lie = 1;
    expect_error(world_ask(&request, &certificate), SIGNET_INTERNAL, "signature.wrong");
    ck_assert(signet_check_logged(check, "ca.signature-wrong"));
    ck_assert_uint_eq(world_records("ca.certificates"), records);
    ck_assert_uint_eq(world_records("ca.intents"), 1);
    /* That authority signs no more, although its key would be right again; the others do. */
    fault.lie = 0;
    uint64_t signatures = fault.signatures;
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "authority.suspended");
    ck_assert_uint_eq(fault.signatures, signatures);
    world_issued("tls-server", world_csr(NULL, "", "DNS:a.example"));
    /* It counts as signed. */
    const signet_certificate_page_t *page = abandoned();
    ck_assert_uint_eq(page->count, 1);
    ck_assert_uint_eq(page->certificates[0]->der.length, 0);
    expect_ok(world_restart());
    world_issued("device", request.csr);
    world_end();
}
END_TEST

START_TEST(an_abandoned_intent_is_listed_journaled_once_and_revoked)
{
    const signet_certificate_t *none = NULL;
    world_begin("");
    signet_issue_request_t request = device_request("rest/1");
    fault.fail_journal_commit = SIGNET_UNAVAILABLE;
    expect_error(world_ask(&request, &none), SIGNET_UNAVAILABLE, "test.fault");
    ck_assert_ptr_null(none);
    ck_assert_uint_eq(fault.signatures, 1);
    ck_assert_uint_eq(abandoned()->count, 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_INTENT_ABANDONED), 0);
    for (int i = 0; i < 2; i++) {
        expect_ok(world_restart());
        ck_assert(signet_check_logged(check, "ca.intent-abandoned"));
        ck_assert_uint_eq(world_entries(SIGNET_EVENT_INTENT_ABANDONED), 1);
    }
    const signet_certificate_t *left = abandoned()->certificates[0];
    ck_assert(signet_text_is(left->state, SIGNET_CERTIFICATE_UNKNOWN));
    ck_assert(signet_text_is(left->subject, "CN=x"));
    ck_assert(signet_text_is(left->requester, "token:officer"));
    ck_assert(signet_text_is(left->request_id, "rest/1"));
    ck_assert_int_gt(left->not_after, signet_now());
    ck_assert(signet_text_is(world_get(left)->state, SIGNET_CERTIFICATE_UNKNOWN));
    /* The id was used up by what may have been signed. */
    expect_error(world_ask(&request, &none), SIGNET_CONFLICT, "request.abandoned");
    expect_error(world_revoke(left, SIGNET_REASON_CERTIFICATE_HOLD), SIGNET_CONFLICT,
                 "certificate.abandoned");
    expect_ok(world_revoke(left, SIGNET_REASON_SUPERSEDED));
    ck_assert_uint_eq(abandoned()->count, 0);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    const signet_certificate_t *now = world_get(left);
    ck_assert(signet_text_is(now->state, SIGNET_CERTIFICATE_REVOKED));
    ck_assert_uint_eq(now->der.length, 0);
    ck_assert_int_gt(now->revoked_at, 0);
    expect_error(world_ask(&request, &none), SIGNET_CONFLICT, "request.abandoned");
    expect_ok(world_revoke(left, SIGNET_REASON_KEY_COMPROMISE));
    expect_error(world_issue("device", request.csr, &none), SIGNET_INVALID, "key.blocked");
    world_end();
}
END_TEST

START_TEST(a_store_that_does_not_take_the_intent_means_no_signature)
{
    const signet_certificate_t *certificate = NULL;
    world_begin("");
    signet_issue_request_t request = device_request("rest/1");
    fault.fail_store_commit = SIGNET_UNAVAILABLE;
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "test.fault");
    fault.fail_store_commit = SIGNET_FULL;
    expect_error(world_ask(&request, &certificate), SIGNET_FULL, "test.fault");
    /* Unknown, and it had not happened. */
    fault.fail_store_commit = SIGNET_UNKNOWN;
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "ca.store-unknown");
    ck_assert_uint_eq(fault.signatures, 0);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    /* Unknown, and it had. */
    fault.fail_store_commit = SIGNET_UNKNOWN;
    fault.do_it_first = 1;
    expect_ok(world_ask(&request, &certificate));
    ck_assert_ptr_nonnull(world_get(certificate));
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    world_end();
}
END_TEST

START_TEST(after_an_unknown_end_the_record_decides)
{
    const signet_certificate_t *certificate = NULL;
    world_begin("");
    signet_issue_request_t request = device_request("rest/1");
    fault.fail_journal_commit = SIGNET_UNKNOWN;
    fault.do_it_first = 1;
    expect_ok(world_ask(&request, &certificate));
    ck_assert_ptr_nonnull(world_get(certificate));
    request = device_request("rest/2");
    fault.fail_journal_commit = SIGNET_UNKNOWN;
    fault.do_it_first = 0;
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "ca.store-unknown");
    ck_assert_ptr_null(certificate);
    ck_assert_uint_eq(abandoned()->count, 1);
    world_end();
}
END_TEST

START_TEST(a_key_that_does_not_answer_is_left_alone_for_a_while)
{
    const signet_certificate_t *certificate = NULL;
    world_begin("");
    signet_issue_request_t request = device_request("");
    fault.fail_sign = SIGNET_UNAVAILABLE;
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "test.fault");
    ck_assert_uint_eq(abandoned()->count, 1);
    ck_assert_int_eq(world_ask(&request, &certificate), SIGNET_UNAVAILABLE);
    const signet_error_t *error = call->services->error(call);
    ck_assert(signet_text_is(error->reason, "authority.key-unavailable"));
    ck_assert_int_gt(error->retry_after_ms, 0);
    call->services->clear(call);
    ck_assert_uint_eq(fault.signatures, 1);
    ck_assert_uint_eq(abandoned()->count, 1);
    /* It recovers by itself. */
    int32_t status = SIGNET_UNAVAILABLE;
    while (status == SIGNET_UNAVAILABLE) {
        call->services->clear(call);
        status = world_ask(&request, &certificate);
    }
    expect_ok(status);
    world_end();
}
END_TEST

START_TEST(a_key_that_refuses_leaves_no_intent)
{
    const signet_certificate_t *certificate = NULL;
    world_begin("");
    signet_issue_request_t request = device_request("rest/1");
    fault.fail_sign = SIGNET_DENIED;
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "authority.key-refused");
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    ck_assert_uint_eq(world_records("ca.requests"), 0);
    expect_ok(world_ask(&request, &certificate));
    world_end();
}
END_TEST

START_TEST(a_cancelled_call_signs_nothing)
{
    const signet_certificate_t *certificate = NULL;
    world_begin("");
    signet_issue_request_t request = device_request("");
    signet_check_call_cancel(call);
    ck_assert_int_eq(world_ask(&request, &certificate), SIGNET_CANCELLED);
    ck_assert_uint_eq(fault.signatures, 0);
    world_actor("token:officer", "officer");
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    world_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        case_105_a_wrong_signature_is_never_stored,
        an_abandoned_intent_is_listed_journaled_once_and_revoked,
        a_store_that_does_not_take_the_intent_means_no_signature,
        after_an_unknown_end_the_record_decides,
        a_key_that_does_not_answer_is_left_alone_for_a_while,
        a_key_that_refuses_leaves_no_intent,
        a_cancelled_call_signs_nothing,
    };
    return world_run("ca-fault", NULL, tests, sizeof tests / sizeof tests[0]);
}
